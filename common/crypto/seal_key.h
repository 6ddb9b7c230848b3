/* seal_key.h - a key-encryption key out of its file; for seal.c. */
#ifndef CONSENT_CRYPTO_SEAL_KEY_H
#define CONSENT_CRYPTO_SEAL_KEY_H

#include "base/err.h"

#include <stdint.h>

#define SEAL_KEY_BYTES 32

/* The form of the file is described at seal_open. ERR_CONFIG with SEAL_KEY_FILE. */
bool seal_key_read(const char *path, uint8_t ret[SEAL_KEY_BYTES], struct err *err);

#endif
