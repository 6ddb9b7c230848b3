/*
 * range.h - which rows became which leaves of a log, as values.
 *
 * A range is a row of proof_range (145): so many leaves from first_leaf on, and what is
 * needed to read their rows again. Ranges own their arrays.
 */
#ifndef CONSENT_STORE_PROOF_RANGE_H
#define CONSENT_STORE_PROOF_RANGE_H

#include "pg/pg.h"
#include "proof/entry.h"
#include "proof/merkle.h"

#define PROOF_TOPIC_BYTES 256
#define PROOF_LOGS        3
#define PROOF_RESTORED    "restored" /* the topic of ranges that say it */

enum proof_log {
    PROOF_EVENTS = 1,
    PROOF_LISTS = 2,
    PROOF_LOOKUPS = 3,
};

/* "events", "lists", "lookups"; and back, 0: there is none such. */
const char *proof_log_name(enum proof_log log);
int proof_log_find(const char *name);

struct proof_ints {
    size_t n, cap;
    int64_t *v;
};

struct proof_range {
    char topic[PROOF_TOPIC_BYTES];
    int32_t partition, source;
    uint64_t first_leaf;
    int64_t leaves;
    int64_t from, to;
    int64_t run; /* the last in it; 0: nobody has read these offsets */
    int64_t q_after, q_upto;
    struct proof_ints lows, highs, cuts;
};

struct proof_ranges {
    size_t n, cap;
    struct proof_range *v;
};

/* Zeroed, but for what "like" has of topic, partition, source, run, quarantine and
 * arrays. like may be NULL. Borrowed until the next is added. */
struct proof_range *proof_ranges_add(struct proof_ranges *rs,
                                     const struct proof_range *like);
void proof_ranges_done(struct proof_ranges *rs);

void proof_ints_add(struct proof_ints *is, int64_t v);

/* One leaf on its way: offset is its record's, or where a gap begins. */
typedef bool proof_emit(void *context, size_t range, int64_t offset,
                        const struct entry *entry, struct err *err);

#endif
