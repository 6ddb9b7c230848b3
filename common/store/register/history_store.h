/*
 * history_store.h - what the register has said and when, and what is held back from being
 * erased: for people to read.
 *
 * Rights of consent_lookup: SELECT on register_entry, register_number, retention_hold.
 */
#ifndef CONSENT_STORE_HISTORY_STORE_H
#define CONSENT_STORE_HISTORY_STORE_H

#include "pg/pg.h"

/* Texts are borrowed from the result. */
struct register_said { /* one version of one entry */
    int64_t entry;
    const char *kind, *id;
    int64_t effective_us, known_us;
    const char *body; /* JSON; "": withdrawn */
    const char *origin, *applied_by;
    const char *person, *why; /* "": not said */
};

struct register_history {
    size_t n;
    struct register_said *rows; /* the latest first */
    struct pg_result *result;
};

/* Of a kind, an id, or (NULL) of any; up to limit, with an entry below before (0: any).
 */
bool register_history_load(struct pg *pg, const char *kind, const char *id,
                           int64_t before, int32_t limit, struct register_history *ret,
                           struct err *err);
void register_history_done(struct register_history *set);

struct hold_said { /* nothing is erased against it */
    int64_t id;
    const char *matter, *controller, *row, *reason, *by; /* controller, row "": every */
    bool one_contact;
    int64_t since_us;
};

struct hold_list {
    size_t n;
    struct hold_said *rows;
    struct pg_result *result;
};

/* Those that hold. */
bool hold_list_load(struct pg *pg, struct hold_list *ret, struct err *err);
void hold_list_done(struct hold_list *set);

extern const struct pg_stmt *const history_statements[];
extern const size_t history_statements_n;

#endif
