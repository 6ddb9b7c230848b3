/* http_long: answers that take long or are large: nobody works for a client that has
 * gone, and what does not fit into memory goes into the spool. */
#include "http_client.h"

#include <stdatomic.h>

#define PIECES 40
#define PIECE  65536

static struct err e;
static struct http_server *server;
static atomic_int begun, ended;

static void answer_patient(void *context, const struct http_request *rq,
                           struct http_reply *reply)
{
    const int64_t most_us = clock_mono_us() + 20000000;

    (void)context;
    atomic_fetch_add(&begun, 1);
    while (!http_over(rq) && clock_mono_us() < most_us)
        clock_sleep_ms(5);
    atomic_fetch_add(&ended, clock_mono_us() < most_us ? 1 : 100);
    buf_add_str(&reply->body, "done\n");
}

/* Letters that tell where they stand; begun again once, as after a lost connection. */
static void answer_large(void *context, const struct http_request *rq,
                         struct http_reply *reply)
{
    char piece[PIECE];

    (void)context;
    for (int turn = 0; turn < 2; turn++) {
        http_reply_again(reply);
        for (int i = 0; i < PIECES; i++) {
            memset(piece, 'a' + i % 26, sizeof(piece));
            buf_add(&reply->body, piece, sizeof(piece));
            if (!http_reply_spill(reply, &e)) {
                http_problem(reply, 503, "no-room", e.text, NULL);
                return;
            }
        }
    }
    if (strcmp(rq->name, "problem") == 0)
        http_problem(reply, 409, "late", "it is a problem after all", NULL);
}

static atomic_int done;

/* Says as which of all it was answered. */
static void answer_turn(void *context, const struct http_request *rq,
                        struct http_reply *reply)
{
    (void)context;
    (void)rq;
    atomic_fetch_add(&begun, 1);
    clock_sleep_ms(60); /* there is time for all to come */
    buf_addf(&reply->body, "turn=%d.\n", atomic_fetch_add(&done, 1));
}

/* Grows for twice its deadline, and says whether it had the time. */
static void answer_growing(void *context, const struct http_request *rq,
                           struct http_reply *reply)
{
    const int64_t most_us =
        clock_mono_us() + 2 * (atomic_load(&rq->pace->until_us) - clock_mono_us());
    uint64_t bytes = 0;

    (void)context;
    while (!http_over(rq) && clock_mono_us() < most_us) {
        http_moved(rq, bytes += PIECE);
        clock_sleep_ms(5);
    }
    buf_add_str(&reply->body, http_over(rq) ? "over\n" : "grown\n");
}

/* Is there until somebody opens the gate. */
static atomic_int came[2];
static atomic_bool open_gate;

static void answer_gate(void *context, const struct http_request *rq,
                        struct http_reply *reply)
{
    (void)context;
    atomic_fetch_add(&came[rq->authorization[0] == 'b'], 1);
    while (!atomic_load(&open_gate))
        clock_sleep_ms(5);
    buf_add_str(&reply->body, "through\n");
}

static const struct http_route routes[] = {
    {.path = "/growing", .worker = true, .answer = answer_growing},
    {.path = "/gate", .worker = true, .heavy = true, .answer = answer_gate},
    {.path = "/turn", .worker = true, .answer = answer_turn},
    {.path = "/patient", .worker = true, .answer = answer_patient},
    {.path = "/large/{id}", .worker = true, .answer = answer_large},
};
static char one[] = "1";
static void *const workers[] = {one};
static void *const heavies[] = {one, one};
static struct http_limits limits = {
    .connections = 100,
    .connections_per_address = 100,
    .header_bytes = 4096,
    .body_bytes = 1000,
    .bodies_bytes = 2000,
    .reply_bytes = 2 << 20, /* less than the answer */
    .idle_s = 30,
};
static const struct http_service service = {
    .address = "127.0.0.1",
    .routes = routes,
    .n_routes = COUNT(routes),
    .workers = workers,
    .n_workers = COUNT(workers),
    .heavies = heavies,
    .n_heavies = COUNT(heavies),
    .limits = &limits,
};

static void serve(int32_t deadline_ms, uint64_t spool_bytes)
{
    alarm(240);
    limits.deadline_ms = deadline_ms;
    limits.spool_bytes = spool_bytes;
    cr_assert(http_server_open(&service, &server, &e), "%s", e.text);
}

static void teardown(void)
{
    http_server_close(server);
}

TestSuite(http_long, .fini = teardown);

static void wait_for(atomic_int *what, int n)
{
    while (atomic_load(what) < n)
        clock_sleep_ms(5);
}

