#include "http/conn.h"
#include "base/clock.h"
#include "base/mem.h"
#include "http/exchange.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

/* So few bytes wait in the kernel that taking more of them means that some were sent. */
#define UNSENT_BYTES 65536

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

void conn_cut_late(struct conn *first, int32_t deadline_ms, uint64_t progress_bytes)
{
    int64_t now_us = clock_mono_us();
    int64_t oldest_us = now_us - (int64_t)deadline_ms * 1000;

    for (struct conn *c = first; c != NULL; c = c->next) {
        if (is_held(c))
            c->since_us = now_us;
        if (c->since_us >= oldest_us)
            continue;
        if (!c->paced || c->moved < progress_bytes)
            shutdown(c->fd, SHUT_RDWR);
        c->moved = 0;
        c->since_us = now_us;
    }
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
        if (!is_held(c))
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
