/*
 * epoch_store.h - is the database older than the lists' topics, and the epoch that begins
 * when it was (core/lists/cursor.h; schemas/sql/131_restore.sql).
 *
 * Nothing is committed before Kafka has it, so the topics are ahead of the database by no
 * more than what is being published; a version that the database never gave out, or a
 * heartbeat that says more than it holds, is from after the moment it was restored to.
 *
 * Rights of consent_publish: SELECT on list_version, list_entry, dirty, doubt; SELECT,
 * INSERT on restore_hold. Of consent_lookup: SELECT on restore_hold. Of consent_operator:
 * UPDATE on publish_shard, list_version and ledger_block, INSERT on restored, cascade;
 * DELETE on restore_hold.
 */
#ifndef CONSENT_STORE_EPOCH_STORE_H
#define CONSENT_STORE_EPOCH_STORE_H

#include "core/lists/cursor.h"
#include "pg/pg.h"

#define HOLD_TEXT_BYTES 200

struct epoch_state {
    int64_t epoch;
    int64_t next; /* no version from here on was given out */
    bool held;
    int64_t held_us;           /* since when */
    char why[HOLD_TEXT_BYTES]; /* "": not held */
};
bool epoch_look(struct pg *pg, struct epoch_state *ret, struct err *err);

/* Only whether it is held. *ret_people: because somebody is there again who was erased,
 * so that nothing of anybody is given out. */
bool hold_look(struct pg *pg, bool *ret, bool *ret_people, struct err *err);

/* Everybody stops until epoch_begin. Does nothing when it is held already, or when
 * another epoch than the one in which this was seen has begun meanwhile: what was seen is
 * settled then. */
bool hold_set(struct pg *pg, int64_t epoch, const char *why, bool people,
              const char *seen_by, struct err *err);

/* A record near the end of a topic. */
struct tail_entry {
    int32_t list; /* register number */
    const char *token;
    int64_t version;
};
/* The first of these that the database should know and does not: the entry of its token
 * is older, and nobody is about to publish it. *ret n: none. */
bool tail_unknown(struct pg *pg, const struct tail_entry *entries, size_t n, size_t *ret,
                  struct err *err);

/* In a transaction of the caller's: takes all shards from their publishers (whoever is in
 * the midst of a batch ends it first), so that no version of a former epoch is used any
 * more; begins the epoch, and new numbers for the ledger; asks for everybody; ends the
 * hold. */
bool epoch_begin(struct pg *pg, int64_t epoch, int64_t highest, int64_t forced,
                 const char *reason, struct err *err);

extern const struct pg_stmt *const epoch_statements[];
extern const size_t epoch_statements_n;

#endif
