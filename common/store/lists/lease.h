/*
 * lease.h - one publisher a shard, fenced in PostgreSQL.
 *
 * There are 16 logical shards, by the first four bits of the contact key. A publisher
 * holds a shard for lease_ms of the database's clock and renews well before; every
 * take-over raises the shard's epoch. Whoever publishes locks the rows of its shards with
 * the epochs it knows for the length of the transaction (dirty.h): a stale holder finds
 * another epoch there and nobody can take a shard in the midst of a batch.
 *
 * A holder that hangs inside its transaction keeps those locks. Whoever wants its shards
 * ends its session once the lease has run out: the owner's name is the session's
 * application_name.
 *
 * Who cannot reach Kafka says so, and gives its shards to those who can: a no must not
 * wait for a publisher that cannot publish. When nobody can, everybody keeps what they
 * have.
 *
 * Rights of consent_publish: SELECT, INSERT, UPDATE, DELETE on publisher; SELECT, UPDATE
 * on publish_shard; SELECT on dirty; SELECT, INSERT, UPDATE, DELETE on doubt.
 */
#ifndef CONSENT_STORE_LEASE_H
#define CONSENT_STORE_LEASE_H

#include "pg/pg.h"

#define LEASE_SHARDS      16
#define LEASE_OWNER_BYTES 64 /* what PostgreSQL keeps of an application_name */

struct lease {
    char owner[LEASE_OWNER_BYTES]; /* unique in the world, new at every start */
    int32_t lease_ms;
    int32_t doubt_ms; /* until what a former holder left is published once more */
    bool able;        /* we can reach Kafka, as far as we know                    */
    int32_t alive;    /* publishers, this one included                            */
    int32_t others;   /* of them, others that can                                 */
    bool held[LEASE_SHARDS];
    int64_t epoch[LEASE_SHARDS];
};

/* What one step changed. */
struct lease_change {
    int lost, released, taken,
        abandoned; /* shards; abandoned: taken from one that died */
};

/* Says that we are alive, renews what we hold, gives up what is more than our share,
 * takes what is free or run out up to it. Call it between batches, every lease_ms / 4. Of
 * a shard that its holder did not give up, the contacts that are dirty go to doubt. */
bool lease_step(struct pg *pg, struct lease *l, struct lease_change *ret,
                struct err *err);

/* Gives up everything, for others to take at once. Only with nothing under way. */
bool lease_leave(struct pg *pg, struct lease *l, struct err *err);

/* Forgets a shard that turned out to be another's. */
void lease_forget(struct lease *l, int shard);

int lease_held(const struct lease *l);
/* How many of the shards are ours to hold: none while we are not able and another is;
 * those who are not able do not count for who is. */
int lease_share(const struct lease *l);
bool lease_gives_way(const struct lease *l);

/* Appends shards and epochs held, as two array parameters. */
void lease_put(const struct lease *l, struct pg_params *ps);
void lease_put_shards(const struct lease *l, struct pg_params *ps);

const struct pg_stmt *lease_statements(size_t *ret_n);

#endif
