#include "sign_in.h"

#include "session.h"

#include "base/clock.h"
#include "base/log.h"
#include "codec/oidc_json.h"
#include "codec/put.h"
#include "crypto/access_token.h"
#include "base/base64url.h"
#include "crypto/id_token.h"
#include "crypto/secret.h"
#include "fetch/fetch.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the browser brings back: state, nonce and PKCE's verifier, each random. */
#define FLOW_COOKIE  "__Host-consent-flow"
#define FLOW_BYTES   (3 * (ACCESS_SECRET_CHARS + 1) + 1)
#define FLOW_S       600
#define ANSWER_BYTES ((size_t)256 << 10)
#define WELL_KNOWN   "/.well-known/openid-configuration"
#define CODE_BYTES   4096
#define PATIENCE_S   5

/* Anybody may begin to sign in, and hold a thread while the provider is slow. One heavy
 * worker is left to those who have a token. */
static atomic_int talking;

struct flow {
    char state[ACCESS_SECRET_CHARS + 1];
    char nonce[ACCESS_SECRET_CHARS + 1];
    char verifier[ACCESS_SECRET_CHARS + 1];
};

struct sign_in {
    const struct settings *settings;
    struct fetch *fetch;
    struct oidc_provider provider;
    struct buf answer, token, key, payload, url;
};

static bool open(struct sign_in *s, const struct settings *settings, struct err *err)
{
    *s = (struct sign_in){.settings = settings};
    buf_init(&s->answer, ANSWER_BYTES);
    buf_init(&s->token, ANSWER_BYTES);
    buf_init(&s->key, ANSWER_BYTES);
    buf_init(&s->payload, ANSWER_BYTES);
    buf_init(&s->url, HTTP_LOCATION_BYTES);
    if (!fetch_open(NULL, &s->fetch, err))
        return false;
    fetch_patience(s->fetch, PATIENCE_S);
    return true;
}

/* False: others talk to the provider, and the reply says so. Else talk_end. */
static bool talk_begin(const struct settings *settings, struct http_reply *reply)
{
    const int64_t most = settings->heavy_workers > 1 ? settings->heavy_workers - 1 : 1;

    if (atomic_fetch_add(&talking, 1) < most)
        return true;
    atomic_fetch_sub(&talking, 1);
    http_problem(reply, 503, "busy", "others are signing in: try again", NULL);
    reply->retry_after_s = 1;
    return false;
}

static void talk_end(void)
{
    atomic_fetch_sub(&talking, 1);
}

static void close(struct sign_in *s)
{
    fetch_close(s->fetch);
    buf_done(&s->answer);
    buf_done(&s->token);
    buf_done(&s->key);
    buf_done(&s->payload);
    buf_done(&s->url);
}

static bool get(struct sign_in *s, const char *url, struct err *err)
{
    bool there;

    return fetch_get(s->fetch, url, &s->answer, &there, err) &&
           (there || err_set(err, ERR_RETRY, "OIDC", "%.120s is not there", url));
}

/* It must be the issuer that it was asked as, and lead nowhere in plain text. */
static bool discover(struct sign_in *s, struct err *err)
{
    const char *issuer = s->settings->oidc_issuer;
    const size_t len = strlen(issuer);

    buf_reset(&s->url);
    buf_add(&s->url, issuer, len - (len > 0 && issuer[len - 1] == '/'));
    buf_add_str(&s->url, WELL_KNOWN);
    if (!get(s, s->url.data, err) ||
        !oidc_provider_read(s->answer.data, s->answer.len, &s->provider, err))
        return false;
    return (strcmp(s->provider.issuer, issuer) == 0 &&
            sign_in_url(s->provider.authorization) && sign_in_url(s->provider.token) &&
            sign_in_url(s->provider.keys)) ||
           err_set(err, ERR_INPUT, "OIDC", "the provider is another than oidc_issuer");
}

static void away(struct http_reply *reply, const struct err *err)
{
    log_err(LOG_LEVEL_WARN, "sign_in_failed", err);
    http_problem(reply, 502, "provider",
                 "the OpenID provider does not answer as it should: try again", NULL);
}

