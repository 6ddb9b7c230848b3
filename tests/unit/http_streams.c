/* http_streams: bodies and answers of any size through threads of their own. */
#include "http_client.h"

#include <pthread.h>
#include <stdatomic.h>

#define LINE "a line of a mailing list, some forty bytes\n"

static struct err e;
static struct http_server *server;
static atomic_int entered, running, broken_off;

static void enter(void *context, const struct http_request *rq, struct http_reply *reply)
{
    (void)context;
    atomic_fetch_add(&entered, 1);
    if (strcmp(rq->authorization, "no") == 0)
        http_problem(reply, 403, "forbidden", "not with this token", NULL);
    if (http_header(rq, "X-Slow") != NULL)
        usleep(300000);
    reply->note[0] = 7;
}

/* The body comes back, in capitals. */
static void answer_loud(void *context, const struct http_request *rq,
                        struct http_reply *reply)
{
    char block[10000];
    struct err err;
    size_t n;

    (void)context;
    atomic_fetch_add(&running, 1);
    cr_assert_eq(reply->note[0], 7);
    reply->type = "text/csv";
    http_reply_field(reply, "X-Body", rq->name);
    while (http_stream_read(rq->stream, block, sizeof(block), &n, &err) && n > 0) {
        for (size_t i = 0; i < n; i++)
            if (block[i] >= 'a' && block[i] <= 'z')
                block[i] = (char)(block[i] - 32);
        if (!http_stream_write(rq->stream, block, n, &err)) {
            atomic_fetch_add(&broken_off, 1);
            break;
        }
    }
    atomic_fetch_sub(&running, 1);
}

/* So many bytes and then a problem. */
static void answer_fault(void *context, const struct http_request *rq,
                         struct http_reply *reply)
{
    struct err err;

    (void)context;
    for (long i = 0; i < strtol(rq->name, NULL, 10); i++)
        http_stream_write(rq->stream, "x", 1, &err);
    http_problem(reply, 422, "bad-line", "line 7 is no line", NULL);
}

/* Writes for as long as somebody listens. */
static void answer_endless(void *context, const struct http_request *rq,
                           struct http_reply *reply)
{
    struct err err;

    (void)context;
    (void)reply;
    atomic_fetch_add(&running, 1);
    while (http_stream_write(rq->stream, LINE, strlen(LINE), &err))
        usleep(20);
    atomic_fetch_add(&broken_off, 1);
    atomic_fetch_sub(&running, 1);
}

static const struct http_route routes[] = {
    {.path = "/loud/{id}",
     .method = HTTP_POST,
     .stream = true,
     .arguments = "",
     .enter = enter,
     .answer = answer_loud},
    {.path = "/fault/{id}", .method = HTTP_POST, .stream = true, .answer = answer_fault},
    {.path = "/endless", .method = HTTP_POST, .stream = true, .answer = answer_endless},
};
static char one[] = "1", two[] = "2";
static void *const streamers[] = {one, two};
static const struct http_limits limits = {
    .connections = 16,
    .connections_per_address = 16,
    .header_bytes = 8192,
    .body_bytes = 1000,
    .bodies_bytes = 2000,
    .reply_bytes = 100000,
    .idle_s = 30,
    .deadline_ms = 3000,
    .progress_bytes = 100000,
    .spool_bytes = 64 << 20,
};
static const struct http_service service = {
    .address = "127.0.0.1",
    .routes = routes,
    .n_routes = COUNT(routes),
    .streamers = streamers,
    .n_streamers = COUNT(streamers),
    .limits = &limits,
};

static void setup(void)
{
    alarm(240);
    cr_assert(http_server_open(&service, &server, &e), "%s", e.text);
}

static void teardown(void)
{
    http_server_close(server);
}

TestSuite(http_streams, .init = setup, .fini = teardown);

static void say_head(int fd, const char *path, size_t len, const char *more)
{
    char head[300];

    snprintf(head, sizeof(head),
             "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n%s\r\n", path, len,
             more);
    say(fd, head);
}

static void wait_for(atomic_int *what, int value)
{
    for (int i = 0; i < 3000 && atomic_load(what) != value; i++)
        usleep(10000);
    cr_assert_eq(atomic_load(what), value);
}

