/*
 * hashed_store.h - denials of contacts that are known by a hash alone.
 *
 * Their facts stand in fact under the hash's own key (crypto/hashed_key.h). Which
 * profiles are in use stands in hashed_profile, and rises register_version when it
 * changes.
 *
 * Rights of consent_publish: SELECT on hashed_profile; SELECT, INSERT on fact.
 */
#ifndef CONSENT_STORE_HASHED_STORE_H
#define CONSENT_STORE_HASHED_STORE_H

#include "core/fact.h"
#include "pg/pg.h"

#define HASHED_PROFILES_MAX 16

struct hashed_profile {
    enum contact_kind kind;
    enum token_profile profile;
};

/* *ret_n 0: nobody has ever sent a hash. */
bool hashed_profiles(struct pg *pg, struct hashed_profile ret[HASHED_PROFILES_MAX],
                     size_t *ret_n, struct err *err);

/* What is known of hashes[i] becomes known of contacts[i], once: the same facts of the
 * same events, known since both the hash and the contact were. */
bool hashed_copy(struct pg *pg, const struct contact_key *contacts,
                 const struct contact_key *hashes, size_t n, struct err *err);

/* Of these hashes, those of a contact that has been erased whole since it was known to be
 * theirs. Rights: SELECT on erasure, too. */
typedef void hashed_erased_each(void *context, const struct contact_key *hash);
bool hashed_erased(struct pg *pg, const struct contact_key *hashes, size_t n,
                   hashed_erased_each *each, void *context, struct err *err);

const struct pg_stmt *hashed_statements(size_t *ret_n);

#endif
