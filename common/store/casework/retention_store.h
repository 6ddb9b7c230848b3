/*
 * retention_store.h - the rows of retention from the register, and the anchors of
 * contacts from the ledger.
 *
 * Rights of consent_operator: SELECT on v_anchor, fact, ledger and the register.
 */
#ifndef CONSENT_STORE_RETENTION_STORE_H
#define CONSENT_STORE_RETENTION_STORE_H

#include "core/casework/retention.h"
#include "pg/pg.h"

struct retention_rules {
    size_t n;
    struct retention_rule *list; /* by id, a row for each of its periods */
};

/* As known at known_us (WHEN_NEVER: now). ERR_CONFIG when a row says what this version
 * cannot compute. */
bool retention_rules_load(struct pg *pg, int64_t known_us, struct retention_rules *ret,
                          struct err *err);
void retention_rules_done(struct retention_rules *rules);

/* anchors[first[i]] to anchors[first[i + 1]] are those of key i. Zeroed to begin with. */
struct anchor_set {
    size_t cap, first_cap;
    struct anchor *anchors;
    size_t *first;
};

/* What was sent of these contacts (sorted by key, none twice) and known at known_us. */
bool anchor_load(struct pg *pg, const struct contact_key *keys, size_t n,
                 int64_t known_us, struct anchor_set *ret, struct err *err);
void anchor_set_done(struct anchor_set *set);

extern const struct pg_stmt *const retention_statements[];
extern const size_t retention_statements_n;

#endif
