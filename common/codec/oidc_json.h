/*
 * oidc_json.h - what an OpenID provider says of itself, its keys, and who has signed in.
 *
 * OpenID Connect Core 1.0 (3.1.3.7 for the checks), Discovery 1.0, RFC 7517.
 */
#ifndef CONSENT_CODEC_OIDC_JSON_H
#define CONSENT_CODEC_OIDC_JSON_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define OIDC_URL_BYTES 1024

struct oidc_provider {
    char issuer[OIDC_URL_BYTES];
    char authorization[OIDC_URL_BYTES], token[OIDC_URL_BYTES], keys[OIDC_URL_BYTES];
};

/* All of them ERR_INPUT OIDC: it does not say what it must. */
bool oidc_provider_read(const char *json, size_t len, struct oidc_provider *ret,
                        struct err *err);

/* The id_token of a token answer, appended with its NUL. */
bool oidc_token_read(const char *json, size_t len, struct buf *ret, struct err *err);

/* The key of a set, as JSON: by its kid, of the algorithm's kind, and meant for
 * signatures. Without a kid only the single one that fits. Of its members those that a
 * public key needs, each checked: who reads them next need not. */
bool oidc_key_find(const char *json, size_t len, const char *algorithm, const char *kid,
                   struct buf *ret, struct err *err);

#define OIDC_ROLES_MAX  64
#define OIDC_NAME_BYTES 96

struct oidc_claims {
    char subject[256];          /* the provider's own name for the person */
    char name[OIDC_NAME_BYTES]; /* for people: name, preferred_username, email or sub */
    size_t n_roles;
    char role[OIDC_ROLES_MAX][64];
};

struct oidc_expected {
    const char *issuer, *client, *nonce;
    const char *role_claim;
    int64_t now_s;
};

/* The payload of a token whose signature holds: is it from this issuer, for us, for this
 * sign-in, and of now? Clocks may differ by a minute. ERR_INPUT OIDC and what is wrong.
 */
bool oidc_claims_read(const char *json, size_t len, const struct oidc_expected *expected,
                      struct oidc_claims *ret, struct err *err);

#endif
