/* http_limits: workers, bodies and arguments over real sockets, and what is cut off. */
#include "http_client.h"

#include <stdatomic.h>

static struct err e;

/* A server with little patience and few seats. */
static struct http_server *small;
static const struct http_limits tight = {
    .connections = 8,
    .connections_per_address = 4,
    .header_bytes = 4096,
    .body_bytes = 1000,
    .bodies_bytes = 2500,
    .reply_bytes = 16 * 1024 * 1024,
    .idle_s = 30,
    .deadline_ms = 3000, /* shorter, it hits who only waits for a busy machine */
};

static void answer_big(void *context, const struct http_request *rq,
                       struct http_reply *reply)
{
    (void)context;
    (void)rq;
    for (int i = 0; i < 8192; i++)
        buf_addf(&reply->body, "%1023d\n", i);
}

static void answer_too_big(void *context, const struct http_request *rq,
                           struct http_reply *reply)
{
    (void)context;
    (void)rq;
    while (buf_add(&reply->body, "0123456789abcdef", 16))
        ;
}

static void answer_nothing(void *context, const struct http_request *rq,
                           struct http_reply *reply)
{
    (void)context;
    (void)rq;
    reply->status = 204;
}

/* What a worker was given, told back. */
static void answer_echo(void *context, const struct http_request *rq,
                        struct http_reply *reply)
{
    const char *loud = http_argument(rq, "loud");

    buf_addf(&reply->body, "worker=%s name=%s loud=%s body=%.*s\n", (const char *)context,
             rq->name, loud ? loud : "-", (int)rq->body_len, rq->body);
}

static void answer_slowly(void *context, const struct http_request *rq,
                          struct http_reply *reply)
{
    (void)context;
    (void)rq;
    usleep(300000);
    buf_add_str(&reply->body, "slept\n");
}

static bool admit(void *context, const struct http_request *rq, struct http_reply *reply)
{
    (void)context;
    if (strcmp(rq->authorization, "no") != 0)
        return true;
    http_problem(reply, 401, "token", "a bearer token, please", NULL);
    return false;
}

static const struct http_route small_routes[] = {
    {.path = "/big", .answer = answer_big},
    {.path = "/too-big", .answer = answer_too_big},
    {.path = "/nothing", .answer = answer_nothing},
    {.path = "/echo/{id}/x",
     .method = HTTP_POST,
     .worker = true,
     .arguments = "quiet loud",
     .answer = answer_echo},
    {.path = "/open/{id}",
     .method = HTTP_POST,
     .worker = true,
     .arguments = "loud",
     .lenient = true,
     .answer = answer_echo},
    {.path = "/slow", .worker = true, .answer = answer_slowly},
};
static char worker_a[] = "w", worker_b[] = "w";
static void *const small_workers[] = {worker_a, worker_b};
static const struct http_service small_service = {
    .address = "127.0.0.1",
    .routes = small_routes,
    .n_routes = COUNT(small_routes),
    .workers = small_workers,
    .n_workers = COUNT(small_workers),
    .admit = admit,
    .limits = &tight,
};

static void small_setup(void)
{
    alarm(240);
    cr_assert(http_server_open(&small_service, &small, &e), "%s", e.text);
}

static void small_teardown(void)
{
    http_server_close(small);
}

TestSuite(http_limits, .init = small_setup, .fini = small_teardown);

Test(http_limits, a_dribbling_request_is_cut)
{
    int fd = dial(http_server_port(small));
    int64_t start = clock_mono_us();
    const char *request =
        "GET /big HTTP/1.1\r\nHost: x\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    bool closed = false;

    for (size_t i = 0; request[i] != '\0' && !closed; i++) {
        send(fd, request + i, 1, MSG_NOSIGNAL);
        hear(fd, 100, &closed);
    }
    cr_assert(closed, "a byte every 100 ms kept the connection");
    cr_assert_gt(clock_mono_us() - start, 2900000);
    close(fd);
}

