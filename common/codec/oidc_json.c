#include "oidc_json.h"

#include "base/base64url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define SKEW_S 60
#define OLD_S  600 /* a token made longer ago than that is of another sign-in */

static bool wrong(struct err *err, const char *words)
{
    return err_set(err, ERR_INPUT, "OIDC", "%s", words);
}

static json_t *object_load(const char *json, size_t len, struct err *err)
{
    json_t *top = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);

    if (json_is_object(top))
        return top;
    json_decref(top);
    (void)wrong(err, "the provider's answer is no JSON object");
    return NULL;
}

static const char *text_of(const json_t *top, const char *member)
{
    const char *text = json_string_value(json_object_get(top, member));

    return text != NULL ? text : "";
}

static bool text_copy(const json_t *top, const char *member, char *ret, size_t bytes)
{
    const char *text = text_of(top, member);

    return text[0] != '\0' && (size_t)snprintf(ret, bytes, "%s", text) < bytes;
}

bool oidc_provider_read(const char *json, size_t len, struct oidc_provider *ret,
                        struct err *err)
{
    json_t *top = object_load(json, len, err);
    bool ok;

    if (top == NULL)
        return false;
    ok = text_copy(top, "issuer", ret->issuer, sizeof(ret->issuer)) &&
         text_copy(top, "authorization_endpoint", ret->authorization,
                   sizeof(ret->authorization)) &&
         text_copy(top, "token_endpoint", ret->token, sizeof(ret->token)) &&
         text_copy(top, "jwks_uri", ret->keys, sizeof(ret->keys));
    json_decref(top);
    return ok || wrong(err, "the provider's configuration lacks an address");
}

bool oidc_token_read(const char *json, size_t len, struct buf *ret, struct err *err)
{
    json_t *top = object_load(json, len, err);
    const char *token;
    bool ok;

    if (top == NULL)
        return false;
    token = text_of(top, "id_token");
    ok = token[0] != '\0' && buf_add(ret, token, strlen(token) + 1);
    json_decref(top);
    return ok || wrong(err, "the provider gave no id_token");
}

/* --- keys --- */

static bool key_fits(const json_t *key, const char *algorithm, const char *kid)
{
    const char *type = strcmp(algorithm, "ES256") == 0 ? "EC" : "RSA";
    const char *use = text_of(key, "use"), *said = text_of(key, "alg");

    return strcmp(text_of(key, "kty"), type) == 0 &&
           (use[0] == '\0' || strcmp(use, "sig") == 0) &&
           (said[0] == '\0' || strcmp(said, algorithm) == 0) &&
           (kid[0] == '\0' || strcmp(text_of(key, "kid"), kid) == 0);
}

/* A number of a key, in base64url. */
static bool is_number(const char *text)
{
    const size_t n = base64url_span(text);

    return n > 0 && text[n] == '\0';
}

static bool key_put(const json_t *key, struct buf *ret)
{
    const bool rsa = strcmp(text_of(key, "kty"), "RSA") == 0;
    const char *one = text_of(key, rsa ? "n" : "x"), *two = text_of(key, rsa ? "e" : "y");

    if (!is_number(one) || !is_number(two))
        return false;
    if (rsa)
        return buf_addf(ret, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}", one, two);
    return strcmp(text_of(key, "crv"), "P-256") == 0 &&
           buf_addf(ret, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}",
                    one, two);
}

bool oidc_key_find(const char *json, size_t len, const char *algorithm, const char *kid,
                   struct buf *ret, struct err *err)
{
    json_t *top = object_load(json, len, err);
    const json_t *key, *found = NULL;
    size_t i, n = 0;
    bool ok;

    if (top == NULL)
        return false;
    json_array_foreach(json_object_get(top, "keys"), i, key)
    {
        if (!key_fits(key, algorithm, kid))
            continue;
        found = key;
        n++;
    }
    ok = n == 1 && key_put(found, ret);
    json_decref(top);
    return ok || wrong(err, "the provider has no such key");
}

