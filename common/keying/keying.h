/*
 * keying.h - by which key a contact is known.
 *
 * With one contact secret that is the key which it makes of the identifier. After a
 * change an identifier has a key under each secret, and the contact's is the one that the
 * database has; who is in none of them gets the one that counts. So keys are made first,
 * of everybody who is asked about at once, and then settled, by one question to
 * PostgreSQL; with one secret by none.
 *
 *     keying_begin(k);
 *     keying_make(k, kind, canonical, &keys[i], err)  for each
 *     keying_settle(k, pg, keys, n, err)
 *
 * One thread uses it.
 */
#ifndef CONSENT_KEYING_KEYING_H
#define CONSENT_KEYING_KEYING_H

#include "crypto/contact_key.h"
#include "pg/pg.h"

struct keying;

/* The settings contact_secret_file and contact_former. NULL on failure, errors as
 * contact_keyer_load's. */
struct keying *keying_open(const char *path, const char *former, struct err *err);
void keying_close(struct keying *k); /* NULL is fine */

/* For secret_store.h. Lives as long as k. */
const struct contact_marks *keying_marks(const struct keying *k);

/* What was made so far is settled, or of no use. */
void keying_begin(struct keying *k);

/* ret is the contact's only after keying_settle. Errors as contact_keys_make's. */
bool keying_make(struct keying *k, enum contact_kind kind, const char *canonical,
                 struct contact_key *ret, struct err *err);

/* Of keys that keying_make gave since keying_begin, in any order, also several times; any
 * other stays as it is. ERR_CONFIG CONTACT_SECRET: a secret of the database's is not
 * ours. */
bool keying_settle(struct keying *k, struct pg *pg, struct contact_key *keys, size_t n,
                   struct err *err);

/* Which secret has made this key of it? CONTACT_SECRETS_MAX: none of ours. */
bool keying_which(struct keying *k, enum contact_kind kind, const char *canonical,
                  const struct contact_key *key, size_t *ret, struct err *err);

/* All of it for one. */
bool keying_find(struct keying *k, struct pg *pg, enum contact_kind kind,
                 const char *canonical, struct contact_key *ret, struct err *err);

#endif