Test(http_limits, a_slow_reader_is_cut)
{
    int fd = dial(http_server_port(small));
    const char *request = "GET /big HTTP/1.1\r\nHost: x\r\n\r\n";
    size_t total = 0;
    char block[65536];
    ssize_t got;

    send(fd, request, strlen(request), MSG_NOSIGNAL);
    usleep(5000000);
    while ((got = recv(fd, block, sizeof(block), 0)) > 0)
        total += (size_t)got;
    cr_assert_lt(total, 8192U * 1024U, "all of it came although nobody read in time");
    close(fd);
}

Test(http_limits, an_address_has_its_seats)
{
    int fd[5];
    bool closed;

    for (size_t i = 0; i < COUNT(fd); i++)
        fd[i] = dial(http_server_port(small));
    answer(fd[4], 300, &closed);
    cr_assert(closed, "the fifth of four was let in");
    hear(fd[0], 100, &closed);
    cr_assert_not(closed);
    for (size_t i = 0; i < COUNT(fd); i++)
        close(fd[i]);
    for (int i = 0; i < 100 && (i == 0 || closed); i++) { /* once their end is seen */
        usleep(300000);
        ask(http_server_port(small), "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 200,
            &closed);
    }
    cr_assert_not(closed, "the seats are free again");
}

Test(http_limits, a_big_answer_arrives_whole)
{
    int fd = dial(http_server_port(small));
    const char *request = "GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    size_t total = 0;
    char block[65536];
    ssize_t got;

    send(fd, request, strlen(request), MSG_NOSIGNAL);
    while ((got = recv(fd, block, sizeof(block), 0)) > 0)
        total += (size_t)got;
    cr_assert_gt(total, 8192U * 1024U);
    close(fd);
}

Test(http_limits, an_endless_answer_is_an_error)
{
    bool closed;

    cr_assert(says(ask(http_server_port(small),
                       "GET /too-big HTTP/1.1\r\nHost: x\r\n\r\n", 3000, &closed),
                   "500", "too long"));
    cr_assert(closed);
}

