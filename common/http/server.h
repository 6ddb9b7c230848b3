/*
 * server.h - a small HTTP/1.1 server: one table of routes, one thread for the sockets.
 *
 * The socket thread waits, reads, sends and keeps time; it answers quick routes itself. A
 * route marked `worker` is handed, once its request is whole, to a pool of threads that
 * each own what they need (a connection to the database, say), so that a slow client
 * costs a socket and never a worker.
 *
 * What a stranger can cost us is bounded on every side: connections (in all and from one
 * address), bytes of request line and headers, bytes of a body and of all bodies
 * together, idle time, and the whole time of one request, however slowly it dribbles in
 * or is read. libmicrohttpd 0.9.75 predates its strict parser, so a request with any
 * Transfer-Encoding, a GET with a body, a POST without one length, and anything but one
 * Host are refused before they are looked at. TLS is left to a proxy in front.
 *
 * Refusals are problem details (reply.h).
 */
#ifndef CONSENT_HTTP_SERVER_H
#define CONSENT_HTTP_SERVER_H

#include "base/err.h"
#include "http/reply.h"

#include <stddef.h>
#include <stdint.h>

#define HTTP_ARGUMENTS_MAX     4
#define HTTP_AUTHORIZATION_MAX 256
#define HTTP_CONTENT_TYPE_MAX  128
#define HTTP_ARGUMENT_BYTES    256
#define HTTP_PATH_NAME_BYTES   256

enum http_method { HTTP_GET = 0, HTTP_POST }; /* HEAD arrives as GET */

struct http_route;

struct http_argument {
    const char *name; /* one of the route's */
    char value[HTTP_ARGUMENT_BYTES];
};

struct http_request {
    const struct http_route *route;
    char authorization[HTTP_AUTHORIZATION_MAX]; /* header fields, "" when absent */
    char content_type[HTTP_CONTENT_TYPE_MAX];
    char name[HTTP_PATH_NAME_BYTES]; /* what stood for the {} of the path */
    size_t n_arguments;
    struct http_argument argument[HTTP_ARGUMENTS_MAX];
    const char *body; /* a NUL behind */
    size_t body_len;
};

/* The value of a query argument, NULL when not given. */
const char *http_argument(const struct http_request *rq, const char *name);

/* "application/json" also matches "application/json; charset=utf-8". */
bool http_content_type_is(const struct http_request *rq, const char *type);

struct http_route {
    const char *path; /* exact, or with one segment "{id}" */
    enum http_method method;
    bool worker;
    /* Blank-separated names of query arguments; others are refused. NULL: anything goes
     * and is not looked at. */
    const char *arguments;
    /* worker: context is the worker's. Else the service's, on the socket thread: must be
     * quick, and safe beside the program's others. */
    void (*answer)(void *context, const struct http_request *rq,
                   struct http_reply *reply);
};

struct http_limits {
    unsigned connections;
    unsigned connections_per_address;
    size_t header_bytes; /* request line and headers, at least 2048           */
    size_t body_bytes;   /* of one request                                    */
    size_t bodies_bytes; /* of all that are being read or answered            */
    size_t reply_bytes;  /* a longer answer becomes a plain 500               */
    unsigned idle_s;     /* without a byte                                    */
    int32_t deadline_ms; /* from connecting, or the last answer, to the answer's end */
};

struct http_service {
    const char *address; /* "127.0.0.1", "::1" and the like, never a name */
    uint16_t port;       /* 0: a free one */
    const struct http_route *routes;
    size_t n_routes;
    void *context;
    void *const *workers; /* one thread each; NULL: no route is for workers */
    size_t n_workers;
    /* Seen before a body is read, for routes of workers, on the socket thread: false,
     * with a reply, refuses. NULL: all may go on. */
    bool (*admit)(void *context, const struct http_request *rq, struct http_reply *reply);
    /* NULL: 64 connections, 32 an address, 16 KiB of headers, 64 KiB of body, 1 MiB of
     * bodies, answers of 16 MiB, 5 s idle, 10 s in all. */
    const struct http_limits *limits;
};

struct http_server;

/* What service points to must outlive the server. ERR_CONFIG HTTP_ADDRESS, HTTP_BIND;
 * ERR_FATAL HTTP_START. */
bool http_server_open(const struct http_service *service, struct http_server **ret,
                      struct err *err);

uint16_t http_server_port(const struct http_server *s);

/* Requests that a worker has begun are finished and get a second to be sent; all others
 * are dropped. Waits for the threads. NULL is fine. */
void http_server_close(struct http_server *s);

#endif
