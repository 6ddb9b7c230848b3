/*
 * pg_loop.h - the loop of a daemon that lives by PostgreSQL alone: turn after turn over
 * one session, until it is asked to stop.
 *
 * A turn that fails is tried again as pg_session.h has it, then after growing pauses. The
 * log (base/peer.h), /readyz and the daemon's own gauge say how it goes. For services.
 */
#ifndef CONSENT_PG_PG_LOOP_H
#define CONSENT_PG_PG_LOOP_H

#include "base/backoff.h"
#include "base/peer.h"
#include "pg/pg_session.h"

#include <stdatomic.h>

struct pg_loop {
    struct pg_session session;
    struct peer peer;
    struct backoff backoff;
    atomic_bool *working;  /* the last turn went well, for pg_loop_ready    */
    void (*show)(bool up); /* sets the gauge; called on the loop's own thread */
};

void pg_loop_init(struct pg_loop *l, const struct pg_session_settings *set,
                  atomic_bool *working, void (*show)(bool up));
void pg_loop_done(struct pg_loop *l);

/* One turn; begins with pg_session_begin(&l->session). *ret_pause_ms, 0 before: what to
 * wait before the next. */
typedef bool pg_loop_turn(void *self, int32_t *ret_pause_ms, struct err *err);

/* False: a turn failed with ERR_FATAL. */
bool pg_loop_run(struct pg_loop *l, pg_loop_turn *turn, void *self, struct err *err);

/* For http_metrics_open: context is what working points to. */
bool pg_loop_ready(void *context, char *why, size_t why_bytes);

#endif
