/* conn.h - the open connections, and how long each may take; the socket thread's own. */
#ifndef CONSENT_HTTP_CONN_H
#define CONSENT_HTTP_CONN_H

#include "http/request.h"

#include <stdbool.h>
#include <stdint.h>

struct exchange;
struct http_limits;

struct conn {
    int fd;
    uint8_t network[HTTP_CLIENT_BYTES]; /* of the peer, see client_network */
    bool proxied;                       /* the peer is a proxy that is trusted */
    bool known;                         /* it has an address that says something */
    struct exchange *x;                 /* NULL: between requests */
    bool paced;       /* must move so many bytes in each span, instead of being done */
    bool asked;       /* it has been heard of: a whole head has come once */
    bool dropped;     /* shut down to make room */
    int64_t since_us; /* of the request or the span */
    uint64_t moved;   /* in the span, when paced */
    struct conn *prev, *next;
};

struct conn *conn_add(struct conn **first, int fd);
/* How many others, that are not closing, have this one's network. */
unsigned conn_alike(const struct conn *first, const struct conn *c);

/* How many requests are open for whom x is asked, x among them. */
unsigned conn_asked_by(const struct conn *first, const struct exchange *x);

void conn_remove(struct conn **first, struct conn *c);

/* The deadline begins again: for a request, or for the first span of moving bytes. */
void conn_restart(struct conn *c, bool paced);

/* libmicrohttpd only knows idle time, so a byte now and then would hold a connection for
 * ever. A socket shut down here it then closes itself. Its first
 * head is due within HTTP_HEAD_S, each later one within idle_s; then deadline_ms, or so
 * many bytes in each. */
void conn_cut_late(struct conn *first, const struct http_limits *limits);

/* When room is short, who goes: of those whose body is coming in, the one that has sent
 * the least in its time; and of all that have had a second, one without a request first,
 * the oldest. Who has just come goes last, again the oldest: else bodies that dribble
 * would be let be, and each newcomer would go for the next. Never `but`, nor one that is
 * being answered. NULL: there is none. */
struct conn *conn_slowest(struct conn *first, const struct conn *but);
struct conn *conn_idlest(struct conn *first, const struct conn *but);
void conn_drop(struct conn *c);

/* libmicrohttpd does not look at suspended connections. Tells of those held (exchange.h)
 * whose client has closed its side. */
void conn_find_gone(struct conn *first, void (*gone)(void *context, struct exchange *x),
                    void *context);

#endif