Test(http_limits, an_empty_answer)
{
    bool closed;

    cr_assert(says(ask(http_server_port(small),
                       "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 200, &closed),
                   "204", "\r\n\r\n"));
}

#define CHUNKED(how) "POST /open/7 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " how "\r\n"

static const struct {
    const char *request, *status, *piece;
    bool closed;
} posts[] = {
    {"POST /echo/7/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "200",
     "worker=w name=7 loud=- body=hello", false},
    {"POST /echo/7/x?loud=yes HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "200",
     "loud=yes body=\n", false},
    {"POST /echo/7/x?lou=yes HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "400",
     "bad-argument", false},
    {"POST /echo/7/x?loud=a&loud=b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
     "400", "bad-argument", false},
    {"POST /echo/7/x HTTP/1.1\r\nHost: x\r\n\r\n", "411", "length", true},
    {"POST /echo/7/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", "413",
     "too-large", true},
    {"POST /echo/7/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: "
     "3\r\n\r\nabc",
     "400", "length", true},
    {"POST /echo/7/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0\r\n\r\n",
     "400", "encoding", true},
    {"POST /echo/7/x HTTP/1.1\r\nHost: x\r\nAuthorization: no\r\nContent-Length: "
     "5\r\n\r\nhello",
     "401", "WWW-Authenticate: Bearer", true},
    {"POST /echo//x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "404", "", true},
    {"POST /echo/7/y HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "404", "", true},
    {"GET /echo/7/x HTTP/1.1\r\nHost: x\r\n\r\n", "405", "Allow: POST\r\n", true},
    {"OPTIONS /echo/7/x HTTP/1.1\r\nHost: x\r\n\r\n", "405", "Allow: POST\r\n", true},
    {"DELETE /slow HTTP/1.1\r\nHost: x\r\n\r\n", "405", "Allow: GET, HEAD\r\n", true},
    {"OPTIONS /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", "404", "", true},
    {"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", "200", "slept", false},
    {"POST /open/7?utm_source=x&loud=a%&a=1&b=2&c=3&d=4&loud=yes HTTP/1.1\r\nHost: "
     "x\r\n\r\n",
     "200", "name=7 loud=yes body=\n", false},
    /* chunked, where it may be: nothing is looked for behind it */
    {CHUNKED("chunked") "\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", "200", "body=abcde\n",
     true},
    {CHUNKED("Chunked") "\r\n0\r\nX: y\r\n\r\nGET /slow HTTP/1.1\r\nHost: x\r\n\r\n",
     "200", "body=\n", true},
    {CHUNKED("chunked") "Content-Length: 5\r\n\r\n0\r\n\r\n", "400", "encoding", true},
    {CHUNKED("chunked") "Content-Length: 0\r\n\r\n0\r\n\r\n", "400", "encoding", true},
    {CHUNKED("chunked") "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400", "encoding",
     true},
    {CHUNKED("gzip, chunked") "\r\n0\r\n\r\n", "400", "encoding", true},
    {CHUNKED("identity") "\r\n", "400", "encoding", true},
    {CHUNKED("\vchunked") "\r\n0\r\n\r\n", "400", "head", true},
    {CHUNKED("chunked") "\r\nx\r\nabc\r\n0\r\n\r\n", "400", "", true},
    {CHUNKED("chunked") "\r\n3 \r\nabc\r\n0\r\n\r\n", "400", "", true},
    {CHUNKED("chunked") "\r\n3\r\nabcde\r\n0\r\n\r\n", "400", "", true},
    {CHUNKED("chunked") "\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n", "413", "", true},
    {"POST /open/7 HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400",
     "encoding", true},
    /* what becomes of a path on its way */
    {"POST //OPEN///7/ HTTP/1.1\r\nHost: x\r\n\r\n", "200", "name=7/ ", false},
    {"POST /./open/./7/8 HTTP/1.1\r\nHost: x\r\n\r\n", "200", "name=7/8 ", false},
    {"POST /o%70en%2F7%zz%2 HTTP/1.1\r\nHost: x\r\n\r\n", "200", "name=7%zz%2 ", false},
    {"POST /open/a%00b HTTP/1.1\r\nHost: x\r\n\r\n", "200", "name=a b ", false},
    {"POST /open HTTP/1.1\r\nHost: x\r\n\r\n", "200", "name= ", false},
    {"POST http://x/open/7 HTTP/1.1\r\nHost: x\r\n\r\n", "200", "name=7 ", false},
    {"POST /opens/7 HTTP/1.1\r\nHost: x\r\n\r\n", "404", "", true},
    {"POST /x/open/7 HTTP/1.1\r\nHost: x\r\n\r\n", "404", "", true},
    {"GET /SLOW HTTP/1.1\r\nHost: x\r\n\r\n", "404", "", false},
};

Test(http_limits, a_chunked_body_has_a_bound)
{
    int fd = dial(http_server_port(small));
    bool closed;

    say(fd, CHUNKED("chunked") "\r\n");
    for (int i = 0; i < 11; i++)
        say(fd, "64\r\n"
                "0123456789012345678901234567890123456789012345678901234567890123456789"
                "012345678901234567890123456789\r\n");
    say(fd, "0\r\n\r\n");
    cr_assert(says(answer(fd, 200, &closed), "413", "too-large"));
    cr_assert(closed);
    close(fd);
}

Test(http_limits, workers_answer)
{
    for (size_t i = 0; i < COUNT(posts); i++) {
        bool closed;
        const char *text = ask(http_server_port(small), posts[i].request, 450, &closed);

        cr_assert(says(text, posts[i].status, posts[i].piece), "row %zu: %s", i, text);
        cr_assert_eq(closed, posts[i].closed, "row %zu: %s", i, text);
    }
}

Test(http_limits, a_body_in_pieces_and_the_next_request)
{
    static const char *const pieces[] = {
        "POST /echo/a/x HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nab", "cd", "ef"};
    int fd = dial(http_server_port(small));
    bool closed;

    for (size_t i = 0; i < COUNT(pieces); i++) {
        send(fd, pieces[i], strlen(pieces[i]), MSG_NOSIGNAL);
        usleep(50000);
    }
    cr_assert(says(answer(fd, 200, &closed), "200", "name=a loud=- body=abcdef"));
    cr_assert_not(closed);
    send(fd, posts[0].request, strlen(posts[0].request), MSG_NOSIGNAL);
    cr_assert(says(answer(fd, 200, &closed), "200", "body=hello"));
    close(fd);
}

#define POST_1000 "POST /echo/a/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"

static int half_post(size_t bytes)
{
    static const char body[1000] = "";
    int fd = dial(http_server_port(small));

    say(fd, POST_1000);
    cr_assert_eq(send(fd, body, bytes, MSG_NOSIGNAL), (ssize_t)bytes);
    usleep(30000);
    return fd;
}

/* 3,000 bytes are promised where 2,500 have room, and next to none of them come. */
Test(http_limits, promises_take_no_room)
{
    int fd[3];
    bool closed;

    for (size_t i = 0; i < COUNT(fd); i++)
        fd[i] = half_post(2);
    cr_assert(says(ask(http_server_port(small), posts[0].request, 200, &closed), "200",
                   "hello"));
    for (size_t i = 0; i < COUNT(fd); i++)
        close(fd[i]);
}

Test(http_limits, where_bodies_have_no_room_the_slowest_goes)
{
    char rest[101];
    int fd[3];
    bool closed;

    for (size_t i = 0; i < COUNT(fd); i++)
        fd[i] = half_post(900);
    answer(fd[0], 200, &closed);
    cr_assert(closed, "it has had the most time for its 900 bytes");
    memset(rest, 'z', 100);
    rest[100] = '\0';
    for (size_t i = 1; i < COUNT(fd); i++) {
        say(fd[i], rest);
        cr_assert(says(answer(fd[i], 300, &closed), "200", ""));
    }
    for (size_t i = 0; i < COUNT(fd); i++)
        close(fd[i]);
}

/* Eight seats, from two addresses; nobody on them says anything. */
Test(http_limits, where_seats_are_taken_the_idlest_goes)
{
    int fd[8];
    bool closed;

    for (size_t i = 0; i < COUNT(fd); i++) {
        fd[i] = dial_from(i % 2 ? "127.0.0.2" : "127.0.0.3", http_server_port(small));
        usleep(5000);
    }
    cr_assert(says(ask(http_server_port(small), posts[0].request, 200, &closed), "200",
                   "hello"));
    answer(fd[0], 50, &closed);
    cr_assert(closed);
    hear(fd[7], 50, &closed);
    cr_assert_not(closed);
    for (size_t i = 0; i < COUNT(fd); i++)
        close(fd[i]);
}

/* A byte now and then keeps no head open: what libmicrohttpd calls idle it is not. */
Test(http_limits, a_head_that_hardly_comes_is_cut)
{
    static const struct http_limits limits = {.connections = 8,
                                              .connections_per_address = 8,
                                              .header_bytes = 4096,
                                              .body_bytes = 1000,
                                              .bodies_bytes = 1000,
                                              .reply_bytes = 1000,
                                              .idle_s = 1,
                                              .deadline_ms = 60000};
    struct http_service patient = small_service;
    struct http_server *s;
    bool closed = false;
    int64_t start_us;
    int fd;

    patient.limits = &limits;
    cr_assert(http_server_open(&patient, &s, &e), "%s", e.text);
    fd = dial(http_server_port(s));
    start_us = clock_mono_us();
    while (!closed && clock_mono_us() - start_us < 20000000) {
        send(fd, "G", 1, MSG_NOSIGNAL);
        hear(fd, 20, &closed);
    }
    cr_assert(closed);
    close(fd);
    http_server_close(s);
}

/* --- a body that is large, and who may send it --- */

static atomic_int entered;

static void enter_by_name(void *context, const struct http_request *rq,
                          struct http_reply *reply)
{
    (void)context;
    atomic_fetch_add(&entered, 1);
    if (strcmp(rq->authorization, "known") != 0)
        http_problem(reply, 401, "token", "the token is not valid", NULL);
}

static const struct http_route guarded_routes[] = {
    {.path = "/echo/{id}/x",
     .method = HTTP_POST,
     .worker = true,
     .heavy = true,
     .arguments = "",
     .answer = answer_echo,
     .enter = enter_by_name},
};

Test(http_limits, a_large_body_waits_until_its_token_is_known)
{
    static char name[] = "heavy";
    static void *const heavies[] = {name};
    static const struct http_limits limits = {.connections = 8,
                                              .connections_per_address = 8,
                                              .header_bytes = 4096,
                                              .body_bytes = 100000,
                                              .bodies_bytes = 100000,
                                              .reply_bytes = 200000,
                                              .idle_s = 30,
                                              .deadline_ms = 5000};
    const struct http_service guarded = {.address = "127.0.0.1",
                                         .routes = guarded_routes,
                                         .n_routes = 1,
                                         .workers = small_service.workers,
                                         .n_workers = 1,
                                         .heavies = heavies,
                                         .n_heavies = 1,
                                         .limits = &limits};
    static const char *const tokens[] = {"unknown", "known"};
    struct http_server *s;
    bool closed;

    cr_assert(http_server_open(&guarded, &s, &e), "%s", e.text);
    for (size_t i = 0; i < COUNT(tokens); i++) {
        char head[256], *body = calloc(1, 20001);
        int fd = dial(http_server_port(s));
        const char *text;

        memset(body, 'z', 20000);
        snprintf(head, sizeof(head),
                 "POST /echo/a/x HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n"
                 "Content-Length: 20000\r\n\r\n",
                 tokens[i]);
        say(fd, head);
        if (i == 0) { /* not a byte of the body was needed */
            text = answer(fd, 500, &closed);
            cr_assert(says(text, "401", "token"), "%s", text);
            cr_assert(closed);
        } else {
            say(fd, body);
            text = answer(fd, 500, &closed);
            cr_assert(says(text, "200", "worker=heavy"), "%.300s", text);
            cr_assert_not_null(strstr(text, "zzzz"));
        }
        free(body);
        close(fd);
    }
    cr_assert_eq(atomic_load(&entered), 2);
    /* a small one is not asked about beforehand: the route does it */
    cr_assert(
        says(ask(http_server_port(s), posts[0].request, 300, &closed), "200", "hello"));
    cr_assert_eq(atomic_load(&entered), 2);
    http_server_close(s);
}

Test(http_limits, closing_lets_a_worker_finish)
{
    const char *request = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
    struct http_server *other;
    bool closed;
    int fd[3];

    cr_assert(http_server_open(&small_service, &other, &e), "%s", e.text);
    for (size_t i = 0; i < COUNT(fd); i++) {
        fd[i] = dial(http_server_port(other));
        send(fd[i], request, strlen(request), MSG_NOSIGNAL);
        usleep(20000);
    }
    http_server_close(other);
    cr_assert(says(answer(fd[0], 200, &closed), "200", "slept"));
    cr_assert(says(answer(fd[1], 200, &closed), "200", "slept"));
    cr_assert(says(answer(fd[2], 200, &closed), "503", "stopping"));
    for (size_t i = 0; i < COUNT(fd); i++)
        close(fd[i]);
}
