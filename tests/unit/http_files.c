/* http_files: answers with more header fields, entity tags, files and ranges. */
#include "http_client.h"

#include <fcntl.h>

#define BIG_BYTES (48 << 20)

static struct err e;
static struct http_server *server;

static int make_file(size_t bytes)
{
    char name[] = "/tmp/http-files-XXXXXX";
    int fd = mkstemp(name);
    char block[4096];

    cr_assert_geq(fd, 0);
    unlink(name);
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = (char)('a' + i % 26);
    for (size_t done = 0; done < bytes; done += sizeof(block))
        cr_assert_gt(
            write(fd, block, bytes - done < sizeof(block) ? bytes - done : sizeof(block)),
            0);
    return fd;
}

static void answer_small(void *context, const struct http_request *rq,
                         struct http_reply *reply)
{
    (void)context;
    (void)rq;
    http_reply_file(reply, make_file(26), 26, "v1", "text/csv; charset=utf-8");
    http_reply_field(reply, "Content-Disposition", "attachment; filename=\"a.csv\"");
}

static void answer_empty(void *context, const struct http_request *rq,
                         struct http_reply *reply)
{
    (void)context;
    (void)rq;
    http_reply_file(reply, make_file(0), 0, NULL, "text/csv");
}

static void answer_big(void *context, const struct http_request *rq,
                       struct http_reply *reply)
{
    (void)context;
    (void)rq;
    http_reply_file(reply, make_file(BIG_BYTES), BIG_BYTES, "big", "text/csv");
}

static void answer_cut_short(void *context, const struct http_request *rq,
                             struct http_reply *reply)
{
    (void)context;
    (void)rq;
    http_reply_file(reply, make_file(100000), 200000, "short", "text/csv");
}

static void answer_page(void *context, const struct http_request *rq,
                        struct http_reply *reply)
{
    const char *language = http_header(rq, "accept-language");

    (void)context;
    buf_addf(&reply->body, "name=%s head=%d language=%s\n", rq->name, rq->head,
             language != NULL ? language : "-");
    http_reply_etag(reply, "page-1");
    http_reply_field(reply, "Cache-Control", "max-age=60");
    http_reply_field(reply, "Content-Security-Policy", "default-src 'none'");
}

static void answer_form(void *context, const struct http_request *rq,
                        struct http_reply *reply)
{
    char value[64];

    (void)context;
    if (http_form_value(rq, "List-Unsubscribe", value, sizeof(value)))
        buf_addf(&reply->body, "value=%s\n", value);
    else
        http_problem(reply, 422, "no-field", "the field is not there", NULL);
}

