/* ed25519.h - signatures (RFC 8032), for what we publish and others must be able to
 * check. */
#ifndef CONSENT_CRYPTO_ED25519_H
#define CONSENT_CRYPTO_ED25519_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define ED25519_SEED_BYTES      32
#define ED25519_PUBLIC_BYTES    32
#define ED25519_SIGNATURE_BYTES 64

/* A new key. ERR_FATAL with ED25519_FAILED when the library will not; so below. */
bool ed25519_make(uint8_t ret_seed[ED25519_SEED_BYTES], struct err *err);

bool ed25519_public(const uint8_t seed[ED25519_SEED_BYTES],
                    uint8_t ret[ED25519_PUBLIC_BYTES], struct err *err);

bool ed25519_sign(const uint8_t seed[ED25519_SEED_BYTES], const void *text, size_t len,
                  uint8_t ret[ED25519_SIGNATURE_BYTES], struct err *err);

/* False: it is not theirs. */
bool ed25519_verify(const uint8_t key[ED25519_PUBLIC_BYTES], const void *text, size_t len,
                    const uint8_t signature[ED25519_SIGNATURE_BYTES]);

/* Wipes a seed. */
void ed25519_forget(uint8_t seed[ED25519_SEED_BYTES]);

#endif
