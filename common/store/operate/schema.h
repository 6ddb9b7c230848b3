/*
 * schema.h - is the database of this program's release, or of one that it can work with?
 *
 * A program knows the numbers of the migrations that it was built with. One that is
 * missing: the database is too old. One that it does not know is fine, so that the
 * database can be migrated while programs of the release before still run; unless the
 * migration says that it breaks them.
 *
 * Rights: SELECT on schema_migration.
 */
#ifndef CONSENT_STORE_SCHEMA_H
#define CONSENT_STORE_SCHEMA_H

#include "pg/pg.h"

/* ERR_CONFIG SCHEMA_OLD, SCHEMA_NEW. Of the form of pg_session_settings.fits. */
bool schema_fits(struct pg *pg, struct err *err);

/* Was the program built with it? */
bool schema_knows(int32_t number);

extern const struct pg_stmt *const schema_statements[];
extern const size_t schema_statements_n;

#endif
