/* seal_key.h - the outer keys, out of their files and by version; for seal.c and
 * event_seal.c. */
#ifndef CONSENT_CRYPTO_SEAL_KEY_H
#define CONSENT_CRYPTO_SEAL_KEY_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define SEAL_KEY_BYTES 32

/* The form of the file is described at seal_open. ERR_CONFIG with SEAL_KEY_FILE. */
bool seal_key_read(const char *path, uint8_t ret[SEAL_KEY_BYTES], struct err *err);

struct seal;

/* Of n bytes; n is less than some hundreds. False: the library will not. */
bool seal_random(struct seal *s, uint8_t *ret, size_t n);

/* Borrowed. The one to write with, and the one of a version, NULL when it was not given.
 */
const uint8_t *seal_key_current(const struct seal *s, uint8_t *ret_version);
const uint8_t *seal_key_of(const struct seal *s, uint8_t version);

#endif
