/*
 * receipt_store.h - receipts on their way back to the sources.
 *
 * Rights of consent_publish: SELECT, UPDATE (for row locks), DELETE on receipt_queue.
 */
#ifndef CONSENT_STORE_RECEIPT_STORE_H
#define CONSENT_STORE_RECEIPT_STORE_H

#include "core/vocab.h"
#include "pg/pg.h"

struct receipt_row {
    int32_t source;       /* register number */
    const char *event_id; /* NUL-terminated; good until the next row is asked for */
    enum outcome outcome;
    const char *reason;  /* "": none */
    const char *pointer; /* "": none */
    int64_t ledger_id;   /* 0: none */
    int64_t known_us;
};

struct receipt_set;

/* Inside a transaction: takes up to limit batches (a batch is what ingest queued of one
 * source in one transaction) that nobody else is taking, oldest first, and deletes them.
 * A source in skip is passed over. Free with receipt_set_free. */
bool receipt_take(struct pg *pg, int32_t limit, const int32_t *skip, size_t n_skip,
                  struct receipt_set **ret, struct err *err);
bool receipt_next(struct receipt_set *set, struct receipt_row *ret);
void receipt_set_free(struct receipt_set *set); /* NULL is fine */

const struct pg_stmt *receipt_statements(size_t *ret_n);

#endif