static const struct http_route routes[] = {
    {.path = "/small", .worker = true, .answer = answer_small},
    {.path = "/empty", .answer = answer_empty},
    {.path = "/big", .worker = true, .answer = answer_big},
    {.path = "/short", .answer = answer_cut_short},
    {.path = "/console/", .answer = answer_page},
    {.path = "/console/{file}", .answer = answer_page},
    {.path = "/v1/lists/{id}/changes", .worker = true, .answer = answer_page},
    {.path = "/u/{token}", .method = HTTP_POST, .worker = true, .answer = answer_form},
    {.path = "/u/{token}", .answer = answer_page},
};
static char a_worker[] = "w";
static void *const workers[] = {a_worker};
static const struct http_limits limits = {
    .connections = 16,
    .connections_per_address = 16,
    .header_bytes = 8192,
    .body_bytes = 10000,
    .bodies_bytes = 20000,
    .reply_bytes = 100000,
    .idle_s = 30,
    .deadline_ms = 3000,
    .progress_bytes = 1 << 20,
};
static const struct http_service service = {
    .address = "127.0.0.1",
    .routes = routes,
    .n_routes = COUNT(routes),
    .workers = workers,
    .n_workers = COUNT(workers),
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

TestSuite(http_files, .init = setup, .fini = teardown);

#define ALL "abcdefghijklmnopqrstuvwxyz"

static const struct {
    const char *method, *path, *headers, *status, *field, *body;
} rows[] = {
    {"GET", "/small", "", "200", "\r\nETag: \"v1\"\r\n", ALL},
    {"GET", "/small", "", "200", "\r\nContent-Length: 26\r\n", ALL},
    {"GET", "/small", "", "200", "\r\nAccept-Ranges: bytes\r\n", ALL},
    {"GET", "/small", "", "200", "\r\nContent-Type: text/csv; charset=utf-8\r\n", ALL},
    {"GET", "/small", "", "200",
     "\r\nContent-Disposition: attachment; filename=\"a.csv\"\r\n", ALL},
    {"HEAD", "/small", "", "200", "\r\nContent-Length: 26\r\n", ""},
    {"HEAD", "/small", "Range: bytes=1-2\r\n", "200", "\r\nContent-Length: 26\r\n", ""},
    {"GET", "/small", "If-None-Match: \"v1\"\r\n", "304", "\r\nETag: \"v1\"\r\n", ""},
    {"HEAD", "/small", "If-None-Match: \"v1\"\r\n", "304", "\r\nETag: \"v1\"\r\n", ""},
    {"GET", "/small", "If-None-Match: \"v0\", W/\"v1\"\r\n", "304", "", ""},
    {"GET", "/small", "If-None-Match: \"v0\"\r\n", "200", "", ALL},
    {"GET", "/small", "Range: bytes=1-2\r\n", "206",
     "\r\nContent-Range: bytes 1-2/26\r\n", "bc"},
    {"GET", "/small", "Range: bytes=1-2\r\n", "206", "\r\nContent-Length: 2\r\n", "bc"},
    {"GET", "/small", "Range: bytes=20-\r\n", "206", "bytes 20-25/26", "uvwxyz"},
    {"GET", "/small", "Range: bytes=-1\r\n", "206", "bytes 25-25/26", "z"},
    {"GET", "/small", "Range: bytes=26-\r\n", "416", "\r\nContent-Range: bytes */26\r\n",
     NULL},
    {"GET", "/small", "Range: bytes=0-1,3-4\r\n", "200", "", ALL},
    {"GET", "/small", "Range: bytes=1-2\r\nRange: bytes=3-4\r\n", "200", "", ALL},
    {"GET", "/small", "Range: nonsense\r\n", "200", "", ALL},
    {"GET", "/small", "Range: bytes=1-2\r\nIf-Range: \"v1\"\r\n", "206", "", "bc"},
    {"GET", "/small", "Range: bytes=1-2\r\nIf-Range: \"v0\"\r\n", "200", "", ALL},
    {"GET", "/small", "Range: bytes=1-2\r\nIf-Range: W/\"v1\"\r\n", "200", "", ALL},
    {"GET", "/small", "Range: bytes=1-2\r\nIf-None-Match: \"v1\"\r\n", "304", "", ""},
    {"GET", "/empty", "", "200", "\r\nContent-Length: 0\r\n", ""},
    {"GET", "/empty", "Range: bytes=0-\r\n", "416", "bytes */0", NULL},
    {"GET", "/console/", "", "200", "\r\nCache-Control: max-age=60\r\n",
     "name= head=0 language=-\n"},
    {"GET", "/console/", "If-None-Match: \"page-1\"\r\n", "304", "\"page-1\"", ""},
    {"GET", "/console/app.js", "", "200", "\r\nReferrer-Policy: no-referrer\r\n",
     "name=app.js head=0 language=-\n"},
    {"GET", "/console/a", "Accept-Language: de, en;q=0.5\r\n", "200",
     "\r\nContent-Security-Policy: default-src 'none'\r\n",
     "name=a head=0 language=de, en;q=0.5\n"},
    {"GET", "/console/%61%2Fb%25", "", "200", "", "name=a/b% head=0 language=-\n"},
    {"GET", "/console/%2e%2e", "", "200", "", "name=.. head=0 language=-\n"},
    {"GET", "/console/a+b", "", "200", "", "name=a+b head=0 language=-\n"},
    {"GET", "/console/a%00b", "", "404", "", NULL},
    {"GET", "/console/a%0", "", "404", "", NULL},
    {"GET", "/console/%zz", "", "404", "", NULL},
    {"GET", "/console/a/b", "", "404", "", NULL},
    {"GET", "/%63onsole/", "", "404", "", NULL},
    {"GET", "/v1/lists/some-list/changes", "", "200", "",
     "name=some-list head=0 language=-\n"},
    {"GET", "/v1/lists//changes", "", "404", "", NULL},
    {"GET", "/v1/lists/a/changesx", "", "404", "", NULL},
    {"HEAD", "/u/abc", "", "200", "\r\nContent-Length: 27\r\n", ""},
};

Test(http_files, rows)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        char request[512];
        const char *text;
        bool closed;

        snprintf(request, sizeof(request),
                 "%s %s HTTP/1.1\r\nHost: x\r\n%sConnection: close\r\n\r\n",
                 rows[i].method, rows[i].path, rows[i].headers);
        text = ask(http_server_port(server), request, 3000, &closed);
        cr_assert(says(text, rows[i].status, rows[i].field), "row %zu: %s", i, text);
        cr_assert(closed, "row %zu", i);
        if (rows[i].body != NULL)
            cr_assert_str_eq(body_of(text), rows[i].body, "row %zu: %s", i, text);
        cr_assert_not_null(strstr(text, "X-Content-Type-Options: nosniff\r\n"));
    }
}

Test(http_files, a_long_name_is_not_found)
{
    char request[HTTP_PATH_NAME_BYTES + 200];
    bool closed;

    for (int len = HTTP_PATH_NAME_BYTES - 1; len <= HTTP_PATH_NAME_BYTES; len++) {
        snprintf(request, sizeof(request),
                 "GET /console/%0*d HTTP/1.1\r\nHost: x\r\n\r\n", len, 7);
        cr_assert(says(ask(http_server_port(server), request, 300, &closed),
                       len < HTTP_PATH_NAME_BYTES ? "200" : "404", ""));
    }
}

