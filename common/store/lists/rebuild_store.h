/*
 * rebuild_store.h - walking all contacts in one consistent snapshot, and marking those
 * whose lists are to be looked at again.
 *
 * Rights: SELECT on contact, list_entry, dirty, doubt, due; INSERT on dirty
 * (consent_operator).
 */
#ifndef CONSENT_STORE_REBUILD_STORE_H
#define CONSENT_STORE_REBUILD_STORE_H

#include "core/fact.h"
#include "pg/pg.h"

/* A read-only transaction that sees one moment and is not ended for being idle; end it
 * with pg_rollback. */
bool snapshot_begin(struct pg *pg, struct err *err);

/* Contacts by key, in steps. pending: the publisher has not looked since something
 * happened (dirty, in doubt, or due), so that its lists may rightly differ. */
struct walked {
    struct contact_key key;
    bool pending;
};

/* Up to cap contacts with keys above *after (NULL: from the first); *ret_n 0: no more. */
bool contact_walk(struct pg *pg, const struct contact_key *after, int32_t cap,
                  struct walked *ret, size_t *ret_n, struct err *err);

/* How many contacts there are, as the planner estimates it: for a progress bar. */
bool contact_estimate(struct pg *pg, int64_t *ret, struct err *err);

/* Makes contacts dirty, so that everything about them is published once more. */
bool dirty_force(struct pg *pg, const struct contact_key *keys, size_t n,
                 struct err *err);

/* What list_entry says now of a token: *ret_version 0 when nothing. pending as above. */
bool entry_version(struct pg *pg, int32_t list, const char *token, int64_t *ret_version,
                   bool *ret_pending, struct err *err);

extern const struct pg_stmt *const rebuild_statements[];
extern const size_t rebuild_statements_n;

#endif
