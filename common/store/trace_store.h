/*
 * trace_store.h - the provenance of a contact: what the ledger and the quarantine hold.
 *
 * Rights: SELECT on ledger, fact, link, quarantine (consent_lookup, consent_operator).
 */
#ifndef CONSENT_STORE_TRACE_STORE_H
#define CONSENT_STORE_TRACE_STORE_H

#include "core/fact.h"
#include "pg/pg.h"

enum ledger_flag {
    LEDGER_LATE = 1,
    LEDGER_REDACTED = 2,
    LEDGER_IMPORTED = 4,
    LEDGER_BINARY = 8,
};

/* One event. Texts and bytes are borrowed from the set. */
struct trace_event {
    int64_t ledger_id; /* 0: only in quarantine */
    int64_t known_us;
    struct when_span occurred; /* of the quarantined: always, never */
    const char *topic;
    int32_t partition;
    int64_t offset;
    int32_t source;
    int32_t flags; /* enum ledger_flag */
    enum event_type type;
    enum outcome outcome;
    int16_t variant;
    const char *event_id;
    const char *reason;
    const char *pointer;
    const char *raw; /* NULL: redacted */
    size_t raw_len;
    const char *headers; /* a JSON object, or NULL */
    size_t headers_len;
    bool linked;           /* about a contact point named together with this one */
    int64_t quarantine_id; /* a person is to look, or has looked; 0: no */
    int16_t quarantine_state;
};

struct trace_set {
    size_t n;
    struct trace_event *events; /* by known, then ledger id */
    struct pg_result *result;
};

/* Every event that asserted something about the contact, its quarantined ones, and the
 * wide denials of contact points linked to it; known up to known_us. */
bool trace_load(struct pg *pg, const struct contact_key *key, int64_t known_us,
                struct trace_set *ret, struct err *err);
void trace_set_done(struct trace_set *set);

/* Names of events by ledger id, for evidence. */
struct event_name {
    int64_t ledger_id;
    int32_t source;
    const char *event_id; /* borrowed from the set */
};

struct name_set {
    size_t n;
    struct event_name *names;
    struct pg_result *result;
};

bool event_names_load(struct pg *pg, const int64_t *ledger_ids, size_t n,
                      struct name_set *ret, struct err *err);
void event_names_done(struct name_set *set);

extern const struct pg_stmt *const trace_statements[];
extern const size_t trace_statements_n;

#endif
