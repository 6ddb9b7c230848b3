/*
 * health_store.h - ills of the database that nobody sees until it is too late, for
 * consentctl doctor: each check is a statement, and each row of its answer something to
 * be told.
 *
 * Rights: SELECT on everything (consent_operator); what is another's session, log or slot
 * is seen by members of pg_monitor alone.
 */
#ifndef CONSENT_STORE_HEALTH_STORE_H
#define CONSENT_STORE_HEALTH_STORE_H

#include "pg/pg.h"

struct ill {
    bool grave;     /* it harms already, or soon */
    char what[400]; /* what is so, and since when if the server knows */
    char fix[240];
};

/* Within the migrations' transaction, when they are done: notes the indexes, triggers and
 * constraints that are there now, so that one that goes is missed. */
bool health_note(struct pg *pg, struct err *err);

extern const struct pg_stmt *const health_statements[];
extern const size_t health_statements_n;

/* "slots", of the i-th check. */
const char *health_name(size_t i);

/* What the i-th check has to tell, its first ones; free() the array. */
bool health_look(struct pg *pg, size_t i, struct ill **ret, size_t *ret_n,
                 struct err *err);

#endif
