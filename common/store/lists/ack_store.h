/*
 * ack_store.h - what the recipients of lists say they have, and what they should have.
 *
 * A digest is computed from one that is known: from the nearest point before, along the
 * tokens that have come onto the list and gone from it since.
 *
 * Rights of consent_lookup: SELECT on list_change, list_entry, v_list_recipient; SELECT,
 * INSERT on list_ack; SELECT, INSERT, DELETE on list_point.
 */
#ifndef CONSENT_STORE_ACK_STORE_H
#define CONSENT_STORE_ACK_STORE_H

#include "core/lists/cursor.h"
#include "core/register/register.h"
#include "core/vocab.h"
#include "pg/pg.h"

#define ACK_DIGEST_BYTES 32
#define ACK_BUCKETS      16

/* A place on a list whose digest is known. */
struct list_point {
    struct cursor at;
    int64_t entries;
    uint8_t buckets[ACK_BUCKETS][ACK_DIGEST_BYTES];
};

/* The nearest known at or before `upto`; the beginning, where there is none. */
bool point_load(struct pg *pg, int32_t list, const struct cursor *upto,
                struct list_point *ret, struct err *err);
/* Keeps one more; old ones of the list go. */
bool point_save(struct pg *pg, int32_t list, const struct list_point *point,
                struct err *err);

/* Tokens that came onto the list or went, in the order of their versions in a shard. */
struct moves {
    int n;
    struct pg_result *result; /* free with pg_result_free */
};

/* on: the status that stands for being on the list. At most limit of them. */
bool moves_load(struct pg *pg, int32_t list, int shard, int64_t after, int64_t upto,
                enum list_status on, int32_t limit, struct moves *ret, struct err *err);
int64_t move_version(const struct moves *m, int i);
bool move_is_onto(const struct moves *m, int i);
const char *move_token(const struct moves *m, int i);

struct ack {
    int32_t list;
    enum list_status on;
    int32_t token_id;
    const char *recipient;
    struct cursor cursor;
    uint8_t digest[ACK_DIGEST_BYTES], expected[ACK_DIGEST_BYTES];
    int64_t entries, expected_entries;
    int64_t applied_us; /* WHEN_ALWAYS: not said */
    bool matches;
};

struct ack_done {
    int64_t at_us;
    int64_t behind_events;
    int64_t behind_us; /* since the first of them */
    int64_t heard;     /* opt-outs verified to have arrived by it */
    int64_t slowest_us;
};

bool ack_write(struct pg *pg, const struct ack *ack, struct ack_done *ret,
               struct err *err);

/* How a list's recipient stands. Times are durations in microseconds, -1: none. */
struct recipient_standing {
    char list[REGISTER_ID_BYTES];
    bool acknowledged; /* ever; else the rest is empty */
    bool matches;
    int64_t at_us;
    struct cursor cursor;
    int64_t behind_events, behind_us;
    int64_t drifted_us; /* since when; WHEN_NEVER: it has not */
    int64_t opt_outs, p50_us, p99_us, slowest_us, late_48h, late_10d;
};

/* Of every list in force. A zeroed set to begin with; loading again reuses it. */
struct standing_set {
    size_t n, cap;
    struct recipient_standing *rows;
};
bool standings_load(struct pg *pg, struct standing_set *ret, struct err *err);
void standing_set_done(struct standing_set *set);

extern const struct pg_stmt *const ack_statements[];
extern const size_t ack_statements_n;

#endif
