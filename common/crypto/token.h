/*
 * token.h - a contact as a list's recipient is to know it.
 *
 * Recipients hash differently, so each profile normalises for itself, starting from the
 * canonical identifier of common/ident (never from what a sender wrote):
 *
 * - hmac-sha256: 64 hex, HMAC-SHA-256 under the recipient's own key, so that lists of two
 *   recipients cannot be joined
 * - sha256-hex, sha512-hex, sha1-hex, md5-hex: plain digests, as `printf %s
 *   user@example.com | sha256sum` makes them; a phone hashes in E.164 with its '+'
 * - uid2-b64: 44 characters, Base64 of SHA-256; at gmail.com dots and +tag go first
 * - drop-b64: the same; of a phone its last ten digits (CalPrivacy)
 * - plain: the identifier itself, where a contract says so
 *
 * And two in which others hash what they send us; no list of ours has them:
 *
 * - google-sha256: 64 hex; at gmail.com and googlemail.com dots go first, a phone keeps
 *   its '+' (Customer Match)
 * - meta-sha256: 64 hex; a phone without its '+' (custom audiences)
 */
#ifndef CONSENT_CRYPTO_TOKEN_H
#define CONSENT_CRYPTO_TOKEN_H

#include "base/err.h"
#include "core/vocab.h"

#define TOKEN_BYTES           256
#define TOKEN_KEY_LEAST_BYTES 16

/* key and key_len count for hmac-sha256 only. ret is touched on success only. Safe from
 * any thread. ERR_CONFIG with TOKEN_KEY (missing, or under 16 bytes) or TOKEN_PROFILE
 * (unknown); ERR_INPUT with TOKEN_TOO_LONG (plain, a long postal address); ERR_FATAL with
 * TOKEN_FAILED. */
bool token_make(enum token_profile profile, enum contact_kind kind, const char *canonical,
                const void *key, size_t key_len, char ret[TOKEN_BYTES], struct err *err);

#endif
