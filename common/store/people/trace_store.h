/*
 * trace_store.h - the provenance of a contact: what the ledger and the quarantine hold.
 *
 * Rights: SELECT on ledger, fact, link, quarantine (consent_lookup, consent_operator).
 */
#ifndef CONSENT_STORE_TRACE_STORE_H
#define CONSENT_STORE_TRACE_STORE_H

#include "core/people/provenance.h"
#include "pg/pg.h"

/* Texts and bytes of the events are borrowed from the set. */
struct trace_set {
    size_t n;
    struct trace_event *events; /* by known, then ledger id */
    struct pg_result *result;
    struct buf opened; /* vault_trace: what raw and headers point into */
};

/* Every event that asserted something about the contact, its quarantined ones, and the
 * wide denials of contact points linked to it and all of those that are the same
 * person's; known up to known_us. Without their bytes: vault_trace opens them. */
bool trace_load(struct pg *pg, const struct contact_key *key, int64_t known_us,
                struct trace_set *ret, struct err *err);
void trace_set_done(struct trace_set *set);

/* The same in pages: first which events there are, then some of them at a time. */
struct trace_id {
    int64_t ledger_id, quarantine_id; /* as in trace_event */
    bool linked;
};

struct trace_ids {
    size_t n, cap;
    struct trace_id *ids;
};

/* source: only what it said of the contact itself; 0: all. */
bool trace_ids_load(struct pg *pg, const struct contact_key *key, int64_t known_us,
                    int32_t source, struct trace_ids *ret, struct err *err);
void trace_ids_done(struct trace_ids *ids);

bool trace_page(struct pg *pg, const struct trace_id *ids, size_t n,
                struct trace_set *ret, struct err *err);

/* An effect_walk with room for these facts. */
void trace_walk_init(struct effect_walk *w, const struct fact *facts, size_t n);
void trace_walk_done(struct effect_walk *w);

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
