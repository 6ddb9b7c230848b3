/*
 * secret_store.h - is this the contact secret that the database's keys were made with
 * (186)?
 *
 * Both are of the form of pg_session_settings.also; mark is contact_keyer_mark's.
 * ERR_CONFIG CONTACT_SECRET: it is another one.
 *
 * Rights: EXECUTE on contact_secret_fits; of consent_ingest on contact_secret_keep alone.
 */
#ifndef CONSENT_STORE_SECRET_STORE_H
#define CONSENT_STORE_SECRET_STORE_H

#include "pg/pg.h"

#define CONTACT_SECRET_MARK_BYTES 8

bool contact_secret_fits(const void *mark, struct pg *pg, struct err *err);

/* The first one that a database sees becomes its own. */
bool contact_secret_keep(const void *mark, struct pg *pg, struct err *err);

extern const struct pg_stmt *const secret_statements[];
extern const size_t secret_statements_n;

#endif