static void no_entry(struct http_reply *reply, const char *words)
{
    log_write(LOG_LEVEL_WARN, "sign_in_refused", "text=\"%s\"", words);
    http_problem(reply, 403, "sign-in", words, NULL);
}

static bool offered(struct worker *w, struct http_reply *reply)
{
    if (w->settings->oidc_issuer[0] != '\0')
        return true;
    http_problem(reply, 404, "not-found", "people sign in with tokens here", NULL);
    return false;
}

void sign_in_offer(void *context, const struct http_request *rq, struct http_reply *reply)
{
    const struct worker *w = context;

    (void)rq;
    reply->type = "application/json";
    buf_add_str(&reply->body, "{");
    put_member_bool(&reply->body, "offered", w->settings->oidc_issuer[0] != '\0');
    buf_add_str(&reply->body, "}\n");
}

/* --- to the provider --- */

static bool flow_make(struct flow *f, struct err *err)
{
    uint8_t ignored[DIGEST_BYTES];

    return access_secret_make(f->state, ignored, err) &&
           access_secret_make(f->nonce, ignored, err) &&
           access_secret_make(f->verifier, ignored, err);
}

static void argument_put(struct buf *out, const char *name, const char *value)
{
    buf_add_str(out, name);
    fetch_escape(out, value);
}

static bool authorization_put(struct sign_in *s, const struct flow *f, struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    char challenge[BASE64URL_CHARS(DIGEST_BYTES) + 1];
    struct buf *out = &s->url;

    if (!digest_sha256(f->verifier, strlen(f->verifier), NULL, 0, digest, err))
        return false;
    base64url_write(digest, sizeof(digest), challenge);
    buf_reset(out);
    buf_add_str(out, s->provider.authorization);
    buf_add_str(out, strchr(s->provider.authorization, '?') != NULL ? "&" : "?");
    argument_put(out, "response_type=code&client_id=", s->settings->oidc_client_id);
    argument_put(out, "&redirect_uri=", s->settings->oidc_redirect_url);
    argument_put(out, "&scope=", s->settings->oidc_scope);
    argument_put(out, "&state=", f->state);
    argument_put(out, "&nonce=", f->nonce);
    argument_put(out, "&code_challenge_method=S256&code_challenge=", challenge);
    return !out->overrun || err_set(err, ERR_CONFIG, "OIDC", "the address is too long");
}

void sign_in_begin(void *context, const struct http_request *rq, struct http_reply *reply)
{
    struct worker *w = context;
    char value[FLOW_BYTES];
    struct sign_in s;
    struct flow f;
    struct err err;

    (void)rq;
    if (!offered(w, reply) || !talk_begin(w->settings, reply))
        return;
    if (!open(&s, w->settings, &err) || !discover(&s, &err) || !flow_make(&f, &err) ||
        !authorization_put(&s, &f, &err)) {
        away(reply, &err);
    } else {
        snprintf(value, sizeof(value), "%s.%s.%s", f.state, f.nonce, f.verifier);
        http_redirect(reply, 303, s.url.data);
        /* Lax: the provider leads back here, from another site */
        session_cookie(reply, FLOW_COOKIE, value, "Lax", FLOW_S);
    }
    close(&s);
    talk_end();
}

/* --- and back --- */

static bool flow_read(const struct http_request *rq, struct flow *ret)
{
    char value[FLOW_BYTES];

    caller_cookie(rq, FLOW_COOKIE, value, sizeof(value));
    return strlen(value) == FLOW_BYTES - 2 &&
           sscanf(value, "%43[^.].%43[^.].%43[^.]", ret->state, ret->nonce,
                  ret->verifier) == 3;
}

static bool code_spend(struct sign_in *s, const char *code, const struct flow *f,
                       struct err *err)
{
    const struct settings *set = s->settings;
    const bool secret = set->oidc_client_secret_file[0] != '\0';
    char word[256] = "";
    struct buf form;
    size_t len = 0;
    bool ok;

