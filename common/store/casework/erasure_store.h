/*
 * erasure_store.h - what an erasure needs to know of a contact, and carrying it out
 * (schemas/sql/150_forget.sql; what goes is core/casework/erasure.h's to say).
 *
 * Rights of consent_keeper and consent_operator: EXECUTE on erase, SELECT on the tables.
 */
#ifndef CONSENT_STORE_ERASURE_STORE_H
#define CONSENT_STORE_ERASURE_STORE_H

#include "base/buf.h"
#include "core/casework/erasure.h"
#include "pg/pg.h"

/* --- tasks --- */

/* Somebody whose data must go, because an event says so. */
struct erasure_task {
    struct contact_key key;
    int64_t ledger_id;
    int64_t
        erasure; /* it has gone with that one, and is looked at again; 0: it has not */
    bool minor;
};

/* Of the open tasks the oldest, at most limit, one a contact; opened before that time,
 * and of none of those contacts. An erased contact is one once more, for an event that
 * was being taken meanwhile (schemas/sql/315_look_again.sql). Those of whom, or of whose
 * linked contacts, the lists have not said yet what is known wait. */
bool erasure_tasks(struct pg *pg, int64_t before_us, const struct contact_key *but,
                   size_t n_but, int32_t limit, struct erasure_task *ret, size_t *ret_n,
                   struct err *err);

/* There was nothing to erase. */
bool erasure_task_done(struct pg *pg, const struct contact_key *key, struct err *err);

/* Nor was there anything more. */
bool erasure_looked(struct pg *pg, const struct erasure_task *task, struct err *err);

/* The retention run of a day, by one keeper. *ret: it is ours. up: also one that has been
 * begun, by whomever, and has no end. */
bool retention_day_take(struct pg *pg, int32_t day, bool up, bool *ret, struct err *err);
/* Its end: of so many contacts something is due that waits for a person; rows: by row and
 * controller, a JSON array. */
bool retention_day_due(struct pg *pg, int32_t day, int64_t due, const char *rows,
                       struct err *err);

/* --- what is known --- */

struct erasure_past {
    enum contact_kind kind; /* CONTACT_NONE: there is no such contact */
    bool identifier;        /* it is still there */
    bool minor;             /* a task says so, also one that is done */
    bool unsaid; /* the lists have not said yet what is known, of it or of one linked */
    size_t n_released, cap_released;
    struct erasure_released *released;
    size_t n_gone, cap_gone;
    int64_t *gone;
    size_t n_holds, cap_holds;
    struct erasure_hold *holds;
};

/* Zeroed to begin with. lock: in a transaction, and nobody else erases this contact until
 * it ends. */
bool erasure_past_load(struct pg *pg, const struct contact_key *key, bool lock,
                       struct erasure_past *ret, struct err *err);
void erasure_past_done(struct erasure_past *past);

/* --- doing --- */

struct erasure_order {
    struct contact_key key;
    const struct erasure_plan *plan;
    const char *by, *ground; /* "request", "minor", "retention", "journal" */
    int64_t ledger_id;       /* the event that asks; 0: none */
    const char *rows;        /* JSON: what goes, what stays */
    const char *event_id;    /* of the certificate */
};

struct erasure_done {
    int64_t erasure, at_us;
    int64_t events, facts, quarantined, contacts;
    char digest[65];
    struct pg_result *result;
    struct pg_array digests; /* of what nobody keeps any more; texts */
};

/* In the caller's transaction. */
bool erasure_do(struct pg *pg, const struct erasure_order *order,
                struct erasure_done *ret, struct err *err);
void erasure_done_free(struct erasure_done *done);

#define ERASURE_TYPES 32
struct erasure_preview {
    int64_t events, facts, quarantined, contacts; /* that would go */
    int64_t letters;    /* of the events: requests, with a person's own words */
    int64_t kept_facts; /* that would stay */
    size_t n_types;
    struct {
        enum event_type type;
        int64_t n;
    } types[ERASURE_TYPES];
};

/* What the order would take; nothing is changed. */
bool erasure_preview(struct pg *pg, const struct erasure_order *order,
                     struct erasure_preview *ret, struct err *err);

/* The facts that stay when nothing goes. Those that fact_load gives are others: of two
 * contacts that are one person grants are cut to what both have given. */
bool erasure_stays(struct pg *pg, const struct contact_key *key, int64_t *ret,
                   struct err *err);

/* A record of the journal: what it says had gone goes again. *ret: something was there.
 */
bool erasure_again(struct pg *pg, const char *record, bool *ret, struct err *err);

const struct pg_stmt *erasure_statements(size_t *n);

#endif