Test(http_streams, small_ones)
{
    int fd = dial(http_server_port(server));
    const char *text;
    bool closed;

    for (int i = 0; i < 3; i++) {
        say_head(fd, "/loud/7", 5, "");
        say(fd, "hello");
        text = answer(fd, 200, &closed);
        cr_assert(says(text, "200", "\r\nContent-Length: 5\r\n"), "%s", text);
        cr_assert_not_null(strstr(text, "\r\nX-Body: 7\r\n"));
        cr_assert_not_null(strstr(text, "\r\nContent-Type: text/csv\r\n"));
        cr_assert_str_eq(body_of(text), "HELLO");
        cr_assert_not(closed);
    }
    say_head(fd, "/loud/7", 0, "");
    cr_assert_str_eq(body_of(hear(fd, 200, &closed)), "");
    close(fd);
}

static const struct {
    const char *head, *status, *piece;
} refused[] = {
    {"POST /loud/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nAuthorization: "
     "no\r\n\r\nhello",
     "403", "forbidden"},
    {"POST /loud/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\nAuthorization: "
     "no\r\n\r\n",
     "403", "forbidden"},
    {"POST /loud/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 67108865\r\n\r\n", "413",
     "too-large"},
    {"POST /loud/1 HTTP/1.1\r\nHost: x\r\n\r\n", "411", "length"},
    {"POST /loud/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "400", "encoding"},
    {"POST /loud/1 HTTP/1.0\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "505",
     "version"},
    {"POST /fault/100 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
     "5\r\n\r\nhello",
     "422", "line 7 is no line"},
    {"POST /fault/0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
     "0\r\n\r\n",
     "422", "line 7 is no line"},
};

Test(http_streams, refusals)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        bool closed;
        const char *text = ask(http_server_port(server), refused[i].head, 2000, &closed);

        cr_assert(says(text, refused[i].status, refused[i].piece), "row %zu: %s", i,
                  text);
        cr_assert(closed, "row %zu", i);
    }
}

Test(http_streams, the_body_is_asked_for_once_it_is_let_in)
{
    int fd = dial(http_server_port(server));
    int64_t start_us = clock_mono_us();
    const char *text;
    bool closed;

    say_head(fd, "/loud/1", 5, "Expect: 100-continue\r\nX-Slow: 1\r\n");
    text = answer(fd, 500, &closed);
    cr_assert(says(text, "100", ""), "%s", text);
    cr_assert_gt(clock_mono_us() - start_us, 290000);
    say(fd, "hello");
    cr_assert_str_eq(body_of(answer(fd, 200, &closed)), "HELLO");
    close(fd);
    fd = dial(http_server_port(server));
    say_head(fd, "/loud/1", 5, "Expect: 100-continue\r\nAuthorization: no\r\n");
    cr_assert(says(answer(fd, 500, &closed), "403", "forbidden"));
    cr_assert(closed);
    close(fd);
}

static void *send_lines(void *arg)
{
    int fd = *(int *)arg;

    for (int i = 0; i < 500000; i++)
        if (send(fd, LINE, strlen(LINE), MSG_NOSIGNAL) < (ssize_t)strlen(LINE))
            break;
    return NULL;
}

/* Counts the bytes of the chunks, as they come. false: no last one, or no chunks. */
static bool dechunk(int fd, size_t *ret_bytes, useconds_t pause_us)
{
    static char block[1 << 16];
    FILE *in = fdopen(dup(fd), "r");
    char line[1000];
    bool whole = false;

    *ret_bytes = 0;
    while (fgets(line, sizeof(line), in) != NULL && strcmp(line, "\r\n") != 0)
        ;
    while (fgets(line, sizeof(line), in) != NULL) {
        size_t left = strtoul(line, NULL, 16);

        whole = strcmp(line, "0\r\n") == 0;
        if (whole)
            break;
        for (size_t n; left > 0; left -= n) {
            n = fread(block, 1, left < sizeof(block) ? left : sizeof(block), in);
            if (n == 0)
                goto out;
            *ret_bytes += n;
        }
        if (fgets(line, sizeof(line), in) == NULL)
            goto out;
        usleep(pause_us);
    }
out:
    fclose(in);
    return whole;
}

/* Another server: on a busy machine many bytes take their time. */
static struct http_server *patient_open(void)
{
    struct http_limits patient = limits;
    struct http_service roomy = service;
    struct http_server *ret;

    patient.deadline_ms = 30000;
    roomy.limits = &patient;
    cr_assert(http_server_open(&roomy, &ret, &e), "%s", e.text);
    return ret;
}

