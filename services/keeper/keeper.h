/*
 * keeper.h - what happens without an event: deadlines, expiries, agreements that end.
 *
 * It decides nothing and publishes nothing: it makes contacts dirty, and publish looks at
 * them. All it knows stands in the database, so any number may run, and one that was away
 * catches up.
 */
#ifndef CONSENT_KEEPER_KEEPER_H
#define CONSENT_KEEPER_KEEPER_H

#include "erase.h"
#include "proof.h"
#include "rights.h"
#include "settings.h"

#include "pg/pg_loop.h"
#include "store/operate/seen_store.h"

struct keeper {
    const struct settings *settings;
    struct pg_loop loop;
    struct seen seen;
    int64_t look_next_us, forget_next_us, partition_next_us;
    struct rights_watch rights;
    struct proof_keeper proof;
    struct eraser eraser;
};

/* working: for pg_loop_ready. ERR_CONFIG as proof_keeper_init. */
bool keeper_init(struct keeper *k, const struct settings *settings, atomic_bool *working,
                 struct err *err);

/* Until asked to stop. False: our state is in doubt (ERR_FATAL). */
bool keeper_run(struct keeper *k, struct err *err);

void keeper_done(struct keeper *k);

#endif
