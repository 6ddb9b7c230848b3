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

#include "base/backoff.h"
#include "base/peer.h"
#include "pg/pg_session.h"
#include "store/operate/seen_store.h"

#include <stdatomic.h>

struct keeper {
    const struct settings *settings;
    struct pg_session database;
    struct seen seen;
    struct peer peer; /* PostgreSQL, for the log */
    struct backoff backoff;
    int64_t look_next_us, forget_next_us, partition_next_us;
    struct rights_watch rights;
    struct proof_keeper proof;
    struct eraser eraser;
    atomic_bool *working; /* what /readyz looks at */
};

/* ERR_CONFIG as proof_keeper_init. */
bool keeper_init(struct keeper *k, const struct settings *settings, atomic_bool *working,
                 struct err *err);

/* Until asked to stop. False: our state is in doubt (ERR_FATAL). */
bool keeper_run(struct keeper *k, struct err *err);

void keeper_done(struct keeper *k);

/* For http_metrics_open: context is what working points to. */
bool keeper_ready(void *context, char *why, size_t why_bytes);

#endif