/* --- claims --- */

/* Ours alone, or ours among others and made for us (azp). */
static bool audience_is(const json_t *top, const char *client)
{
    const json_t *aud = json_object_get(top, "aud"), *one;
    const char *azp = text_of(top, "azp");
    bool among = json_is_string(aud) && strcmp(json_string_value(aud), client) == 0;
    size_t i;

    json_array_foreach(aud, i, one)
    {
        among =
            among || (json_is_string(one) && strcmp(json_string_value(one), client) == 0);
    }
    return among && (azp[0] != '\0' ? strcmp(azp, client) == 0
                                    : !json_is_array(aud) || json_array_size(aud) == 1);
}

static bool time_of(const json_t *top, const char *member, int64_t *ret)
{
    const json_t *value = json_object_get(top, member);

    if (json_is_integer(value))
        *ret = json_integer_value(value);
    else if (json_is_real(value) && json_real_value(value) > 0 &&
             json_real_value(value) < 1e15)
        *ret = (int64_t)json_real_value(value);
    else
        return false;
    return true;
}

static bool times_hold(const json_t *top, int64_t now_s)
{
    int64_t until, made, begins;

    return time_of(top, "exp", &until) && until > now_s - SKEW_S &&
           time_of(top, "iat", &made) && made < now_s + SKEW_S && made > now_s - OLD_S &&
           (json_object_get(top, "nbf") == NULL ||
            (time_of(top, "nbf", &begins) && begins < now_s + SKEW_S));
}

static bool all_hold(const json_t *top, const struct oidc_expected *e, struct err *err)
{
    if (strcmp(text_of(top, "iss"), e->issuer) != 0)
        return wrong(err, "the token is another issuer's");
    if (!audience_is(top, e->client))
        return wrong(err, "the token is for somebody else");
    if (e->nonce[0] == '\0' || strcmp(text_of(top, "nonce"), e->nonce) != 0)
        return wrong(err, "the token is of another sign-in");
    if (!times_hold(top, e->now_s))
        return wrong(err, "the token is not of now");
    return true;
}

/* No control characters: it stands in logs and letters. */
static void name_take(const json_t *top, char ret[OIDC_NAME_BYTES])
{
    static const char *const members[] = {"name", "preferred_username", "email", "sub"};
    const char *text = "";
    size_t len;

    for (size_t i = 0; text[0] == '\0' && i < sizeof(members) / sizeof(members[0]); i++)
        text = text_of(top, members[i]);
    len = strlen(text);
    if (len >= OIDC_NAME_BYTES) {
        len = OIDC_NAME_BYTES - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--; /* no half of a letter */
    }
    for (size_t i = 0; i < len; i++)
        ret[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i];
    ret[len] = '\0';
}

static void role_take(struct oidc_claims *c, const json_t *role)
{
    const char *text = json_string_value(role);

    if (text != NULL && c->n_roles < OIDC_ROLES_MAX &&
        (size_t)snprintf(c->role[c->n_roles], sizeof(c->role[0]), "%s", text) <
            sizeof(c->role[0]))
        c->n_roles++;
}

bool oidc_claims_read(const char *json, size_t len, const struct oidc_expected *expected,
                      struct oidc_claims *ret, struct err *err)
{
    json_t *top = object_load(json, len, err);
    const json_t *roles, *one;
    size_t i;
    bool ok;

    if (top == NULL)
        return false;
    *ret = (struct oidc_claims){0};
    ok = all_hold(top, expected, err) &&
         (text_copy(top, "sub", ret->subject, sizeof(ret->subject)) ||
          wrong(err, "the token names nobody"));
    if (ok) {
        name_take(top, ret->name);
        roles = json_object_get(top, expected->role_claim);
        role_take(ret, roles);
        json_array_foreach(roles, i, one) role_take(ret, one);
    }
    json_decref(top);
    return ok;
}
