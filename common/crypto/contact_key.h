/*
 * contact_key.h - how a contact is known inside: the first 16 bytes of
 *
 *   HMAC-SHA-256(secret, kind byte || 0x00 || canonical identifier)
 *
 * so that a stolen table is not a list of addresses. The kind byte is the number of enum
 * contact_kind. The canonical identifier comes from common/ident. The secret lives as
 * long as the database does: another secret gives other keys for all contacts, which is
 * why the database keeps its mark.
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
/* The secret is what the file says (conf_read_secret). */
struct contact_keyer *contact_keyer_load(const char *path, struct err *err);
void contact_keyer_close(struct contact_keyer *k); /* NULL is fine */

/* CONTACT_MARK_BYTES that tell this secret from others, and nothing of it: for the
 * database to know its own. Lives as long as the keyer. */
#define CONTACT_MARK_BYTES 8
const uint8_t *contact_keyer_mark(const struct contact_keyer *k);

/* canonical must not be empty. ERR_FATAL with CONTACT_KEY_FAILED. */
bool contact_key_make(struct contact_keyer *k, enum contact_kind kind,
                      const char *canonical, struct contact_key *ret, struct err *err);

#endif
