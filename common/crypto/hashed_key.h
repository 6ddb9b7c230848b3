/*
 * hashed_key.h - a contact of which only a hash is known.
 *
 * Whoever sends a list of hashes says which profile of token.h they follow. Such a
 * contact has a key of its own, which everybody who can make the token of an identifier
 * finds:
 *
 *   the first 16 bytes of SHA-256("hashed" || kind byte || profile byte || token)
 *
 * No secret is in it, for it is no less secret than the hash itself, which was sent to
 * us. What was said of the hash is kept as facts under that key, and becomes known of a
 * contact when its own tokens lead there (consent-publish).
 */
#ifndef CONSENT_CRYPTO_HASHED_KEY_H
#define CONSENT_CRYPTO_HASHED_KEY_H

#include "crypto/token.h"

#include "core/fact.h"

/* Room for the longest: 128 hexadecimal digits and a NUL. */
#define HASHED_TEXT_BYTES 129

/* The one form of a hash as people write it: hexadecimal digits in lower case, Base64
 * with its '='. False when it is none of that profile; a keyed or a plain token is never
 * one. */
bool hashed_text(enum token_profile profile, const char *raw,
                 char ret[HASHED_TEXT_BYTES]);

/* token: as hashed_text and token_make give it. ERR_FATAL with DIGEST_FAILED. */
bool hashed_key_make(enum contact_kind kind, enum token_profile profile,
                     const char *token, struct contact_key *ret, struct err *err);

/* The key under which a list that is folded by token (core/lists/list.h) has the entry of
 * a token: the first 16 bytes of SHA-256("token" || 0 || list as four bytes, the highest
 * first || token). ERR_FATAL with DIGEST_FAILED. */
bool token_key_make(int32_t list, const char *token, struct contact_key *ret,
                    struct err *err);

#endif
