/*
 * access_token.h - bearer tokens: "cmq_<id>_<43 characters>".
 *
 * The characters are 32 random bytes in base64url; the database keeps their SHA-256 only,
 * under the id, so that the secret is never searched for and comparing takes the same
 * time whatever was given.
 */
#ifndef CONSENT_CRYPTO_ACCESS_TOKEN_H
#define CONSENT_CRYPTO_ACCESS_TOKEN_H

#include "base/err.h"
#include "crypto/digest.h"

#define ACCESS_SECRET_CHARS 43
#define ACCESS_TOKEN_BYTES  64 /* the whole, with its NUL */

/* A new secret and its hash. ERR_FATAL with TOKEN_FAILED. */
bool access_secret_make(char secret[ACCESS_SECRET_CHARS + 1], uint8_t hash[DIGEST_BYTES],
                        struct err *err);

void access_token_write(int32_t id, const char *secret, char ret[ACCESS_TOKEN_BYTES]);

/* What an Authorization field says after "Bearer"; NULL: it says something else. */
const char *access_bearer(const char *authorization);

/* False: not of this form. */
bool access_token_read(const char *token, int32_t *ret_id, uint8_t hash[DIGEST_BYTES]);

/* In constant time. */
bool access_hash_same(const uint8_t a[DIGEST_BYTES], const uint8_t b[DIGEST_BYTES]);

#endif
