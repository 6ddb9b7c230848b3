/*
 * same_store.h - contact points of one person (table same_person): what they say for each
 * other, and who they are.
 *
 * Two kinds of tie. Of an address that changed, or is spelled otherwise since our
 * normalisation did, every denial holds for the other and grants stay where they are. Of
 * two contacts that were merged, besides, only what both have granted counts: a grant is
 * narrowed to the channels that the other has granted to the same controller for the same
 * purpose. A tie that proved a mistake is one no more from when that became known.
 */
#ifndef CONSENT_STORE_SAME_STORE_H
#define CONSENT_STORE_SAME_STORE_H

#include "store/people/fact_store.h"

/* For fact_load: some of these contacts are one person with others. Adds the denials of
 * those to set, and narrows the grants in it. */
bool same_join(struct pg *pg, const struct contact_key *keys, size_t n,
               const struct fact_need *need, struct fact_set *set, struct err *err);

/* That a contact is one person with another: since when, by what, and until when
 * (WHEN_NEVER: it still is). */
struct same_tie {
    int64_t since_us, until_us;
    enum event_change change;
    int64_t ledger_id; /* 0: consentctl rekey */
};

/* The ties of one contact, as known then, the oldest first, at most cap. */
bool same_ties(struct pg *pg, const struct contact_key *key, int64_t known_us,
               struct same_tie *ret, size_t cap, size_t *ret_n, struct err *err);

const struct pg_stmt *same_statements(size_t *ret_n);

#endif
