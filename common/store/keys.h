/* keys.h - contacts as a parameter: what many statements are asked about. */
#ifndef CONSENT_STORE_KEYS_H
#define CONSENT_STORE_KEYS_H

#include "core/fact.h"
#include "pg/pg.h"

/* The next parameter, an array. */
void keys_put(struct pg_params *ps, const struct contact_key *keys, size_t n);

/* A statement whose only parameter they are. */
bool keys_exec(struct pg *pg, const struct pg_stmt *stmt, const struct contact_key *keys,
               size_t n, struct pg_result **ret, struct err *err);

#endif
