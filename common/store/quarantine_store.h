/*
 * quarantine_store.h - what waits for a person, and what the person decided.
 *
 * Rights: SELECT on quarantine, ledger; UPDATE of its state, state_at, state_by, note
 * (consent_operator).
 */
#ifndef CONSENT_STORE_QUARANTINE_STORE_H
#define CONSENT_STORE_QUARANTINE_STORE_H

#include "pg/pg.h"

enum quarantine_state { QUARANTINE_WAITING, QUARANTINE_REPLAYED, QUARANTINE_DISCARDED };

const char *quarantine_state_name(enum quarantine_state state);

struct quarantined {
    int64_t id;
    int64_t known_us;
    const char *source; /* id, "" when the feed has none */
    const char *topic;
    int32_t partition;
    int64_t offset;
    const char *reason;
    const char *pointer;
    const char *event_id;
    int64_t ledger_id; /* it took effect, or is evidence; 0: not in the ledger */
    enum quarantine_state state;
    int64_t state_at_us; /* WHEN_ALWAYS: not */
    const char *state_by;
    const char *note;
    const void *raw; /* NULL: not kept, or not asked for */
    size_t raw_len;
    const char *headers; /* JSON object, NULL: none */
    size_t headers_len;
};

/* Borrowed from the result. */
struct quarantine_set {
    size_t n;
    struct quarantined *rows;
    struct pg_result *result;
};

struct quarantine_filter {
    const char *source; /* NULL: any */
    const char *reason; /* NULL: any */
    bool all;           /* also what is settled */
    int64_t after_id;   /* rows beyond it, oldest first */
    int32_t limit;
};

/* Without raw and headers. */
bool quarantine_list(struct pg *pg, const struct quarantine_filter *f,
                     struct quarantine_set *ret, struct err *err);

/* The rows of these ids that there are, with raw and headers; the ledger's bytes where
 * the quarantine has none. */
bool quarantine_get(struct pg *pg, const int64_t *ids, size_t n,
                    struct quarantine_set *ret, struct err *err);
void quarantine_done(struct quarantine_set *set);

/* Settles rows that still wait; *ret_n is how many did. note may be NULL. */
bool quarantine_settle(struct pg *pg, const int64_t *ids, size_t n,
                       enum quarantine_state state, const char *note, int64_t *ret_n,
                       struct err *err);

extern const struct pg_stmt *const quarantine_statements[];
extern const size_t quarantine_statements_n;

#endif
