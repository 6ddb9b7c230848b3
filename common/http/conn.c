#include "http/conn.h"
#include "base/clock.h"
#include "base/mem.h"
#include "http/exchange.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* So few bytes wait in the kernel that taking more of them means that some were sent. */
#define UNSENT_BYTES 65536

/* For so long nobody is idle or slow yet: the head of who behaves is on its way. */
#define FRESH_US 1000000

struct conn *conn_add(struct conn **first, int fd)
{
    struct conn *c = mem_zalloc(1, sizeof(*c));

    c->fd = fd;
    c->since_us = clock_mono_us();
    c->next = *first;
    if (c->next != NULL)
        c->next->prev = c;
    *first = c;
    return c;
}

unsigned conn_alike(const struct conn *first, const struct conn *c)
{
    unsigned n = 0;

    for (const struct conn *other = first; other != NULL; other = other->next)
        n += other != c && !other->dropped &&
             memcmp(other->network, c->network, sizeof(c->network)) == 0;
    return n;
}

unsigned conn_asked_by(const struct conn *first, const struct exchange *x)
{
    unsigned n = 0;

    for (const struct conn *c = first; c != NULL; c = c->next)
        n += c->x != NULL && c->x->rq.client_known &&
             memcmp(c->x->rq.client, x->rq.client, sizeof(x->rq.client)) == 0;
    return n;
}

void conn_remove(struct conn **first, struct conn *c)
{
    if (c->next != NULL)
        c->next->prev = c->prev;
    if (c->prev != NULL)
        c->prev->next = c->next;
    else
        *first = c->next;
    free(c);
}

void conn_restart(struct conn *c, bool paced)
{
    const int unsent = UNSENT_BYTES;

    /* Without it the worst is that a slow reader is cut. */
    if (paced && !c->paced)
        (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
    c->paced = paced;
    c->moved = 0;
    c->since_us = clock_mono_us();
}

static bool is_held(const struct conn *c)
{
    return c->x != NULL && atomic_load(&c->x->held);
}

/* Somebody works for it; libmicrohttpd does not look at the connection meanwhile. */
static bool is_waiting(const struct conn *c)
{
    return c->x != NULL && atomic_load(&c->x->state) == EXCHANGE_WAITING;
}

static int64_t time_of(const struct conn *c, const struct http_limits *limits)
{
    int64_t deadline_us = (int64_t)limits->deadline_ms * 1000;
    int64_t head_us = (int64_t)limits->idle_s * 1000000;

    if (c->x != NULL)
        return deadline_us;
    if (!c->asked && head_us > HTTP_HEAD_S * INT64_C(1000000))
        head_us = HTTP_HEAD_S * INT64_C(1000000);
    return head_us < deadline_us ? head_us : deadline_us;
}

/* While the answer grows its deadline moves, and the connection's with it. */
static void follow_pace(struct conn *c, int64_t deadline_us)
{
    const int64_t until_us = c->x != NULL ? atomic_load(&c->x->pace.until_us) : 0;

    if (c->since_us < until_us - deadline_us)
        c->since_us = until_us - deadline_us;
}

void conn_cut_late(struct conn *first, const struct http_limits *limits)
{
    const int64_t deadline_us = (int64_t)limits->deadline_ms * 1000;
    int64_t now_us = clock_mono_us();

    for (struct conn *c = first; c != NULL; c = c->next) {
        if (is_held(c))
            c->since_us = now_us;
        follow_pace(c, deadline_us);
        if (now_us - c->since_us < time_of(c, limits))
            continue;
        if (!c->paced || c->moved < limits->progress_bytes)
            shutdown(c->fd, SHUT_RDWR);
        c->moved = 0;
        c->since_us = now_us;
    }
}

/* Bytes of a body in each second, of one that is coming in; false: it is not. */
static bool body_rate(const struct conn *c, int64_t now_us, double *ret)
{
    uint64_t bytes;

    if (c->x == NULL || c->dropped || atomic_load(&c->x->state) != EXCHANGE_READING)
        return false;
    bytes = c->x->rq.stream != NULL ? c->moved : c->x->n_bodies;
    *ret = (double)bytes * 1e6 / (double)(now_us - c->since_us + 1);
    return true;
}

struct conn *conn_slowest(struct conn *first, const struct conn *but)
{
    int64_t now_us = clock_mono_us();
    struct conn *found = NULL;
    double least = 0, rate;

    for (struct conn *c = first; c != NULL; c = c->next) {
        if (c == but || !body_rate(c, now_us, &rate) || c->x->n_bodies == 0 ||
            (found != NULL && rate >= least))
            continue;
        found = c;
        least = rate;
    }
    return found;
}

/* What conn_idlest has seen of one kind: of who has had time, or of who has just come. */
struct idlest {
    struct conn *idle, *slow;
    double least;
};

static void idlest_see(struct idlest *i, struct conn *c, int64_t now_us)
{
    double rate;

    if (c->x == NULL && (i->idle == NULL || c->since_us < i->idle->since_us))
        i->idle = c;
    if (body_rate(c, now_us, &rate) && (i->slow == NULL || rate < i->least)) {
        i->slow = c;
        i->least = rate;
    }
}

struct conn *conn_idlest(struct conn *first, const struct conn *but)
{
    int64_t now_us = clock_mono_us();
    struct idlest late = {0};
    struct conn *fresh = NULL;
    double rate;

    for (struct conn *c = first; c != NULL; c = c->next) {
        if (c == but || c->dropped)
            continue;
        if (now_us - c->since_us >= FRESH_US)
            idlest_see(&late, c, now_us);
        else if ((c->x == NULL || body_rate(c, now_us, &rate)) &&
                 (fresh == NULL || c->since_us < fresh->since_us))
            fresh = c;
    }
    if (late.idle != NULL)
        return late.idle;
    return late.slow != NULL ? late.slow : fresh;
}

void conn_drop(struct conn *c)
{
    c->dropped = true;
    shutdown(c->fd, SHUT_RDWR);
}

static void look(struct pollfd *fds, struct conn **conns, nfds_t n,
                 void (*gone)(void *context, struct exchange *x), void *context)
{
    if (n == 0 || poll(fds, n, 0) <= 0)
        return;
    for (nfds_t i = 0; i < n; i++)
        if (fds[i].revents != 0)
            gone(context, conns[i]->x);
}

void conn_find_gone(struct conn *first, void (*gone)(void *context, struct exchange *x),
                    void *context)
{
    struct pollfd fds[64];
    struct conn *conns[64];
    nfds_t n = 0;

    for (struct conn *c = first; c != NULL; c = c->next) {
        if (!is_held(c) && !is_waiting(c))
            continue;
        fds[n] = (struct pollfd){c->fd, POLLRDHUP, 0};
        conns[n++] = c;
        if (n == 64) {
            look(fds, conns, n, gone, context);
            n = 0;
        }
    }
    look(fds, conns, n, gone, context);
}
