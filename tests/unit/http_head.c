/* http_head: heads as RFC 9112 has them, and all others, over a real socket. */
#include "http_client.h"

static struct http_server *server;
static struct err e;

static void answer_ok(void *context, const struct http_request *rq,
                      struct http_reply *reply)
{
    (void)context;
    buf_addf(&reply->body, "type=%s body=%.*s\n", rq->content_type, (int)rq->body_len,
             rq->body_len > 0 ? rq->body : "");
}

static const struct http_route head_routes[] = {
    {.path = "/ok", .answer = answer_ok},
    {.path = "/ok", .method = HTTP_POST, .answer = answer_ok},
};

static void setup(void)
{
    static const struct http_service service = {
        .address = "127.0.0.1", .routes = head_routes, .n_routes = 2};

    alarm(240);
    cr_assert(http_server_open(&service, &server, &e), "%s", e.text);
}

static void teardown(void)
{
    http_server_close(server);
}

TestSuite(http_head, .init = setup, .fini = teardown);

#define POST_OK "POST /ok HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"

/* How many answers, and the first one's status; none leaves a second request an answer.
 */
static const struct {
    const char *request, *status;
} heads[] = {
    {"GET /ok HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "200"},
    {"GET /ok HTTP/1.1\r\nhOST:h\r\nConnection:\tclose\r\nX-Empty:\r\n\r\n", "200"},
    {"GET /ok HTTP/1.1\r\nHost: h\r\nX: caf\xc3\xa9\r\nConnection: close\r\n\r\n", "200"},
    {POST_OK "Content-Length: 2\r\n\r\nhi", "200"},
    /* ends of lines */
    {"GET /ok HTTP/1.1\nHost: h\nConnection: close\n\n", "400"},
    {"GET /ok HTTP/1.1\r\nHost: h\nConnection: close\r\n\r\n", "400"},
    {"GET /ok HTTP/1.1\nHost: h\r\nConnection: close\r\n\r\n", "400"},
    {"GET /ok HTTP/1.1\r\nHost: h\r\nX: y\rZ: w\r\nConnection: close\r\n\r\n", "400"},
    {POST_OK "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nhi", "400"},
    {POST_OK "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nhi", "400"},
    {POST_OK "Content-Length: 2\r\n\nhi", "400"},
    {POST_OK "Content-Length: 2\n\nhi", "400"},
    /* continued lines */
    {POST_OK "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nhi", "400"},
    {POST_OK "X: y\r\n\tz\r\nContent-Length: 2\r\n\r\nhi", "400"},
    {POST_OK "Content-Length: 2\r\n 0\r\n\r\nhi", "400"},
    {POST_OK "Content-Length: 2\r\nX: y\r\n z\r\n\r\nhi", "400"},
    /* names and values */
    {POST_OK "Content-Length : 2\r\n\r\nhi", "400"},
    {POST_OK "Content-Length\t: 2\r\n\r\nhi", "400"},
    {POST_OK "Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\nhi", "400"},
    {POST_OK "X(y): z\r\nContent-Length: 2\r\n\r\nhi", "400"},
    {POST_OK ": z\r\nContent-Length: 2\r\n\r\nhi", "400"},
    {POST_OK "X: a\vb\r\nContent-Length: 2\r\n\r\nhi", "400"},
    /* a path with a blank in it */
    {"GET /ok /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "400"},
    /* what ends lines, in a query */
    {"GET /ok?x=a\rb HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "400"},
    {"GET /ok?a\rb=x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "400"},
    {"GET /ok?x=a\x01 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "400"},
    /* fields that stand once */
    {POST_OK "Authorization: a\r\nAuthorization: b\r\nContent-Length: 2\r\n\r\nhi",
     "400"},
    {POST_OK "Authorization: \r\nAuthorization: b\r\nContent-Length: 2\r\n\r\nhi", "400"},
    {"GET /ok HTTP/1.1\r\nHost: h\r\nHost: h\r\nConnection: close\r\n\r\n", "400"},
};

static size_t answers(const char *text)
{
    size_t n = 0;

    while ((text = strstr(text, "HTTP/1.1 ")) != NULL) {
        n++;
        text++;
    }
    return n;
}

Test(http_head, refused_to_the_letter)
{
    for (size_t i = 0; i < COUNT(heads); i++) {
        bool closed;
        const char *text = ask(http_server_port(server), heads[i].request, 5000, &closed);

        cr_assert(says(text, heads[i].status, ""), "%s\n%s", heads[i].request, text);
        cr_assert_eq(answers(text), 1, "%s\n%s", heads[i].request, text);
        cr_assert(closed, "stays open: %s", heads[i].request);
    }
}

/* A head may be long and come in pieces: what is looked at is still where it came. */
Test(http_head, long_heads_in_pieces)
{
    for (size_t lines = 1; lines < 180; lines += 13) {
        char request[16384];
        size_t len =
            (size_t)snprintf(request, sizeof(request), "GET /ok HTTP/1.1\r\nHost: h\r\n");
        int fd = dial(http_server_port(server));
        const char *text;
        bool closed;

        for (size_t i = 0; i < lines; i++)
            len += (size_t)snprintf(request + len, sizeof(request) - len,
                                    "X-%zu: %0*zu\r\n", i, (int)(i % 40) + 1, i);
        len += (size_t)snprintf(request + len, sizeof(request) - len,
                                "Connection: close\r\n\r\n");
        for (size_t at = 0; at < len; at += 777) {
            size_t n = len - at < 777 ? len - at : 777;

            cr_assert_eq(write(fd, request + at, n), (ssize_t)n);
            usleep(500);
        }
        text = answer(fd, 5000, &closed);
        close(fd);
        cr_assert(says(text, "200", "type="), "%zu lines: %s", lines, text);
    }
}
