/*
 * due.h - what time alone makes dirty, and what an agreement's end makes dirty.
 *
 * Rights of consent_publish: SELECT, INSERT, UPDATE, DELETE on due. Of consent_keeper the
 * same, and SELECT, INSERT on dirty; SELECT, UPDATE, DELETE on cascade; SELECT on fact,
 * contact, delete_task, doubt.
 */
#ifndef CONSENT_STORE_DUE_H
#define CONSENT_STORE_DUE_H

#include "core/fact.h"
#include "pg/pg.h"

struct due_change {
    struct contact_key key;
    int64_t at_us; /* WHEN_NEVER: no more */
};

/* Into a pipe (pg.h). changes: sorted by key, none twice; of none nothing is sent. */
bool due_put(struct pg *pg, const struct due_change *changes, size_t n, struct err *err);

/* Of the contacts whose time has come, up to limit become dirty. Rows that somebody else
 * works on are left out. *ret_late_us: how late the earliest of them was. */
bool due_wake(struct pg *pg, int32_t limit, int64_t *ret_n, int64_t *ret_late_us,
              struct err *err);

/* How many are overdue (counted up to 100,000). */
bool due_waiting(struct pg *pg, int64_t *ret_n, struct err *err);

/* One step of the oldest cascade that nobody else works on: contacts with facts under its
 * agreement, or every contact for agreement 0, become dirty. contacts bounds the
 * step. */
struct cascade_step {
    bool found;    /* there was one            */
    bool finished; /* and this was its last step */
    int64_t cascade_id;
    int64_t n; /* contacts made dirty */
};
bool cascade_run(struct pg *pg, int32_t contacts, struct cascade_step *ret,
                 struct err *err);

/* Asks the keeper to look again at every contact. */
bool cascade_everyone(struct pg *pg, struct err *err);

struct keeper_view {
    int64_t dirty;           /* counted up to limit */
    int64_t cascades;        /* not finished        */
    int64_t deletes_open;    /* of delete_task      */
    int64_t deletes_overdue; /* opened before the time given */
};
bool keeper_look(struct pg *pg, int64_t limit, int64_t overdue_before_us,
                 struct keeper_view *ret, struct err *err);

/* Is a contact due, or a cascade under way? By index, for it is asked again and again. */
bool due_any(struct pg *pg, bool *ret, struct err *err);

/* How many are dirty, counted up to limit. */
bool dirty_count(struct pg *pg, int64_t limit, int64_t *ret_n, struct err *err);

const struct pg_stmt *due_statements(size_t *ret_n);

#endif
