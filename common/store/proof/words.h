/*
 * words.h - the logs "lists" and "lookups": words of lists and look-ups become leaves.
 *
 * Within list and shard versions rise in the order of the commits (070), so what is new
 * of them stands behind the last range. Look-ups are taken transaction by transaction,
 * and of those only that no running one can come before any more.
 *
 * Rights of consent_keeper: SELECT on list_change, lookup_audit, register_number,
 * proof_range.
 */
#ifndef CONSENT_STORE_PROOF_WORDS_H
#define CONSENT_STORE_PROOF_WORDS_H

#include "base/buf.h"
#include "store/proof/range.h"

/* What is new, as leaves and the ranges that they are in (without first_leaf). */
bool proof_lists_new(struct pg *pg, struct proof_ranges *ret, proof_emit *emit,
                     void *context, struct err *err);
bool proof_lookups_new(struct pg *pg, struct proof_ranges *ret, proof_emit *emit,
                       void *context, struct err *err);

/* Rows that have left the database (165), as to_jsonb said them: lines, each with a zero
 * at its end. */
struct proof_kept {
    size_t n;
    struct buf lines;
};

/* The leaves of one range of proof_range once more. kept: rows that are no longer in the
 * table, and others; ERR_INPUT with PROOF_NONE when some of the range are missing. NULL:
 * all are in the table. */
bool proof_lists_read(struct pg *pg, const struct proof_range *r,
                      const struct proof_kept *kept, proof_emit *emit, void *context,
                      struct err *err);
bool proof_lookups_read(struct pg *pg, const struct proof_range *r,
                        const struct proof_kept *kept, proof_emit *emit, void *context,
                        struct err *err);

extern const struct pg_stmt *const proof_words_statements[];
extern const size_t proof_words_statements_n;

#endif
