/*
 * forget_store.h - what was only needed for a while: whom a token has asked about on a
 * day, and look-ups of years ago.
 *
 * In steps of at most so many rows, so that any number of keepers may do it beside each
 * other and nothing waits for long.
 *
 * Rights of consent_keeper: SELECT, UPDATE, DELETE on token_day and
 * lookup_audit (UPDATE to lock a row); SELECT, DELETE on token_contact. A trigger refuses
 * the younger rows of the audit.
 */
#ifndef CONSENT_STORE_FORGET_STORE_H
#define CONSENT_STORE_FORGET_STORE_H

#include "pg/pg.h"

/* The younger rows of the audit stay whatever is asked: schemas/sql/060_lookup.sql. */
#define FORGET_AUDIT_DAYS_LEAST 365

/* One step over the days before yesterday (UTC). *ret_n 0: nothing is left. */
bool forget_days(struct pg *pg, int32_t rows, int64_t *ret_n, struct err *err);

/* One step over look-ups before that time. */
bool forget_audit(struct pg *pg, int64_t before_us, int32_t rows, int64_t *ret_n,
                  struct err *err);

extern const struct pg_stmt *const forget_statements[];
extern const size_t forget_statements_n;

#endif
