/* register_sql.h - the statements that read the register, for store/register_store alone.
 */
#ifndef CONSENT_STORE_REGISTER_SQL_H
#define CONSENT_STORE_REGISTER_SQL_H

#include "pg/pg.h"

/* Each takes K and gives id, from, until, number, and then the kind's own columns. */
extern const struct pg_stmt register_controllers;
extern const struct pg_stmt register_policies; /* without a number */
extern const struct pg_stmt register_websites; /* the number is its controller's */
extern const struct pg_stmt register_purposes;
extern const struct pg_stmt register_sources;
extern const struct pg_stmt register_agreements;
extern const struct pg_stmt register_recipients; /* without a number */
extern const struct pg_stmt register_lists;
extern const struct pg_stmt register_windows; /* the values only */
extern const struct pg_stmt register_version_get, register_knows_get;

#endif
