/*
 * outbox_store.h - records that wait for their topics: certificates of erasures, the
 * journal, orders to other systems (schemas/sql/150_forget.sql).
 *
 * Rights of consent_publish: SELECT, UPDATE, DELETE on outbox; SELECT on erasure. Of
 * consent_keeper and consent_operator: INSERT on outbox.
 */
#ifndef CONSENT_STORE_OUTBOX_STORE_H
#define CONSENT_STORE_OUTBOX_STORE_H

#include "pg/pg.h"

/* In the caller's transaction: a record for a topic, which consent-publish sends. */
bool outbox_put(struct pg *pg, const char *topic, const char *key, const char *value,
                struct err *err);

/* In the caller's transaction: takes the oldest, at most limit, in their order. ret has
 * none when there are none, or when another has them in hand. Columns: topic, key, value,
 * all texts. */
bool outbox_take(struct pg *pg, int32_t limit, struct pg_result **ret, struct err *err);

/* How many of these certificates, by their events' ids, the database knows nothing of. */
bool outbox_unknown(struct pg *pg, const char *const *event_ids, size_t n, int64_t *ret,
                    struct err *err);

extern const struct pg_stmt *const outbox_statements[];
extern const size_t outbox_statements_n;

#endif
