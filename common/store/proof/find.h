/*
 * find.h - single rows, on their way to their leaves; and rows that no leaf was made of.
 *
 * Rights: SELECT on ledger, quarantine, list_change, lookup_audit, restored, proof_range,
 * ingest_position: what of it is asked for.
 */
#ifndef CONSENT_STORE_PROOF_FIND_H
#define CONSENT_STORE_PROOF_FIND_H

#include "store/proof/range.h"

/* A row of ledger or quarantine; its bytes are borrowed from the result. */
struct proof_row {
    struct pg_result *result;
    struct entry_event event;
};

bool proof_row_load(struct pg *pg, bool quarantined, int64_t id, struct proof_row *ret,
                    bool *ret_found, struct err *err);
void proof_row_done(struct proof_row *row);

/* As ranges have it: topic, partition, and the place within it. */
struct proof_place {
    char topic[PROOF_TOPIC_BYTES];
    int32_t partition;
    int64_t at;
};

bool proof_word_find(struct pg *pg, const char *list, int64_t version,
                     struct proof_place *ret, bool *ret_found, struct err *err);
bool proof_lookup_find(struct pg *pg, int64_t number, struct proof_place *ret,
                       bool *ret_found, struct err *err);

/* 0: there is no such list. */
bool proof_list_number(struct pg *pg, const char *list, int32_t *ret, struct err *err);

/* The leaf that says that the database was restored. */
bool proof_restored_read(struct pg *pg, const struct proof_range *r, proof_emit *emit,
                         void *context, struct err *err);

/* Rows that stand at a sealed place and that no range has. *ret_n: how many (the first
 * 1,000 are emitted). It reads whole tables. */
bool proof_strays_read(struct pg *pg, enum proof_log log, proof_emit *emit, void *context,
                       int64_t *ret_n, struct err *err);

extern const struct pg_stmt *const proof_find_statements[];
extern const size_t proof_find_statements_n;

#endif
