/*
 * feed_store.h - how the sources' feeds do, and what became of their events.
 *
 * Rights of consent_lookup: SELECT on source_count, ingest_position, ledger, quarantine,
 * register_number.
 */
#ifndef CONSENT_STORE_FEED_STORE_H
#define CONSENT_STORE_FEED_STORE_H

#include "core/vocab.h"
#include "pg/pg.h"

/* --- figures --- */

struct feed_figures {
    int32_t source;
    int64_t waiting;       /* in quarantine                                       */
    int64_t last_known_us; /* of its youngest event in the ledger; 0: none        */
    int64_t n_recent;      /* events that the two below are taken from            */
    int64_t lag_median_us; /* known - occurred: how late the source tells us      */
    int64_t lag_worst_us;
};

struct feed_day {
    int32_t source;
    int32_t day; /* since 1970, of known, in UTC */
    int64_t of[OUTCOME_REFUSED + 1];
    int64_t late;
};

struct feed_set {
    size_t n, n_days;
    struct feed_figures *feeds; /* by source; those that sent anything */
    struct feed_day *days;      /* by source, day                      */
};

/* Days from since_day on. */
bool feeds_load(struct pg *pg, int32_t since_day, struct feed_set *ret, struct err *err);
void feeds_done(struct feed_set *set);

/* --- receipts --- */

/* How far a source's records have been read, partition by partition. */
#define FEED_PARTITIONS_MAX 256

struct feed_place {
    size_t n;
    int32_t partition[FEED_PARTITIONS_MAX];
    int64_t offset[FEED_PARTITIONS_MAX]; /* the last that was read */
};

struct feed_receipt {
    int32_t partition;
    int64_t offset;
    const char *event_id; /* "": could not be read */
    enum outcome outcome;
    const char *reason;  /* "": none */
    const char *pointer; /* "": none */
    int64_t ledger_id;   /* 0: none */
    int64_t known_us;
};

struct feed_receipts {
    size_t n;
    struct feed_receipt *rows; /* by partition, offset; texts are borrowed */
    struct pg_result *result;
};

/* Up to limit beyond the place, and what else the last record's batch held: a place is
 * between records. A duplicate has no row: what became of its first arrival stands. */
bool feed_receipts_load(struct pg *pg, int32_t source, const struct feed_place *after,
                        int32_t limit, struct feed_receipts *ret, struct err *err);
void feed_receipts_done(struct feed_receipts *set);

extern const struct pg_stmt *const feed_statements[];
extern const size_t feed_statements_n;

#endif
