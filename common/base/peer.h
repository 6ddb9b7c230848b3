/*
 * peer.h - a server that a daemon depends on: is it there, and has the log said so?
 *
 *   event=database_there                          the first time it answers
 *   event=database_away code=PG_DOWN text="..."   it does not, also from the start; again
 *                                                 when the reason changes, and every 5
 * min event=database_back seconds=12                it does again
 *
 * The same words in every daemon; for services only, as log.h. One thread uses a peer;
 * the state may be read by any.
 */
#ifndef CONSENT_BASE_PEER_H
#define CONSENT_BASE_PEER_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdint.h>

enum peer_state { PEER_UNKNOWN, PEER_UP, PEER_DOWN };

struct peer {
    const char *name; /* "database", "kafka": a string literal; the rest begins as zero */
    atomic_int state;
    char code[32]; /* of the last reason that was told */
    int64_t since_us, told_us;
};

void peer_up(struct peer *p);
void peer_down(struct peer *p, const struct err *why);

static inline enum peer_state peer_state(const struct peer *p)
{
    return (enum peer_state)atomic_load(&p->state);
}

#endif
