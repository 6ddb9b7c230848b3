#include "id_token.h"

#include "base/base64url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjose/cjose.h>

static bool no_token(struct err *err, const char *words)
{
    return err_set(err, ERR_INPUT, "ID_TOKEN", "%s", words);
}

static bool is_taken(const char *algorithm)
{
    return strcmp(algorithm, "RS256") == 0 || strcmp(algorithm, "PS256") == 0 ||
           strcmp(algorithm, "ES256") == 0;
}

/* Three parts in base64url. The library ends the program at a length that none has. */
static bool is_compact(const char *token)
{
    for (int part = 0; part < 3; part++) {
        const size_t n = base64url_span(token);

        if (n == 0 || token[n] != (part < 2 ? '.' : '\0'))
            return false;
        token += n + 1;
    }
    return true;
}

bool id_token_head(const char *token, struct id_token_head *ret, struct err *err)
{
    cjose_err trouble;
    cjose_jws_t *jws =
        is_compact(token) ? cjose_jws_import(token, strlen(token), &trouble) : NULL;
    const char *algorithm, *kid;
    bool ok;

    if (jws == NULL)
        return no_token(err, "it is no signed token");
    algorithm = cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_ALG, &trouble);
    kid = cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_KID, &trouble);
    ok = algorithm != NULL && is_taken(algorithm) &&
         (kid == NULL || strlen(kid) < sizeof(ret->kid));
    if (ok) {
        snprintf(ret->algorithm, sizeof(ret->algorithm), "%.7s", algorithm);
        snprintf(ret->kid, sizeof(ret->kid), "%s", kid != NULL ? kid : "");
    }
    cjose_jws_release(jws);
    return ok || no_token(err, "it is signed by an algorithm that is not taken");
}

static bool payload_get(cjose_jws_t *jws, const cjose_jwk_t *key, struct buf *ret)
{
    uint8_t *text;
    size_t len;
    cjose_err trouble;

    return cjose_jws_verify(jws, key, &trouble) &&
           cjose_jws_get_plaintext(jws, &text, &len, &trouble) &&
           buf_add(ret, (const char *)text, len);
}

bool id_token_open(const char *token, const char *jwk, size_t jwk_len, struct buf *ret,
                   struct err *err)
{
    struct id_token_head head;
    cjose_err trouble;
    cjose_jwk_t *key;
    cjose_jws_t *jws;
    bool ok;

    if (!id_token_head(token, &head, err))
        return false;
    key = cjose_jwk_import(jwk, jwk_len, &trouble);
    if (key == NULL)
        return no_token(err, "the provider's key cannot be read");
    jws = cjose_jws_import(token, strlen(token), &trouble);
    ok = jws != NULL && payload_get(jws, key, ret);
    if (jws != NULL)
        cjose_jws_release(jws);
    cjose_jwk_release(key);
    return ok || no_token(err, "its signature is not the provider's");
}
