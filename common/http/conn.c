#include "http/conn.h"
#include "base/clock.h"
#include "base/mem.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
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

void conn_cut_late(struct conn *first, int32_t deadline_ms, uint64_t progress_bytes)
{
    int64_t now_us = clock_mono_us();
    int64_t oldest_us = now_us - (int64_t)deadline_ms * 1000;

    for (struct conn *c = first; c != NULL; c = c->next) {
        if (c->since_us >= oldest_us)
            continue;
        if (!c->paced || c->moved < progress_bytes)
            shutdown(c->fd, SHUT_RDWR);
        c->moved = 0;
        c->since_us = now_us;
    }
}
