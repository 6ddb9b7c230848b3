/*
 * publisher.h - the loop: leases, batches, receipts, and patience with the world.
 */
#ifndef CONSENT_PUBLISH_PUBLISHER_H
#define CONSENT_PUBLISH_PUBLISHER_H

#include "again.h"
#include "broker.h"
#include "heartbeat.h"
#include "older.h"
#include "checkpoints.h"
#include "outbox.h"
#include "receipts.h"
#include "round.h"

#include "base/peer.h"
#include "pg/pg_session.h"
#include "store/operate/seen_store.h"

#include <stdatomic.h>

/* What /readyz looks at from its thread. */
struct publisher_state {
    atomic_bool working; /* the last turn went well, and the lists are all there */
    atomic_int trouble;  /* enum publisher_trouble                               */
};

enum publisher_trouble {
    TROUBLE_STARTING,
    TROUBLE_DATABASE,
    TROUBLE_KAFKA,
    TROUBLE_OLDER,
    TROUBLE_LEFT_OUT,
    TROUBLE_AGAIN,
    TROUBLE_OTHER,
    TROUBLE_NONE,
};

struct publisher {
    const struct settings *settings;
    struct pg_session database;
    struct seen seen;
    struct peer postgresql, kafka; /* for the log */
    struct broker broker;
    struct lease lease;
    struct lists lists;
    struct round round;
    struct receipts receipts;
    struct checkpoints checkpoints;
    struct outbox outbox;
    struct heartbeat heartbeat;
    struct older older;
    struct again again;
    struct backoff backoff;
    char told[sizeof((struct err){0}.code)]; /* the trouble that was told last */
    int64_t lease_next_us;
    int64_t look_next_us;
    int64_t register_next_us;

    /* contacts of failed batches, until their doubt stands in the database */
    struct contact_key *doubtful;
    size_t n_doubtful;

    struct publisher_state *state;
};

void publisher_init(struct publisher *p, const struct settings *settings,
                    struct seal *const seals[ROUND_HANDS], struct publisher_state *state);

/* Until asked to stop. False: our state is in doubt (ERR_FATAL). */
bool publisher_run(struct publisher *p, struct err *err);

/* Gives up the leases, for others to take at once, and closes everything. */
void publisher_done(struct publisher *p);

/* For http_metrics_open: context is the state. */
bool publisher_ready(void *context, char *why, size_t why_bytes);

#endif
