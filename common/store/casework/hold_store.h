/*
 * hold_store.h - retention holds: what must stay until a matter is over
 * (schemas/sql/150_forget.sql).
 *
 * Rights of consent_operator: SELECT, INSERT and UPDATE on retention_hold.
 */
#ifndef CONSENT_STORE_HOLD_STORE_H
#define CONSENT_STORE_HOLD_STORE_H

#include "base/buf.h"
#include "core/register/register.h"
#include "pg/pg.h"

#define HOLD_NAME_BYTES   65
#define HOLD_REASON_BYTES 256

struct hold {
    int64_t id;
    char matter[HOLD_NAME_BYTES];
    const struct contact_key *contact; /* NULL: everybody */
    int16_t controller;                /* CONTROLLER_ANY: every one */
    char row[REGISTER_ID_BYTES];       /* "": every one */
    char reason[HOLD_REASON_BYTES];
    char by[HOLD_NAME_BYTES];
};

bool hold_add(struct pg *pg, const struct hold *hold, int64_t *ret_id, struct err *err);
/* id 0: all of the matter. *ret_n: how many were in force. */
bool hold_lift(struct pg *pg, int64_t id, const char *matter, const char *by,
               int64_t *ret_n, struct err *err);
/* As a JSON array. */
bool hold_list(struct pg *pg, bool all, struct buf *out, struct err *err);

const struct pg_stmt *hold_statements(size_t *n);

#endif
