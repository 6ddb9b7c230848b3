/*
 * seal.h - identifiers at rest, each under a data key of its own.
 *
 * An identifier is sealed (AES-256-GCM) under a fresh random key; that key is wrapped
 * (AES-256-GCM) under the key-encryption key, which lives in a file outside the database.
 * Destroying the wrapped key erases the identifier. Both blobs are bound to the contact
 * key as additional authenticated data, so none can be moved to another contact, nor one
 * kind of blob be passed for the other.
 *
 *   wrapped  0x01  key version  nonce(12)  encrypted data key(32)  tag(16)
 *   sealed   0x01               nonce(12)  encrypted text(n)       tag(16)
 */
#ifndef CONSENT_CRYPTO_SEAL_H
#define CONSENT_CRYPTO_SEAL_H

#include "base/err.h"
#include "core/fact.h"

#include <stddef.h>
#include <stdint.h>

#define SEAL_WRAPPED_BYTES  62
#define SEAL_OVERHEAD_BYTES 29
#define SEAL_TEXT_MAX_BYTES 1024
#define SEAL_SEALED_BYTES   (SEAL_TEXT_MAX_BYTES + SEAL_OVERHEAD_BYTES)

struct seal;

/* path: a file of 32 raw bytes, or of 64 hexadecimal digits and at most one line end, not
 * readable by others. version says which key it is (1 to 255) and goes into every wrapped
 * key. NULL on failure: ERR_CONFIG with SEAL_KEY_FILE, ERR_FATAL with SEAL_FAILED.
 * One handle, one thread at a time, one process: after a fork, open again. */
struct seal *seal_open(const char *path, uint8_t version, struct err *err);
void seal_close(struct seal *s); /* NULL is fine; wipes the keys */

/* Rotation: a former key, for unsealing only. ERR_CONFIG with SEAL_KEY_FILE, also when
 * the version is already taken. */
bool seal_add_former(struct seal *s, const char *path, uint8_t version, struct err *err);

/* The setting seal_former: any number of "VERSION=FILE", blanks between them. */
bool seal_add_formers(struct seal *s, const char *text, struct err *err);

/* text: 1 to SEAL_TEXT_MAX_BYTES bytes. sealed needs strlen(text) + SEAL_OVERHEAD_BYTES,
 * which is *ret_len. ERR_FATAL with SEAL_FAILED. */
bool seal_identifier(struct seal *s, const struct contact_key *contact, const char *text,
                     uint8_t wrapped[SEAL_WRAPPED_BYTES], uint8_t *sealed,
                     size_t *ret_len, struct err *err);

/* The text, NUL-ended. ERR_CONFIG with SEAL_KEY_UNKNOWN when the wrapped key names a
 * version that was not given; for everything else that does not fit one answer, ERR_INPUT
 * with SEAL_BROKEN, whichever part was wrong. ret is touched on success only. */
bool unseal_identifier(struct seal *s, const struct contact_key *contact,
                       const void *wrapped, size_t wrapped_len, const void *sealed,
                       size_t sealed_len, char ret[SEAL_TEXT_MAX_BYTES + 1],
                       struct err *err);

/* Rotation: the same data key under the current key. *ret_same: it is already, and
 * wrapped is untouched. Errors as unseal_identifier. */
bool seal_rewrap(struct seal *s, const struct contact_key *contact, const void *wrapped,
                 size_t wrapped_len, uint8_t ret[SEAL_WRAPPED_BYTES], bool *ret_same,
                 struct err *err);

#endif
