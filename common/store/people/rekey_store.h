/*
 * rekey_store.h - contacts whose canonical form has changed with our normalisation.
 *
 * The old contact stays as it is, with its facts and its list entries. The new form's is
 * made unless it is there, and both are tied (same_person, CHANGE_RESPELT): denials
 * follow, grants do not. Saying it again changes nothing, so a run that was cut short is
 * finished by the next.
 *
 * Rights: SELECT on contact, fact; INSERT on contact, same_person, dirty, normalisation:
 * the owner's.
 */
#ifndef CONSENT_STORE_REKEY_STORE_H
#define CONSENT_STORE_REKEY_STORE_H

#include "core/fact.h"
#include "pg/pg.h"

struct respelt {
    struct contact_key old, new;
    enum contact_kind kind;
    const void *wrapped, *sealed; /* of the new form, borrowed */
    size_t wrapped_len, sealed_len;
};

struct rekeyed {
    int64_t tied;    /* that were not before                                  */
    int64_t made;    /* contacts of new forms that were not there             */
    int64_t denials; /* facts that hold for the new form too, of those tied   */
    int64_t grants;  /* facts that do not                                     */
};

/* What it would come to, or comes to, for these; adds to ret. */
bool rekey_look(struct pg *pg, const struct respelt *r, size_t n, struct rekeyed *ret,
                struct err *err);
/* n of at least 1; in a transaction of the caller's or of its own. */
bool rekey_tie(struct pg *pg, const struct respelt *r, size_t n, struct err *err);

/* The contacts' keys are of these rules now. */
bool normalisation_note(struct pg *pg, int32_t version, struct err *err);
/* *ret 0: nobody has said. */
bool normalisation_get(struct pg *pg, int32_t *ret, struct err *err);

extern const struct pg_stmt *const rekey_statements[];
extern const size_t rekey_statements_n;

#endif
