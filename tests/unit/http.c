/* http: the daemons' three pages over real sockets, and what is refused. */
#include "base/metric.h"
#include "http/metrics.h"
#include "http_client.h"

#include <stdatomic.h>

static struct http_metrics *m;
static struct err e;
static atomic_bool is_ready;
static struct metric seen = {
    .name = "t_seen_total", .help = "Seen.", .kind = METRIC_COUNTER};

static bool ready(void *context, char *why, size_t why_bytes)
{
    snprintf(why, why_bytes, "waiting for %s", (const char *)context);
    return atomic_load(&is_ready);
}

static void setup(void)
{
    static char what[] = "the broker";

    alarm(240); /* Criterion's own time limit leaks, which AddressSanitizer reports */
    metric_register(&seen);
    metric_add(metric_labelled(&seen, ""), 5);
    cr_assert(http_metrics_open("127.0.0.1", 0, ready, what, &m, &e), "%s", e.text);
}

static void teardown(void)
{
    http_metrics_close(m);
}

static const char *get(const char *path)
{
    char request[256];
    bool closed;

    snprintf(request, sizeof(request),
             "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    return ask(http_metrics_port(m), request, 5000, &closed);
}

TestSuite(http, .init = setup, .fini = teardown);

Test(http, metrics)
{
    const char *text = get("/metrics");

    cr_assert(says(text, "200", "\nt_seen_total 5\n"), "%s", text);
    cr_assert_not_null(strstr(text, "Content-Type: text/plain; version=0.0.4"));
    cr_assert_not_null(strstr(text, "process_resident_memory_bytes"));
    cr_assert_not_null(strstr(text, "Cache-Control: no-store"));
}

Test(http, health_and_readiness)
{
    cr_assert(says(get("/healthz"), "200", "\r\n\r\nok\n"));
    cr_assert(says(get("/readyz"), "503", "\r\n\r\nnot ready: waiting for the broker\n"));
    atomic_store(&is_ready, true);
    cr_assert(says(get("/readyz"), "200", "\r\n\r\nready\n"));
}

static const struct {
    const char *request, *status;
} requests[] = {
    {"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404"},
    {"GET /metrics/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404"},
    {"GET /healthz?x=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200"},
    {"GET /healthz HTTP/1.0\r\n\r\n", "200"},
    {"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "405"},
    {"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n", "405"},
    {"DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "405"},
    {"get /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "405"},
    {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
     "200"},
    {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "400"},
    {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: "
     "5\r\n\r\nhello",
     "400"},
    {"GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "400"},
    {"GET /healthz HTTP/1.1\r\nHost: x\r\ntransfer-encoding: identity\r\n\r\n", "400"},
    {"GET /healthz HTTP/1.1\r\n\r\n", "400"},
    {"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
};

Test(http, one_answer_and_then_closed)
{
    for (size_t i = 0; i < COUNT(requests); i++) {
        bool closed;
        const char *text = ask(http_metrics_port(m), requests[i].request, 3000, &closed);

        cr_assert(strlen(text) > 12 && strncmp(text + 9, requests[i].status, 3) == 0,
                  "row %zu: %s", i, text);
        cr_assert_null(strstr(text + 9, "HTTP/1."), "row %zu: two answers: %s", i, text);
        cr_assert(closed, "row %zu: left open", i);
    }
}

Test(http, head_has_no_body)
{
    bool closed;
    const char *text = ask(
        http_metrics_port(m),
        "HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 3000, &closed);

    cr_assert(says(text, "200", "Content-Length: 3\r\n"), "%s", text);
    cr_assert_str_eq(strstr(text, "\r\n\r\n"), "\r\n\r\n");
}

Test(http, a_connection_is_kept)
{
    int fd = dial(http_metrics_port(m));
    const char *request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    bool closed;

    for (int i = 0; i < 3; i++) {
        cr_assert_eq(send(fd, request, strlen(request), MSG_NOSIGNAL),
                     (ssize_t)strlen(request));
        cr_assert(says(answer(fd, 300, &closed), "200", "ok\n"));
        cr_assert_not(closed);
    }
    close(fd);
}

Test(http, large_headers_are_refused)
{
    static char request[40000];
    size_t n = (size_t)snprintf(request, sizeof(request),
                                "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
    bool closed;
    const char *text;
    int fd = dial(http_metrics_port(m));

    memset(request + n, 'a', sizeof(request) - n - 1);
    send(fd, request, strlen(request), MSG_NOSIGNAL);
    text = answer(fd, 3000, &closed);
    cr_assert(closed);
    cr_assert(text[0] == '\0' || says(text, "431", "") || says(text, "413", ""), "%s",
              text);
    close(fd);
}

Test(http_open, refusals)
{
    struct http_metrics *one = NULL, *two = NULL;

    cr_assert_not(http_metrics_open("localhost", 0, NULL, NULL, &two, &e));
    cr_assert(e.kind == ERR_CONFIG && strcmp(e.code, "HTTP_ADDRESS") == 0);
    cr_assert(http_metrics_open("127.0.0.1", 0, NULL, NULL, &one, &e), "%s", e.text);
    cr_assert_neq(http_metrics_port(one), 0);
    cr_assert_not(
        http_metrics_open("127.0.0.1", http_metrics_port(one), NULL, NULL, &two, &e));
    cr_assert(e.kind == ERR_RETRY && strcmp(e.code, "HTTP_IN_USE") == 0, "%s", e.code);
    cr_assert_not_null(strstr(e.text, "is taken"));
    cr_assert_null(two);
    cr_assert_not(http_metrics_open("192.0.2.1", 0, NULL, NULL, &two, &e));
    cr_assert(e.kind == ERR_RETRY && strcmp(e.code, "HTTP_NO_ADDRESS") == 0, "%s",
              e.code);
    http_metrics_close(one);
    http_metrics_close(NULL);
}

Test(http_open, closes_with_connections_open)
{
    struct http_metrics *one = NULL;
    uint16_t port;
    bool closed;
    int fd;

    cr_assert(http_metrics_open("127.0.0.1", 0, NULL, NULL, &one, &e), "%s", e.text);
    port = http_metrics_port(one);
    fd = dial(port);
    send(fd, "GET /he", 7, MSG_NOSIGNAL);
    usleep(150000);
    http_metrics_close(one);
    hear(fd, 1000, &closed);
    cr_assert(closed);
    close(fd);
    /* The port is free for the next one at once. */
    cr_assert(http_metrics_open("127.0.0.1", port, NULL, NULL, &one, &e), "%s", e.text);
    http_metrics_close(one);
}
