/*
 * id_token.h - the signature of an OpenID provider's token (JWS, RFC 7515). What the
 * token then says is weighed elsewhere: codec/oidc_json.h.
 */
#ifndef CONSENT_CRYPTO_ID_TOKEN_H
#define CONSENT_CRYPTO_ID_TOKEN_H

#include "base/buf.h"
#include "base/err.h"

#define ID_TOKEN_KID_BYTES 256

struct id_token_head {
    char algorithm[8];            /* "RS256", "PS256" or "ES256"; no other is taken */
    char kid[ID_TOKEN_KID_BYTES]; /* ""; the token names no key */
};

/* What the token says of itself, unproven. ERR_INPUT ID_TOKEN: it is none, or is signed
 * by an algorithm that is not taken ("none", and those of shared secrets, among them). */
bool id_token_head(const char *token, struct id_token_head *ret, struct err *err);

/* Its payload, appended to ret, if this key (a JWK, as oidc_key_find writes it) has
 * signed it. ERR_INPUT ID_TOKEN. */
bool id_token_open(const char *token, const char *jwk, size_t jwk_len, struct buf *ret,
                   struct err *err);

#endif
