/*
 * round.h - one round: a batch, or two at one time, each over one half of our shards.
 *
 * While one of two waits for Kafka or for its commit, the other is being judged. The
 * round is over when both are, so that leases, the register and everything else are
 * looked after by one thread in between, and a shard is in one batch only. Two are made
 * when the round before was full: an opt-out that comes alone needs one.
 *
 * Versions are set aside for the whole round before it begins. So all versions of a later
 * round are higher, whichever of the two a shard was in.
 */
#ifndef CONSENT_PUBLISH_ROUND_H
#define CONSENT_PUBLISH_ROUND_H

#include "batch.h"

#include "pg/pg_session.h"

#define ROUND_HANDS 2

/* One batch and what it alone uses. */
struct hand {
    struct batch batch;
    struct pg *pg;
    struct producer *producer;
    struct lease lease; /* of the shards those that are its */
    int64_t version;    /* the first of those that are its  */
    struct dirty_limit limit;
    int32_t deliver_ms;
    struct batch_result done;
    bool ok;
    struct err err;
};

struct round {
    const struct settings *settings;
    struct hand hands[ROUND_HANDS];
    size_t n;                  /* hands that were at work in the last round */
    struct pg_session second;  /* of hands[1]; the first has the publisher's */
    struct producer *producer; /* of hands[1]; NULL: to be made              */
    struct versions versions;
    int32_t limit; /* dirty marks a batch, at most */
    bool full;     /* the last round took all that it may */
};

/* second: how the publisher connects; nothing is opened yet. seals: one for each hand. */
void round_init(struct round *r, const struct settings *settings,
                const struct lists *lists, struct seal *const seals[ROUND_HANDS],
                const struct pg_session_settings *second);
void round_done(struct round *r);

/* The first hand's connection is another one. */
void round_connected(struct round *r);

/* Versions taken before a shard was ours may be lower than what its former holder used.
 */
void round_forget_versions(struct round *r);

/* How many dirty marks a batch may take is found by itself, up to batch_contacts: less
 * where a round takes long, for a no waits for the round at hand, and half as many after
 * a failure. Denials are not held back for slowness: all that wait make one batch. ret:
 * of all hands together; shards that were lost are forgotten in the lease. False: look at
 * every hand below r->n, for what one has failed in the other may have done. *err is of
 * the first that failed in earnest. */
bool round_publish(struct round *r, struct pg *pg, struct producer *producer,
                   struct lease *lease, struct batch_result *ret, struct err *err);

/* The second hand's producer is of no more use. */
void round_drop_producer(struct round *r);

#endif
