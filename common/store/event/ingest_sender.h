/*
 * ingest_sender.h - what the files that make a batch into arrays share.
 *
 * Each ingest_put_ function appends the parameters of one group, in their order.
 */
#ifndef CONSENT_STORE_INGEST_SENDER_H
#define CONSENT_STORE_INGEST_SENDER_H

#include "ingest_store.h"

extern const struct pg_stmt ingest_batch_stmt;

/* Rows from..to of a batch, on their way. */
struct ingest_range {
    const struct ingest_batch *b;
    size_t from, to;
    const struct ingest_part *parts;
    size_t n_parts;
};

struct ingest_pair {
    struct contact_key contact, other;
    int64_t ledger_id;
};

/* Records of one source and partition that became the same on the same day. */
struct ingest_count {
    int32_t source, partition;
    int32_t day; /* of known, since 1970-01-01 */
    int32_t n;
    uint8_t outcome;
    uint8_t type; /* of what was accepted, else 0 */
    bool late;
    struct ingest_bytes reason;
};

/* The composite types of 141_ingest_batch.sql. */
enum ingest_type {
    INGEST_MOVE,
    INGEST_RECORD,
    INGEST_CONTACT,
    INGEST_FACT,
    INGEST_QUARANTINED,
    INGEST_AGREEMENT,
    INGEST_TYPES,
};

/* What ingest_batch() looks for only in a batch that has it. */
enum ingest_rare { RARE_SAID = 1, RARE_HASHED = 2, RARE_WIDE = 4, RARE_ERASURE = 8 };

struct ingest_sender {
    const struct contact_marks *marks; /* of the contact secrets; borrowed */
    size_t counting;                   /* of them, the one that makes new contacts */
    size_t cap_groups;
    struct contact_key *groups; /* of each point that has several forms, all keys */
    uint8_t *chosen;
    struct pg_params params;
    struct ingest_range
        encoded;      /* what params say, but for the positions; b NULL: nothing */
    uint64_t edition; /* of that batch */
    unsigned rare;    /* of enum ingest_rare: what is in the batch */
    uint32_t types[INGEST_TYPES]; /* their numbers in this database */
    size_t n, cap;
    uint32_t *order; /* rows of the batch by (source, event_id, arrival) */
    uint32_t *rank;  /* by row - from: its place in order, from 1 */
    size_t cap_facts;
    uint32_t *facts; /* by contact */
    size_t cap_points;
    struct ingest_point *points; /* by key, folded */
    size_t n_pairs, cap_pairs;
    struct ingest_pair *pairs;
    size_t first, n_sent; /* rows of the batch that are on their way */
    uint8_t *became;
    size_t n_counts, cap_counts;
    struct ingest_count *counts;
};

/* By which key each contact of the rows is known, and which secret counts: comes first.
 * With one secret there is nothing to choose. */
bool ingest_choose(struct ingest_sender *s, struct pg *pg, struct ingest_batch *b,
                   size_t from, size_t to, struct err *err);

/* Fills order and rank: comes before the others. */
void ingest_sort_rows(struct ingest_sender *s, const struct ingest_range *g);

void ingest_put_positions(struct ingest_sender *s, const struct ingest_range *g);
void ingest_put_records(struct ingest_sender *s, const struct ingest_range *g);
void ingest_put_receipts(struct ingest_sender *s, const struct ingest_range *g);
void ingest_put_contacts(struct ingest_sender *s, const struct ingest_range *g);
void ingest_put_links(struct ingest_sender *s, const struct ingest_range *g);
void ingest_put_counts(struct ingest_sender *s, const struct ingest_range *g);

/* Appends an element, NULL where the run is null. */
static inline void ingest_add(struct pg_params *ps, size_t array,
                              const struct ingest_batch *b, struct ingest_bytes v)
{
    pg_add_bytes(ps, array, ingest_batch_text(b, v), v.len);
}

#endif