Test(http_long, nobody_works_for_who_has_gone)
{
    int fd;

    serve(15000, 0);
    fd = dial(http_server_port(server));
    say(fd, "GET /patient HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_for(&begun, 1);
    close(fd);
    wait_for(&ended, 1);
    cr_expect_eq(atomic_load(&ended), 1);
}

Test(http_long, nor_after_the_time_of_a_request)
{
    int fd;

    serve(300, 0);
    fd = dial(http_server_port(server));
    say(fd, "GET /patient HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_for(&ended, 1);
    cr_expect_eq(atomic_load(&ended), 1);
    close(fd);
}

/* On a machine that stalls for so long it may be late once, but not each time. */
Test(http_long, but_for_as_long_as_the_answer_grows)
{
    const char *text = "";
    bool closed;

    serve(400, 0);
    for (int i = 0; i < 20 && strstr(text, "grown") == NULL; i++) {
        int fd = dial(http_server_port(server));

        say(fd, "GET /growing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        text = hear(fd, 30000, &closed);
        close(fd);
    }
    cr_expect_not_null(strstr(text, "grown"), "%s", text);
}

Test(http_long, a_deadline_moves_with_the_answer)
{
    const int64_t hour_us = INT64_C(3600000000), now_us = clock_mono_us();
    struct http_pace pace = {.span_us = hour_us, .end_us = now_us + hour_us, .step = 10};
    const struct http_request rq = {.pace = &pace};

    atomic_store(&pace.until_us, now_us - 1);
    http_moved(&rq, 9);
    cr_expect(http_over(&rq), "too little has come");
    http_moved(&rq, 10);
    cr_expect_not(http_over(&rq));
    atomic_store(&pace.until_us, now_us - 1);
    http_moved(&rq, 19);
    cr_expect(http_over(&rq), "too little since then");
    http_moved(&rq, 3); /* it began again */
    cr_expect(http_over(&rq));
    http_moved(&rq, 13);
    cr_expect_not(http_over(&rq));
    pace.end_us = now_us - 1;
    http_moved(&rq, 1000);
    cr_expect(http_over(&rq), "for ever is too long");
}

static int knock(const char *who)
{
    const int fd = dial(http_server_port(server));
    char text[128];

    snprintf(
        text, sizeof(text),
        "GET /gate HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: %s\r\n\r\n",
        who);
    say(fd, text);
    return fd;
}

Test(http_long, one_asker_does_not_hold_all_threads)
{
    int fds[4];
    bool closed;

    serve(50000, 0);
    for (int i = 0; i < 3; i++)
        fds[i] = knock("a");
    wait_for(&came[0], 1);
    fds[3] = knock("b");
    wait_for(&came[1], 1);
    cr_expect_eq(atomic_load(&came[0]), 1);
    atomic_store(&open_gate, true);
    for (size_t i = 0; i < COUNT(fds); i++) {
        cr_expect_not_null(strstr(hear(fds[i], 30000, &closed), "200 OK"));
        close(fds[i]);
    }
}

static size_t read_whole(const char *path, char *to, size_t cap)
{
    int fd = dial(http_server_port(server));
    size_t n = 0;

    say(fd, path);
    for (ssize_t got; n < cap - 1 && (got = read(fd, to + n, cap - 1 - n)) > 0;)
        n += (size_t)got;
    to[n] = '\0';
    close(fd);
    return n;
}

Test(http_long, more_than_memory_is_meant_for)
{
    static char text[PIECES * PIECE + 4096];
    const char *body;

    serve(15000, 0);
    for (int turn = 0; turn < 2; turn++) {
        const size_t n =
            read_whole("GET /large/one HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                       text, sizeof(text));

        cr_assert(strncmp(text, "HTTP/1.1 200", 12) == 0, "%.100s", text);
        cr_assert_not_null(strstr(text, "Content-Length: 2621440"));
        body = strstr(text, "\r\n\r\n") + 4;
        cr_assert_eq(n - (size_t)(body - text), (size_t)PIECES * PIECE);
        for (int i = 0; i < PIECES; i++)
            cr_assert(body[i * PIECE] == 'a' + i % 26 &&
                      body[i * PIECE + PIECE - 1] == 'a' + i % 26);
    }
    read_whole("GET /large/problem HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
               text, sizeof(text));
    cr_expect(strncmp(text, "HTTP/1.1 409", 12) == 0, "%.100s", text);
}

/* The room is given back, so that the next one is told the same. */
Test(http_long, no_room_in_the_spool)
{
    static char text[8192];

    serve(15000, 1500000);
    for (int turn = 0; turn < 3; turn++) {
        read_whole("GET /large/one HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                   text, sizeof(text));
        cr_expect(strncmp(text, "HTTP/1.1 503", 12) == 0, "%.100s", text);
    }
}

/* Whoever asks fifty things at once waits for them; who asks one thing does not. */
Test(http_long, lines_take_turns)
{
    int crowd[50], calm;
    const char *text;
    bool closed;

    serve(30000, 0);
    for (size_t i = 0; i < COUNT(crowd); i++) {
        crowd[i] = dial(http_server_port(server));
        say(crowd[i],
            "GET /turn HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer one\r\n\r\n");
    }
    wait_for(&begun, 1);
    clock_sleep_ms(100); /* all of them are queued, or soon will be */
    calm = dial(http_server_port(server));
    say(calm, "GET /turn HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer two\r\n"
              "Connection: close\r\n\r\n");
    text = answer(calm, 20000, &closed);
    cr_assert(says(text, "200", "turn="), "%s", text);
    cr_expect_lt(strtol(strstr(text, "turn=") + 5, NULL, 10), 40);
    wait_for(&done, (int)COUNT(crowd) + 1);
    for (size_t i = 0; i < COUNT(crowd); i++) {
        cr_expect(says(answer(crowd[i], 200, &closed), "200", "turn="));
        close(crowd[i]);
    }
    close(calm);
}
