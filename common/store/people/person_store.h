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

/* Which of the tables hold events, whose bytes vault/vault.h opens. */
enum person_events { PERSON_NO_EVENTS = 0, PERSON_LEDGER, PERSON_QUARANTINE };

struct person_table {
    const char *name;
    const struct pg_stmt *stmt;
    enum person_events events;
};
extern const struct person_table person_tables[];
extern const size_t person_tables_n;

/* A row as a JSON object, names instead of numbers; borrowed. Nothing may be sent to the
 * database meanwhile. For all tables to be of one moment, take a snapshot around them. */
typedef bool person_row(void *context, const char *json, struct err *err);
bool person_rows_each(struct pg *pg, const struct person_table *table,
                      const struct contact_key *key, person_row *row, void *context,
                      struct err *err);

/* Of the tables with events: which there are, in their order, *ret from the heap ... */
bool person_event_ids(struct pg *pg, enum person_events of, const struct contact_key *key,
                      int64_t **ret, size_t *ret_n, struct err *err);

/* ... and the rows of some of them, with their bytes. */
struct person_bytes {
    int64_t id;
    const char *kept;     /* core/event/kept.h */
    int64_t forgotten_us; /* WHEN_ALWAYS: not */
    const char *raw;      /* NULL: there is nothing to show; and headers */
    size_t raw_len;
    const char *headers; /* as JSON */
    size_t headers_len;
};
bool person_events_each(struct pg *pg, enum person_events of,
                        const struct person_bytes *bytes, size_t n, person_row *row,
                        void *context, struct err *err);

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

extern const struct pg_stmt *const person_statements[];
extern const size_t person_statements_n;

#endif