/* 21 MB each way: everything sent before anything is read, and both at once. */
Test(http_streams, a_big_one_both_ways)
{
    struct http_server *other = patient_open();
    size_t bytes = 500000 * strlen(LINE), got;

    for (int at_once = 0; at_once < 2; at_once++) {
        int fd = dial(http_server_port(other));
        pthread_t sender;

        say_head(fd, "/loud/1", bytes, "");
        if (at_once)
            pthread_create(&sender, NULL, send_lines, &fd);
        else
            send_lines(&fd);
        cr_assert(dechunk(fd, &got, at_once ? 3000 : 0));
        cr_assert_eq(got, bytes);
        if (at_once)
            pthread_join(sender, NULL);
        close(fd);
    }
    http_server_close(other);
}

Test(http_streams, a_problem_behind_the_first_bytes_breaks_the_answer)
{
    int fd = dial(http_server_port(server));
    size_t got;

    say_head(fd, "/fault/200000", 0, "");
    cr_assert_not(dechunk(fd, &got, 0), "it looks whole");
    cr_assert_leq(got, 200000);
    cr_assert_geq(got, 65536);
    close(fd);
}

Test(http_streams, a_client_that_leaves_stops_the_work)
{
    int fd = dial(http_server_port(server));
    char block[100];

    say_head(fd, "/endless", 0, "");
    recv(fd, block, sizeof(block), 0); /* the work has begun */
    close(fd);
    wait_for(&running, 0);
    cr_assert_eq(atomic_load(&broken_off), 1);
}

Test(http_streams, a_reader_that_does_not_read_is_cut)
{
    int fd = dial(http_server_port(server));

    say_head(fd, "/endless", 0, "");
    wait_for(&broken_off, 1);
    wait_for(&running, 0);
    close(fd);
}

Test(http_streams, a_body_that_hardly_comes_is_cut)
{
    int fd = dial(http_server_port(server));
    int64_t start_us = clock_mono_us();
    bool closed = false;

    say_head(fd, "/loud/1", 100000, "");
    while (!closed && clock_mono_us() - start_us < 30000000) {
        send(fd, "x", 1, MSG_NOSIGNAL);
        hear(fd, 20, &closed);
    }
    cr_assert(closed);
    wait_for(&running, 0);
    close(fd);
}

static void say_zeros(int fd, size_t n)
{
    static const char zeros[1 << 16];

    while (n > 0) {
        ssize_t sent =
            send(fd, zeros, n < sizeof(zeros) ? n : sizeof(zeros), MSG_NOSIGNAL);

        cr_assert_gt(sent, 0);
        n -= (size_t)sent;
    }
}

Test(http_streams, the_room_is_bounded_and_given_back)
{
    struct http_server *other = patient_open();
    const uint16_t port = http_server_port(other);
    bool closed, again = false;
    int fd[2];

    for (int i = 0; i < 2; i++) { /* what is only promised takes none of it */
        fd[i] = dial(port);
        say_head(fd[i], "/loud/1", 40 << 20, "");
    }
    say_zeros(fd[0], (40 << 20) - 1);
    say_zeros(fd[1], 40 << 20);
    cr_assert(says(answer(fd[1], 10000, &closed), "503", "no-room"));
    close(fd[0]);
    close(fd[1]);
    for (int i = 0; i < 100 && !again; i++) {
        usleep(100000);
        fd[0] = dial(port);
        say_head(fd[0], "/loud/1", 60 << 20, "Expect: 100-continue\r\n");
        again = says(answer(fd[0], 500, &closed), "100", "");
        close(fd[0]);
    }
    cr_assert(again);
    http_server_close(other);
}

Test(http_streams, closing_tells_them_to_stop)
{
    struct http_server *other;
    size_t got;
    char first;
    int fd;

    cr_assert(http_server_open(&service, &other, &e), "%s", e.text);
    fd = dial(http_server_port(other));
    say_head(fd, "/endless", 0, "");
    recv(fd, &first, 1, 0); /* the answer has begun */
    http_server_close(other);
    cr_assert_eq(atomic_load(&running), 0);
    cr_assert_not(dechunk(fd, &got, 0), "it looks whole");
    close(fd);
}

Test(http_streams_open, a_folder_that_is_not_there)
{
    struct http_service wrong = service;
    struct http_server *other = NULL;

    wrong.spool = "/nowhere/at/all";
    cr_assert_not(http_server_open(&wrong, &other, &e));
    cr_assert(e.kind == ERR_CONFIG && strcmp(e.code, "HTTP_SPOOL") == 0);
    cr_assert_null(other);
}
