/*
 * contact_key.h - how a contact is known inside: the first 16 bytes of
 *
 *   HMAC-SHA-256(secret, kind byte || 0x00 || canonical identifier)
 *
 * so that a stolen table is not a list of addresses. The kind byte is the number of enum
 * contact_kind. The canonical identifier comes from common/ident. A key lives as long as
 * the database does, so a secret does, too: after a change the former ones go on being
 * known, and an identifier has a key under each. Which of them is the contact's, the
 * database says (keying/keying.h).
 */
#ifndef CONSENT_CRYPTO_CONTACT_KEY_H
#define CONSENT_CRYPTO_CONTACT_KEY_H

#include "base/err.h"
#include "core/fact.h"

#include <stddef.h>
#include <stdint.h>

#define CONTACT_SECRET_LEAST_BYTES 32

struct contact_keyer;

/* Copies what it needs of the secret; NULL on failure. ERR_CONFIG with CONTACT_SECRET
 * when it is shorter than 32 bytes, ERR_FATAL with CONTACT_KEY_FAILED when the library
 * will not. One handle, one thread at a time. */
struct contact_keyer *contact_keyer_open(const void *secret, size_t len, struct err *err);

/* One more secret, of before. Errors as above; CONTACT_SECRET also when it is there
 * already, or there are CONTACT_SECRETS_MAX. */
bool contact_keyer_add(struct contact_keyer *k, const void *secret, size_t len,
                       struct err *err);

/* The settings contact_secret_file, and contact_former: any number of files, blanks
 * between them (conf_read_secret). */
struct contact_keyer *contact_keyer_load(const char *path, const char *former,
                                         struct err *err);
void contact_keyer_close(struct contact_keyer *k); /* NULL is fine */

/* In the order of the secrets. Lives as long as the keyer. */
const struct contact_marks *contact_keyer_marks(const struct contact_keyer *k);

/* A key under each secret, in their order. canonical must not be empty. ERR_FATAL with
 * CONTACT_KEY_FAILED. */
bool contact_keys_make(struct contact_keyer *k, enum contact_kind kind,
                       const char *canonical, struct contact_key ret[CONTACT_SECRETS_MAX],
                       struct err *err);

#endif
