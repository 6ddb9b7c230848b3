/*
 * quarantine_store.h - what waits for a person, and what the person decided.
 *
 * Rights: SELECT on quarantine, ledger; UPDATE of its state, state_at, state_by, note
 * (consent_operator).
 */
#ifndef CONSENT_STORE_QUARANTINE_STORE_H
#define CONSENT_STORE_QUARANTINE_STORE_H

#include "core/event/quarantine.h"
#include "pg/pg.h"

/* Borrowed from the result. */
struct quarantine_set {
    size_t n;
    struct quarantined *rows;
    struct pg_result *result;
    struct buf opened; /* vault_quarantine: what raw and headers point into */
};

struct quarantine_filter {
    const char *source; /* NULL: any */
    const char *reason; /* NULL: any */
    int16_t state;      /* enum quarantine_state; -1: any */
    int64_t after_id;   /* rows beyond it, oldest first */
    int32_t limit;
};

bool quarantine_list(struct pg *pg, const struct quarantine_filter *f,
                     struct quarantine_set *ret, struct err *err);

/* The highest id there is; 0: none. */
bool quarantine_last(struct pg *pg, int64_t *ret, struct err *err);

/* The rows of these ids that there are. Neither has the bytes: vault_quarantine opens
 * them. */
bool quarantine_get(struct pg *pg, const int64_t *ids, size_t n,
                    struct quarantine_set *ret, struct err *err);
void quarantine_done(struct quarantine_set *set);

/* What has become of a row that was sent again, if anything. */
bool quarantine_became(struct pg *pg, int64_t id, struct quarantine_became *ret,
                       struct err *err);

/* Settles rows that still wait; *ret_n is how many did. by NULL: the database user. note
 * may be NULL. */
bool quarantine_settle(struct pg *pg, const int64_t *ids, size_t n,
                       enum quarantine_state state, const char *by, const char *note,
                       int64_t *ret_n, struct err *err);

extern const struct pg_stmt *const quarantine_statements[];
extern const size_t quarantine_statements_n;

#endif
