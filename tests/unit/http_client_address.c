/* http_client_address: for whom a request is, behind proxies that are trusted. */
#include "http_client.h"

#include "http/client.h"

#include <arpa/inet.h>

static struct err e;

static void address(const char *text, uint8_t ret[HTTP_CLIENT_BYTES])
{
    struct proxies one;

    cr_assert(proxies_read(text, &one, &e), "%s", text);
    memcpy(ret, one.net[0].at, HTTP_CLIENT_BYTES);
}

static const struct {
    const char *proxies, *field, *client; /* NULL: nobody */
} fields[] = {
    {"10.0.0.1", "192.0.2.7", "192.0.2.7"},
    {"10.0.0.1", " 192.0.2.7 ", "192.0.2.7"},
    {"10.0.0.1", "192.0.2.7:4711", "192.0.2.7"},
    {"10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"},
    {"10.0.0.1", "2001:db8::7", "2001:db8::7"},
    /* the client's own words come first, and do not count */
    {"10.0.0.1", "203.0.113.9, 192.0.2.7", "192.0.2.7"},
    {"10.0.0.1", "nonsense, 192.0.2.7", "192.0.2.7"},
    {"10.0.0.0/8", "203.0.113.9, 192.0.2.7, 10.1.2.3", "192.0.2.7"},
    {"10.0.0.0/8 2001:db8:1::/48", "192.0.2.7,2001:db8:1:2::3,10.9.9.9", "192.0.2.7"},
    /* nobody */
    {"10.0.0.0/8", "10.1.2.3", NULL},
    {"10.0.0.1", "", NULL},
    {"10.0.0.1", "unknown", NULL},
    {"10.0.0.1", "192.0.2.7, unknown", NULL},
    {"10.0.0.1", "192.0.2.7,", NULL},
    {"10.0.0.1", "192.0.2.256", NULL},
};

Test(http_client_address, of_a_field)
{
    for (size_t i = 0; i < COUNT(fields); i++) {
        struct proxies proxies;
        uint8_t got[HTTP_CLIENT_BYTES], want[HTTP_CLIENT_BYTES];
        bool named;

        cr_assert(proxies_read(fields[i].proxies, &proxies, &e));
        named = client_of_field(&proxies, fields[i].field, got);
        cr_assert_eq(named, fields[i].client != NULL, "%s", fields[i].field);
        if (!named)
            continue;
        address(fields[i].client, want);
        cr_assert_arr_eq(got, want, sizeof(got), "%s", fields[i].field);
    }
}

Test(http_client_address, of_settings)
{
    static const char *const bad[] = {"proxy.example", "10.0.0.0/33", "10.0.0.0/",
                                      "::1/129",       "10.0.0.1:80", "10.0.0.0/-1"};
    struct proxies proxies;
    uint8_t at[HTTP_CLIENT_BYTES], net[HTTP_CLIENT_BYTES];

    for (size_t i = 0; i < COUNT(bad); i++)
        cr_assert_not(proxies_read(bad[i], &proxies, &e), "%s", bad[i]);
    cr_assert(proxies_read(NULL, &proxies, &e));
    address("10.1.2.3", at);
    cr_assert_not(client_is_proxy(&proxies, at));
    cr_assert(proxies_read("10.0.0.0/9", &proxies, &e));
    cr_assert(client_is_proxy(&proxies, at));
    address("10.128.0.1", at);
    cr_assert_not(client_is_proxy(&proxies, at));
    address("127.3.2.1", at);
    cr_assert(client_is_near(at));
    address("2001:db8:1:2:3::4", at);
    client_network(at, net);
    address("2001:db8:1:2::", at);
    cr_assert_arr_eq(net, at, sizeof(net));
}

Test(http_client_address, of_a_field_that_can_be_read)
{
    static const char *const good[] = {"X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP",
                                       "Forwarded-For", NULL};
    static const char *const bad[] = {
        "Forwarded", "forwarded", "", "X-Forwarded-For:", "X-Forwarded-For, X-Real-IP",
        "X Real IP"};

    for (size_t i = 0; i < COUNT(good); i++)
        cr_assert(client_field_check(good[i], &e), "%s", good[i]);
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_assert_not(client_field_check(bad[i], &e), "%s", bad[i]);
        cr_assert_eq(e.kind, ERR_CONFIG);
        cr_assert_not_null(strstr(e.text, "X-Forwarded-For, X-Real-IP"), "%s", e.text);
    }
}

/* --- a server behind one --- */

static void answer_client(void *context, const struct http_request *rq,
                          struct http_reply *reply)
{
    char text[INET6_ADDRSTRLEN] = "";

