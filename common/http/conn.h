/* conn.h - the open connections, and how long each may take; the socket thread's own. */
#ifndef CONSENT_HTTP_CONN_H
#define CONSENT_HTTP_CONN_H

#include <stdbool.h>
#include <stdint.h>

struct exchange;

struct conn {
    int fd;
    struct exchange *x; /* NULL: between requests */
    bool paced;         /* must move so many bytes in each span, instead of being done */
    int64_t since_us;   /* of the request or the span */
    uint64_t moved;     /* in the span, when paced */
    struct conn *prev, *next;
};

struct conn *conn_add(struct conn **first, int fd);
void conn_remove(struct conn **first, struct conn *c);

/* The deadline begins anew: for a request, or for the first span of moving bytes. */
void conn_restart(struct conn *c, bool paced);

/* libmicrohttpd only knows idle time, so a byte now and then would hold a connection for
 * ever. A socket shut down here it then closes itself. */
void conn_cut_late(struct conn *first, int32_t deadline_ms, uint64_t progress_bytes);

/* libmicrohttpd does not look at suspended connections. Tells of those held (exchange.h)
 * whose client has closed its side. */
void conn_find_gone(struct conn *first, void (*gone)(void *context, struct exchange *x),
                    void *context);

#endif
