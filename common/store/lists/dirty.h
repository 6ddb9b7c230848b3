/*
 * dirty.h - contacts whose standing may have changed, and those of which we are not sure.
 *
 * dirty is append and delete, taken from its front: no cursor, so nothing is missed when
 * transactions commit out of order.
 *
 * Rights of consent_publish: SELECT, INSERT, DELETE on dirty; SELECT on receipt_queue,
 * outbox, link, register_version, publish_shard (and UPDATE, for its row locks); SELECT,
 * INSERT, UPDATE, DELETE on doubt.
 */
#ifndef CONSENT_STORE_DIRTY_H
#define CONSENT_STORE_DIRTY_H

#include "core/fact.h"
#include "lease.h"

enum dirty_cause {
    DIRTY_EVENT = 1,
    DIRTY_DUE,
    DIRTY_LINK,
    DIRTY_CASCADE,
    DIRTY_FORCED, /* published again, changed or not */
    DIRTY_LIST,
};

/* What is taken first. */
enum dirty_lane {
    LANE_DENIALS = 0,
    LANE_OTHERS = 1,
};

/* One contact, several rows folded. */
struct dirty_contact {
    struct contact_key key;
    uint16_t causes;  /* bit 1 << cause */
    int64_t known_us; /* the earliest */
};

struct dirty_batch {
    size_t n; /* by key, rising, each once */
    size_t cap;
    size_t marks, denials;    /* rows taken, and how many of them in LANE_DENIALS */
    int64_t register_version; /* as of this transaction */
    int64_t now_us;           /* the database's clock: ours may be wrong */
    struct dirty_contact *contacts;
    int lost; /* shards that were not ours any more; forgotten in the lease */
};

/* How many rows of each lane. With denials go only so many others that the batch is half
 * as long as `others` says, but an eighth of it at least, so that these come on, however
 * many say no. */
struct dirty_limit {
    int32_t denials;
    int32_t others;
};

/* What dirty_ask takes at most: it deals a limit out by whole rows a shard. */
static inline int64_t dirty_most(const struct dirty_limit *limit)
{
    const int64_t beside = limit->denials + (int64_t)limit->others / 8;

    return 2 * LEASE_SHARDS + (beside > limit->others ? beside : limit->others);
}

/* What there is to do: marks in our shards, receipts to send, records that others have
 * laid down. One index probe a shard, and two more. */
struct dirty_work {
    bool marks, receipts, outbox;
};
bool dirty_any(struct pg *pg, const struct lease *l, struct dirty_work *ret,
               struct err *err);

/* Inside a transaction: locks our shards (one at least) against a change of owner until
 * its end, takes of each about as many rows as the limit says, the oldest, those where
 * somebody says no (LANE_DENIALS) first, and deletes them. Into a pipe (pg.h). */
bool dirty_ask(struct pg *pg, const struct lease *l, const struct dirty_limit *limit,
               struct err *err);
/* The batch's array is reused; dirty_batch_done frees it. */
bool dirty_answer(struct pg *pg, struct lease *l, struct dirty_batch *ret,
                  struct err *err);
void dirty_batch_done(struct dirty_batch *b);

/* How many wait, in whosever shards (counted up to 100,000), and since when the oldest of
 * those that are next (WHEN_NEVER: none). */
bool dirty_backlog(struct pg *pg, int64_t *ret_n, int64_t *ret_oldest_us,
                   struct err *err);

/* Makes those dirty that are linked to these n contacts, or one person with them or with
 * a linked one; of none nothing is sent. Into a pipe (pg.h). *ret_n: how many rows. */
bool dirty_linked_ask(struct pg *pg, const struct contact_key *keys,
                      const int64_t *known_us, size_t n, struct err *err);
bool dirty_linked_answer(struct pg *pg, size_t n, int64_t *ret_n, struct err *err);

/* These contacts are to be published once more after after_ms. */
bool doubt_note(struct pg *pg, const struct contact_key *keys, size_t n, int32_t after_ms,
                struct err *err);

/* Of those in our shards whose time has come up to limit become dirty. */
bool doubt_wake(struct pg *pg, const struct lease *l, int32_t limit, int64_t *ret_n,
                struct err *err);

const struct pg_stmt *dirty_statements(size_t *ret_n);

#endif
