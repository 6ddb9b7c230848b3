/* exchange.h - one request on its way through the server; for the files of the server. */
#ifndef CONSENT_HTTP_EXCHANGE_H
#define CONSENT_HTTP_EXCHANGE_H

#include "http/conn.h"
#include "http/server.h"

#include <microhttpd.h>
#include <stdatomic.h>

enum exchange_state {
    EXCHANGE_READING,
    EXCHANGE_REFUSED, /* the reply is there; the body, if any, is not wanted */
    EXCHANGE_WAITING, /* with other threads; the connection is suspended */
    EXCHANGE_ENTERED, /* a stream has been let in, its body may come */
    EXCHANGE_ANSWERED,
};

struct exchange {
    struct http_request rq;
    struct http_reply reply;
    struct MHD_Connection *connection;
    struct conn *conn;
    struct buf body;
    size_t expected; /* Content-Length */
    size_t counted;  /* of it in the server's bodies */
    atomic_int state;
    bool last;         /* the connection ends with this answer */
    bool sending;      /* the answer's header is on its way */
    const char *allow; /* of a 405 */
    int64_t since_us;
    uint64_t from;         /* of an answer's file: what of it is sent */
    int wake;              /* the server's */
    struct exchange *next; /* in the queue */
};

/* Reads method, path and headers. Leaves the exchange READING, or REFUSED with a reply.
 * room: how many bytes of body may still be taken. */
void exchange_begin(struct exchange *x, const struct http_service *service,
                    const struct http_limits *limits, size_t room, const char *method,
                    const char *path, const char *version);

/* The route of a path, not decoded yet, and its name; NULL and which methods there are.
 */
const struct http_route *route_find(const struct http_service *service,
                                    enum http_method method, const char *path,
                                    char name[HTTP_PATH_NAME_BYTES], bool *gets,
                                    bool *posts);

/* Takes a query argument. False: unknown to the route, repeated, too long or malformed.
 */
bool route_argument(struct http_request *rq, const char *key, const char *value);

/* Queues the reply, whatever it is made of. */
enum MHD_Result answer_send(struct exchange *x);

/* --- the workers: pool.c ------------------------------------------------------------ */
struct pool;

/* resume: called by a worker when the reply is there. */
struct pool *pool_open(const struct http_service *service, int32_t deadline_ms,
                       void (*resume)(struct exchange *x));
void pool_put(struct pool *p, struct exchange *x);

/* Ends the threads: every exchange put has been resumed, and one put later is answered
 * 503 at once. NULL is fine, here and in pool_free. */
void pool_close(struct pool *p);
void pool_free(struct pool *p);

#endif
