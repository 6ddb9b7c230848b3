/* rights.h - requests of persons that wait for an answer: counted, and said when late. */
#ifndef CONSENT_KEEPER_RIGHTS_H
#define CONSENT_KEEPER_RIGHTS_H

#include "base/err.h"
#include "pg/pg.h"
#include "store/casework/rights_store.h"

struct rights_watch {
    int64_t next_us; /* of the monotonic clock: when to look again */
    struct rights_set set;
    size_t n; /* overdue at the last look, by the event that asked */
    int64_t *overdue;
};

/* Once a minute: sets the gauges, and logs each request that has become overdue, by its
 * id, once. False: the connection is of no more use. Other trouble is logged here, for
 * nobody is woken later because of it. */
bool rights_watch_look(struct rights_watch *w, struct pg *pg, struct err *err);

void rights_watch_done(struct rights_watch *w);

#endif
