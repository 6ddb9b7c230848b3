/*
 * deletion_store.h - orders to other systems to erase a contact, too, until they have
 * said that it is done.
 *
 * The order goes to the topic deletion.<recipient> by way of the outbox: in one
 * transaction with the erasure, and from there at least once. Its id tells two records of
 * one order; its token is the contact's on a list of that recipient.
 *
 * Rights: INSERT on deletion_order and outbox, SELECT on list_entry; UPDATE to end
 * orders.
 */
#ifndef CONSENT_STORE_DELETION_STORE_H
#define CONSENT_STORE_DELETION_STORE_H

#include "base/buf.h"
#include "core/fact.h"
#include "pg/pg.h"

extern const struct pg_stmt *const deletion_statements[];
extern const size_t deletion_statements_n;

struct deletion_wish {
    const struct contact_key *key;
    int64_t erasure;
    bool whole;
    size_t n;
    const int32_t *lists; /* where the contact has a token on them */
    const char *const *recipients;
};

/* In the caller's transaction. *ret_n: how many there are now. */
bool deletion_order(struct pg *pg, const struct deletion_wish *wish, int64_t *ret_n,
                    struct err *err);

/* The orders as a JSON array, oldest first: of a recipient ("": of all), those that wait,
 * or all of them; after that order ("": from the first). */
bool deletion_list(struct pg *pg, const char *recipient, bool all, const char *after,
                   int32_t limit, struct buf *out, struct err *err);

/* These are done. recipient "": whoever's. *ret_n: how many waited until now. */
bool deletion_done(struct pg *pg, const char *recipient, const char *const *orders,
                   size_t n, const char *by, int64_t *ret_n, struct err *err);

/* What waits, for each recipient. */
struct deletion_waiting {
    const char *recipient; /* borrowed from the result */
    int64_t orders, since_us;
};
bool deletion_waiting(struct pg *pg, struct deletion_waiting **ret, size_t *ret_n,
                      struct pg_result **ret_result, struct err *err);

#endif
