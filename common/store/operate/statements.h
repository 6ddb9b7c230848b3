/* statements.h - every statement of every store, for the check that prepares them all. */
#ifndef CONSENT_STORE_STATEMENTS_H
#define CONSENT_STORE_STATEMENTS_H

#include "pg/pg.h"

void statements_each(void (*each)(void *self, const struct pg_stmt *stmt), void *self);

/* Prepares each and compares its shape. *ret_n: how many; false with the first that does
 * not fit the database. */
bool statements_check(struct pg *pg, size_t *ret_n, struct err *err);

#endif
