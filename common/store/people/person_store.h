/*
 * person_store.h - everything the tables hold about one contact, and the register that
 * explains it.
 *
 * A table that gets a column with contact keys needs a row in the array of the .c file; a
 * test compares it with the catalogue.
 *
 * Rights: consent_lookup (081) and consent_operator.
 */
#ifndef CONSENT_STORE_PERSON_STORE_H
#define CONSENT_STORE_PERSON_STORE_H

#include "base/buf.h"
#include "core/fact.h"
#include "pg/pg.h"

/* Appends {"contact":[...],"fact":[...],...}: of each table its rows, names instead of
 * numbers. Several statements: take a snapshot around it. */
struct person_bytes { /* what vault/vault.h opened of the contact's events */
    int64_t ledger_id, quarantine_id; /* one of them; the other is 0 */
    const char *kept;                 /* core/event/kept.h */
    int64_t forgotten_us;             /* WHEN_ALWAYS: not */
    const char *raw;                  /* NULL: there is nothing to show; and headers */
    size_t raw_len;
    const char *headers; /* as JSON */
    size_t headers_len;
};
bool person_tables(struct pg *pg, const struct contact_key *key,
                   const struct person_bytes *bytes, size_t n_bytes, struct buf *out,
                   struct err *err);

/* The register in force at at_us, as {kind: {id: body}}. */
bool person_register(struct pg *pg, int64_t at_us, struct buf *out, struct err *err);

/* The ids of rights requests about the contact, each once. Free with pg_result_free. */
bool person_requests(struct pg *pg, const struct contact_key *key, struct pg_result **ret,
                     struct err *err);

/* A word that a list said of the contact: its name, and its version there. */
struct person_word {
    const char *list; /* borrowed from the result */
    int64_t version;
};
/* In their order; *ret is heap. Free the result with pg_result_free. */
bool person_words(struct pg *pg, const struct contact_key *key, struct person_word **ret,
                  size_t *ret_n, struct pg_result **ret_result, struct err *err);

/* The event of that id: of the source (its register id), or when source is NULL of
 * whichever has one. *ret_n: how many there are. */
struct person_event {
    int64_t ledger_id;
    const char *source; /* id; borrowed from the result */
};
bool person_event_find(struct pg *pg, const char *event_id, const char *source,
                       struct person_event *ret, size_t *ret_n,
                       struct pg_result **ret_result, struct err *err);

/* The table names of person_tables, for the test. */
extern const struct pg_stmt *const person_statements[];
extern const size_t person_statements_n;

#endif
