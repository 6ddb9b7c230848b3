/*
 * ground.h - can our tables stand in this database? Asked before a migration, whose own
 * SQLSTATE (0A000, 22P05, 42501) would not say what is wrong with the ground.
 */
#ifndef CONSENT_STORE_GROUND_H
#define CONSENT_STORE_GROUND_H

#include "pg/pg.h"

/* ERR_CONFIG: what is wrong, and what to do. */
bool ground_check(struct pg *pg, struct err *err);

extern const struct pg_stmt ground_wrong;

#endif