    (void)context;
    inet_ntop(AF_INET6, rq->client, text, sizeof(text));
    buf_addf(&reply->body, "known=%d client=%s\n", rq->client_known, text);
}

static const struct http_route routes[] = {
    {.path = "/who", .answer = answer_client},
    {.path = "/slow", .method = HTTP_POST, .answer = answer_client},
};

static const struct http_limits limits = {
    .connections = 64,
    .connections_per_address = 4,
    .header_bytes = 4096,
    .body_bytes = 1000,
    .bodies_bytes = 100000,
    .reply_bytes = 65536,
    .idle_s = 30,
    .deadline_ms = 30000,
};

static struct http_server *serve(const char *proxies)
{
    struct http_service service = {.address = "127.0.0.1",
                                   .routes = routes,
                                   .n_routes = COUNT(routes),
                                   .limits = &limits,
                                   .proxies = proxies,
                                   .client_field = "X-Forwarded-For"};
    struct http_server *server;

    alarm(240);
    cr_assert(http_server_open(&service, &server, &e), "%s", e.text);
    return server;
}

#define WHO(fields) "GET /who HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" fields "\r\n"
#define HALF(client)                                                                     \
    "POST /slow HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: " client                         \
    "\r\nContent-Length: 9\r\n\r\nhalf"

Test(http_client_address, only_a_trusted_proxy_is_heard)
{
    struct http_server *server = serve("127.0.0.0/8");
    bool closed;

    cr_assert(says(ask(http_server_port(server), WHO("X-Forwarded-For: 192.0.2.7\r\n"),
                       5000, &closed),
                   "200", "known=1 client=::ffff:192.0.2.7"));
    cr_assert(
        says(ask(http_server_port(server),
                 WHO("X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: 192.0.2.8\r\n"),
                 5000, &closed),
             "200", "known=1 client=::ffff:192.0.2.8"));
    cr_assert(
        says(ask(http_server_port(server), WHO(""), 5000, &closed), "200", "known=0"));
    http_server_close(server);
    server = serve("10.0.0.1");
    cr_assert(says(ask(http_server_port(server), WHO("X-Forwarded-For: 192.0.2.7\r\n"),
                       5000, &closed),
                   "200", "known=0"));
    http_server_close(server);
}

/* The client's own words come first in the field, and it may say many. */
Test(http_client_address, however_long_the_field_is)
{
    struct http_server *server = serve("127.0.0.1");
    char request[4000];
    bool closed;

    snprintf(request, sizeof(request), WHO("X-Forwarded-For: %02000d, 192.0.2.7\r\n"), 0);
    cr_assert(says(ask(http_server_port(server), request, 5000, &closed), "200",
                   "known=1 client=::ffff:192.0.2.7"));
    http_server_close(server);
}

/* One client spends its own seats, through however many connections of the proxy. */
Test(http_client_address, a_client_of_a_proxy_has_its_own_seats)
{
    struct http_server *server = serve("127.0.0.1");
    const uint16_t port = http_server_port(server);
    int fd[12];
    size_t refused = 0;
    bool closed;

    for (size_t i = 0; i < COUNT(fd); i++) {
        fd[i] = dial(port);
        say(fd[i], HALF("192.0.2.66"));
    }
    for (size_t i = 0; i < COUNT(fd); i++)
        refused += says(hear(fd[i], 300, &closed), "429", "");
    cr_assert_eq(refused, COUNT(fd) - limits.connections_per_address);
    cr_assert(
        says(ask(port, WHO("X-Forwarded-For: 192.0.2.7\r\n"), 5000, &closed), "200", ""));
    for (size_t i = 0; i < COUNT(fd); i++)
        close(fd[i]);
    http_server_close(server);
}

/* Without a proxy, connections of one address are what is counted. */
Test(http_client_address, one_address_does_not_take_all_seats)
{
    struct http_server *server = serve("");
    const uint16_t port = http_server_port(server);
    int fd[12];
    size_t shut = 0;
    bool closed;

    for (size_t i = 0; i < COUNT(fd); i++)
        fd[i] = dial_from("127.0.0.9", port);
    for (size_t i = 0; i < COUNT(fd); i++) {
        hear(fd[i], 200, &closed);
        shut += closed;
    }
    cr_assert_eq(shut, COUNT(fd) - limits.connections_per_address);
    cr_assert(says(ask(port, WHO(""), 5000, &closed), "200", ""));
    for (size_t i = 0; i < COUNT(fd); i++)
        close(fd[i]);
    http_server_close(server);
}
