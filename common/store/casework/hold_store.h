/*
 * hold_store.h - retention holds: what must stay until a matter is over
 * (schemas/sql/150_forget.sql).
 *
 * Rights of consent_operator and consent_lookup: SELECT, INSERT and UPDATE on
 * retention_hold, of the columns that are theirs to say.
 */
#ifndef CONSENT_STORE_HOLD_STORE_H
#define CONSENT_STORE_HOLD_STORE_H

#include "base/buf.h"
#include "core/register/register.h"
#include "pg/pg.h"

#define HOLD_NAME_BYTES   65
#define HOLD_REASON_BYTES 256
#define HOLD_BY_BYTES     160

struct hold {
    int64_t id;
    char matter[HOLD_NAME_BYTES];
    const struct contact_key *contact; /* NULL: everybody */
    int16_t controller;                /* CONTROLLER_ANY: every one */
    char row[REGISTER_ID_BYTES];       /* "": every one */
    char reason[HOLD_REASON_BYTES];
    char by[HOLD_BY_BYTES];
};

bool hold_add(struct pg *pg, const struct hold *hold, int64_t *ret_id, struct err *err);
/* id 0: all of the matter. *ret_n: how many were in force. */
bool hold_lift(struct pg *pg, int64_t id, const char *matter, const char *by,
               int64_t *ret_n, struct err *err);
/* Has the register such a row of retention, in force or later? A hold of one that was
 * misspelt would hold nothing. */
bool hold_row_known(struct pg *pg, const char *row, bool *ret, struct err *err);
/* Is it in force, and whose is it? */
struct hold_found {
    bool found, one_contact;
    struct contact_key contact;
};
bool hold_find(struct pg *pg, int64_t id, struct hold_found *ret, struct err *err);
/* As a JSON array. */
bool hold_list(struct pg *pg, bool all, struct buf *out, struct err *err);

const struct pg_stmt *hold_statements(size_t *n);

#endif
