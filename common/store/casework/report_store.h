/*
 * report_store.h - what is read for the reports on sources.
 *
 * Rights: SELECT on source_count, fact, contact, register_entry, agreement_fact
 * (consent_operator).
 */
#ifndef CONSENT_STORE_REPORT_STORE_H
#define CONSENT_STORE_REPORT_STORE_H

#include "core/fact.h"
#include "core/register/rulebook.h"
#include "core/casework/quality.h"
#include "pg/pg.h"

/* A denial that came later than its source promised, as far as it concerns one contact.
 */
struct late_denial {
    struct contact_key contact;
    uint8_t kind;     /* enum contact_kind */
    struct fact fact; /* only its identity, times, source and scope */
};

struct late_denials {
    size_t n, cap;
    struct late_denial *rows; /* by known, ledger id, contact, part */
};

/* Up to limit of those known at since_us or later, of one source or (0) of all, after the
 * last row of *ret: a zeroed set begins. n 0: no more. */
bool late_denials_next(struct pg *pg, int64_t since_us, int32_t source, int32_t limit,
                       struct late_denials *ret, struct err *err);
void late_denials_done(struct late_denials *set);

/* From when until when (excluded) the register, agreements included, as known is the same
 * as just before known_us. */
bool register_span(struct pg *pg, int64_t known_us, int64_t *ret_from_us,
                   int64_t *ret_until_us, struct err *err);

/* The reasons are borrowed from the result. */
struct quality_set {
    struct quality q;
    struct pg_result *result;
};

/* Since the day of since_us; source 0: all. */
bool quality_load(struct pg *pg, int64_t since_us, int32_t source,
                  const struct rulebook *rb, struct quality_set *ret, struct err *err);
void quality_done(struct quality_set *set);

extern const struct pg_stmt *const report_statements[];
extern const size_t report_statements_n;

#endif