Test(http_files, forms)
{
    static const struct {
        const char *headers, *body, *status, *piece;
    } posts[] = {
        {"Content-Type: application/x-www-form-urlencoded\r\n",
         "List-Unsubscribe=One-Click", "200", "\r\n\r\nvalue=One-Click\n"},
        {"Content-Type: multipart/form-data; boundary=\"=x=\"\r\n",
         "--=x=\r\nContent-Disposition: form-data; "
         "name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--=x=--\r\n",
         "200", "\r\n\r\nvalue=One-Click\n"},
        {"Content-Type: text/plain\r\n", "List-Unsubscribe=One-Click", "422", "no-field"},
        {"", "List-Unsubscribe=One-Click", "422", "no-field"},
    };

    for (size_t i = 0; i < COUNT(posts); i++) {
        char request[512];
        const char *text;
        bool closed;

        snprintf(request, sizeof(request),
                 "POST /u/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                 "Content-Length: %zu\r\n%s\r\n%s",
                 strlen(posts[i].body), posts[i].headers, posts[i].body);
        text = ask(http_server_port(server), request, 3000, &closed);
        cr_assert(says(text, posts[i].status, posts[i].piece), "row %zu: %s", i, text);
    }
}

/* Takes the answer so fast, and returns how much came. */
static size_t take(int fd, size_t block_bytes, useconds_t pause_us)
{
    static char block[1 << 20];
    size_t total = 0;
    ssize_t got;

    while ((got = recv(fd, block, block_bytes, 0)) > 0) {
        total += (size_t)got;
        usleep(pause_us);
    }
    return total;
}

static const char get_big[] = "GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/* A deadline that a busy machine keeps, with 64 KiB to move in each: at the pace below it
 * is 24 MiB. */
#define ROOMY_MS 3000

/* Takes it evenly over twice that; who is behind does not wait. */
static size_t take_evenly(int fd)
{
    static char block[1 << 18];
    const int64_t start_us = clock_mono_us(), all_us = 2 * ROOMY_MS * INT64_C(1000);
    size_t total = 0;
    ssize_t got;

    while ((got = recv(fd, block, sizeof(block), 0)) > 0) {
        int64_t ahead_us;

        total += (size_t)got;
        ahead_us = all_us / (BIG_BYTES >> 10) * (int64_t)(total >> 10) -
                   (clock_mono_us() - start_us);
        if (ahead_us > 0)
            usleep((useconds_t)ahead_us);
    }
    return total;
}

Test(http_files, a_big_one_may_take_longer_than_the_deadline)
{
    struct http_limits roomy = limits;
    struct http_service other = service;
    struct http_server *roomy_server;
    int64_t start_us;
    int fd;

    roomy.deadline_ms = ROOMY_MS;
    roomy.progress_bytes = 1 << 16;
    other.limits = &roomy;
    cr_assert(http_server_open(&other, &roomy_server, &e), "%s", e.text);
    fd = dial(http_server_port(roomy_server));
    start_us = clock_mono_us();
    say(fd, get_big);
    cr_assert_gt(take_evenly(fd), (size_t)BIG_BYTES);
    cr_assert_gt(clock_mono_us() - start_us, 3 * ROOMY_MS * INT64_C(1000) / 2,
                 "too quick to say anything");
    close(fd);
    http_server_close(roomy_server);
}

Test(http_files, one_that_hardly_moves_is_cut)
{
    int fd = dial(http_server_port(server));
    int64_t start_us = clock_mono_us();

    say(fd, get_big);
    cr_assert_lt(take(fd, 4096, 20000), (size_t)BIG_BYTES);
    cr_assert_lt(clock_mono_us() - start_us, 40000000);
    close(fd);
}

Test(http_files, a_file_shorter_than_said_ends_the_connection)
{
    int fd = dial(http_server_port(server));
    size_t total;

    say(fd, "GET /short HTTP/1.1\r\nHost: x\r\n\r\n");
    total = take(fd, 1 << 20, 0);
    cr_assert(total > 100000 && total < 101000, "%zu bytes", total);
    close(fd);
}

Test(http_files, the_next_request_on_the_same_connection)
{
    int fd = dial(http_server_port(server));
    bool closed;

    for (int i = 0; i < 3; i++) {
        say(fd, "GET /small HTTP/1.1\r\nHost: x\r\nRange: bytes=0-2\r\n\r\n");
        cr_assert_str_eq(body_of(answer(fd, 200, &closed)), "abc");
        cr_assert_not(closed);
    }
    usleep(3500000);
    hear(fd, 200, &closed);
    cr_assert(closed, "the deadline is that of a request again");
    close(fd);
}
