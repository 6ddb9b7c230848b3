/* exchange.h - one request on its way through the server; for the files of the server. */
#ifndef CONSENT_HTTP_EXCHANGE_H
#define CONSENT_HTTP_EXCHANGE_H

#include "http/conn.h"
#include "http/server.h"

#include <microhttpd.h>
#include <stdatomic.h>

struct pool;

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
    struct pool *pool; /* whose threads answer it, also when asked again */
    struct buf body;
    size_t expected;  /* Content-Length */
    bool chunked;     /* instead of one */
    size_t n_bodies;  /* what of it has come, in the server's bodies */
    atomic_int state; /* enum exchange_state */
    atomic_int refs;
    atomic_bool held;  /* by us: no deadline runs */
    bool waiting;      /* counted in the server's */
    bool entered;      /* the route's `enter` has let it in, or need not be asked */
    bool last;         /* the connection ends with this answer */
    atomic_bool gone;  /* the client is */
    const char *allow; /* of a 405 */
    int64_t since_us;
    struct http_pace pace; /* of the route while it is asked */
    uint64_t from;         /* of an answer's file: what of it is sent */
    int wake;              /* the server's */
    unsigned wakes;        /* of the parked, when it was asked */
    struct exchange *next; /* in the queue, or among the parked */
};

/* May both be answered by one call (http_route.together)? */
bool exchange_joins(const struct exchange *first, const struct exchange *x);

/* Reads method, path and headers. Leaves the exchange READING, or REFUSED with a reply.
 * spool: how many bytes of streams' bodies may still be taken. */
void exchange_begin(struct exchange *x, const struct http_service *service,
                    const struct http_limits *limits, uint64_t spool, const char *method,
                    const char *path, const char *version);

/* Of a body that is not a stream. */
size_t body_most(const struct http_route *route, const struct http_limits *limits);

/* Gives the connection back to the socket thread; x may be gone behind it. */
void exchange_resume(struct exchange *x, enum exchange_state state);

/* The last of refs frees it. */
void exchange_release(struct exchange *x);

/* The route of a path, not decoded yet, and its name; NULL and which methods there are.
 */
const struct http_route *route_find(const struct http_service *service,
                                    enum http_method method, const char *path,
                                    char name[HTTP_PATH_NAME_BYTES], bool *gets,
                                    bool *posts);

/* Takes a query argument. False: unknown to the route, repeated, too long or malformed.
 */
bool route_argument(struct http_request *rq, const char *key, const char *value);

/* As a route finds it; the note stays. limit_bytes: of the body. */
void reply_begin(struct http_reply *reply, size_t limit_bytes);

/* The route has returned: what is left of a spilled body goes into the file, too. */
void http_reply_whole(struct http_reply *reply);

/* Queues the reply, whatever it is made of. */
enum MHD_Result answer_send(struct exchange *x);

/* --- threads that answer: pool.c --- */

/* run: gives the exchanges on or back, one or several that join, a list by `next`. stop:
 * the same of one, without a context, at the end. share: of the threads one asker holds
 * so many at most; 0: all. */
struct pool *pool_open(void *const *contexts, size_t n, size_t share, void *owner,
                       void (*run)(void *owner, void *context, struct exchange *x),
                       void (*stop)(struct exchange *x));
void pool_put(struct pool *p, struct exchange *x);

/* Ends the threads: every exchange put has been run or stopped, and one put later is
 * stopped at once. NULL is fine, here and in pool_free. */
void pool_close(struct pool *p);
void pool_free(struct pool *p);

/* --- requests put aside: park.c --- */
struct park;

struct park *park_open(unsigned most, size_t reply_bytes);

/* Before a route is asked, and after it has asked to be parked. */
void park_asking(struct park *p, struct exchange *x);
void park_put(struct park *p, struct exchange *x);

/* Resumes the answered exchange when its time has come. */
void park_hold(struct park *p, struct exchange *x);
bool park_holds(struct park *p); /* is there any? */
void park_let_go(struct park *p);

void park_wake(struct park *p, uint64_t key);
void park_due(struct park *p); /* asks those whose time has come */

/* Takes it away if it is parked, and resumes it. */
void park_gone(struct park *p, struct exchange *x);

void park_close(struct park *p); /* answers all, and each that comes later, with 503 */
void park_free(struct park *p);  /* NULL is fine, here and in park_close */

#endif
