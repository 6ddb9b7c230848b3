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

enum same_kind { SAME_CHANGED = 1, SAME_MERGED, SAME_MISTAKEN, SAME_RESPELT };

/* For fact_load: some of these contacts are one person with others. Adds the denials of
 * those to set, and narrows the grants in it. */
bool same_join(struct pg *pg, const struct contact_key *keys, size_t n,
               struct fact_set *set, struct err *err);

const struct pg_stmt *same_statements(size_t *ret_n);

#endif
