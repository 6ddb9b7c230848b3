/*
 * server.h - a small HTTP/1.1 server in a thread of its own.
 *
 * One table of routes with exact paths; one thread that waits, answers and keeps time, so
 * that nothing here needs a lock. What a stranger can cost us is bounded on every side:
 * connections (in all and from one address), bytes of request line and headers, idle
 * time, and the whole time of one request, however slowly it dribbles in or is read.
 *
 * Only GET and HEAD so far. A request with a body, or with any Transfer-Encoding, is
 * refused before it is looked at: libmicrohttpd 0.9.75 predates its strict parser. TLS is
 * left to a proxy in front.
 */
#ifndef CONSENT_HTTP_SERVER_H
#define CONSENT_HTTP_SERVER_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define HTTP_REPLY_BYTES_MAX (16 * 1024 * 1024)

/* Handed to the route: status 200, "text/plain; charset=utf-8" and an empty body. type
 * must be a string literal. A body past HTTP_REPLY_BYTES_MAX becomes a plain 500. */
struct http_reply {
    unsigned status;
    const char *type;
    struct buf body;
};

struct http_route {
    const char *path;
    /* Called on the server's thread: must be quick, and safe beside the program's others.
     */
    void (*answer)(void *context, struct http_reply *reply);
};

struct http_limits {
    unsigned connections;
    unsigned connections_per_address;
    size_t header_bytes; /* request line and headers, at least 2048           */
    unsigned idle_s;     /* without a byte                                    */
    int32_t deadline_ms; /* from connecting, or the last answer, to the answer's end */
};

/* 64 connections, 32 an address, 16 KiB of headers, 5 s idle, 10 s in all. */
extern const struct http_limits http_limits_preset;

struct http_server;

/* address: "127.0.0.1", "::1" and the like, never a name; port 0 takes a free one. routes
 * and context must outlive the server. ERR_CONFIG HTTP_ADDRESS, HTTP_BIND; ERR_FATAL
 * HTTP_START. */
bool http_server_open(const char *address, uint16_t port, const struct http_route *routes,
                      size_t n, void *context, const struct http_limits *limits,
                      struct http_server **ret, struct err *err);

uint16_t http_server_port(const struct http_server *s);

/* Lets no request finish: closes all connections and waits for the thread. NULL is fine.
 */
void http_server_close(struct http_server *s);

#endif