    if (secret && !conf_read_secret(set->oidc_client_secret_file, word, sizeof(word) - 1,
                                    &len, err))
        return conf_of("oidc_client_secret_file", err);
    word[len] = '\0';
    buf_init(&form, ANSWER_BYTES);
    argument_put(&form, "grant_type=authorization_code&code=", code);
    argument_put(&form, "&redirect_uri=", set->oidc_redirect_url);
    argument_put(&form, "&code_verifier=", f->verifier);
    if (!secret)
        argument_put(&form, "&client_id=", set->oidc_client_id);
    ok = fetch_form(s->fetch, s->provider.token, secret ? set->oidc_client_id : NULL,
                    word, form.data, &s->answer, err) &&
         oidc_token_read(s->answer.data, s->answer.len, &s->token, err);
    explicit_bzero(word, sizeof(word));
    buf_done(&form);
    return ok;
}

/* Whose token is it, and is everything about it right? */
static bool token_weigh(struct sign_in *s, const struct flow *f, struct oidc_claims *ret,
                        struct err *err)
{
    const struct oidc_expected expected = {
        .issuer = s->settings->oidc_issuer,
        .client = s->settings->oidc_client_id,
        .nonce = f->nonce,
        .role_claim = s->settings->oidc_role_claim,
        .now_s = clock_wall_us() / WHEN_SECOND_US,
    };
    struct id_token_head head;

    return id_token_head(s->token.data, &head, err) && get(s, s->provider.keys, err) &&
           oidc_key_find(s->answer.data, s->answer.len, head.algorithm, head.kid, &s->key,
                         err) &&
           id_token_open(s->token.data, s->key.data, s->key.len, &s->payload, err) &&
           oidc_claims_read(s->payload.data, s->payload.len, &expected, ret, err);
}

static void end(struct worker *w, const char *code, const struct flow *f,
                struct http_reply *reply)
{
    static const char no_role[] = "this account has no role here: ask whoever gives out "
                                  "groups";
    struct oidc_claims claims;
    enum access_role role;
    struct sign_in s;
    struct err err;

    if (!talk_begin(w->settings, reply))
        return;
    if (!open(&s, w->settings, &err) || !discover(&s, &err) ||
        !code_spend(&s, code, f, &err) || !token_weigh(&s, f, &claims, &err)) {
        if (err.kind == ERR_INPUT)
            no_entry(reply, err.text);
        else
            away(reply, &err);
    } else {
        role = session_role(w->settings, &claims);
        if (role != ACCESS_DPO && role != ACCESS_AUDITOR && role != ACCESS_OPERATOR)
            no_entry(reply, no_role);
        else if (!session_begin(w, &claims, role, reply, &err))
            worker_no_answer(&err, reply);
    }
    close(&s);
    talk_end();
}

void sign_in_end(void *context, const struct http_request *rq, struct http_reply *reply)
{
    struct worker *w = context;
    char code[CODE_BYTES], state[ACCESS_SECRET_CHARS + 1], issuer[CONF_TEXT_BYTES];
    const bool has_code = http_query(rq, "code", code, sizeof(code)) && code[0] != '\0';
    const bool has_issuer = http_query(rq, "iss", issuer, sizeof(issuer)); /* RFC 9207 */
    struct flow f;

    if (!offered(w, reply))
        return;
    if (!flow_read(rq, &f) || !http_query(rq, "state", state, sizeof(state)) ||
        !secret_same(state, f.state))
        no_entry(reply, "this is no sign-in that began here: begin again");
    else if (has_issuer && strcmp(issuer, w->settings->oidc_issuer) != 0)
        no_entry(reply, "this answer is another provider's");
    else if (!has_code)
        no_entry(reply, "the provider did not let you in");
    else
        end(w, code, &f, reply);
    session_cookie(reply, FLOW_COOKIE, "", "Lax", 0); /* once, whatever became of it */
    explicit_bzero(&f, sizeof(f));
}
