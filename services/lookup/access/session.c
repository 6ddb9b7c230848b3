#include "session.h"

#include "sign_in.h"

#include "base/log.h"
#include "crypto/access_token.h"

#include <stdio.h>
#include <string.h>

#define CONSOLE "/console/"

void session_cookie(struct http_reply *reply, const char *name, const char *value,
                    const char *site, long long seconds)
{
    char text[HTTP_FIELD_BYTES];

    snprintf(text, sizeof(text),
             "%s=%s; Path=/; Secure; HttpOnly; SameSite=%s; Max-Age=%lld", name, value,
             site, seconds);
    http_reply_cookie(reply, text);
}

enum access_role session_role(const struct settings *set, const struct oidc_claims *c)
{
    const char *at = set->oidc_roles;

    while (*(at += strspn(at, " ,")) != '\0') {
        const size_t len = strcspn(at, " ,"), group = strcspn(at, "=");
        char role[32];

        if (group < len) {
            snprintf(role, sizeof(role), "%.*s", (int)(len - group - 1), at + group + 1);
            for (size_t i = 0; i < c->n_roles; i++)
                if (strlen(c->role[i]) == group && strncmp(c->role[i], at, group) == 0)
                    return access_role_parse(role);
        }
        at += len;
    }
    return ACCESS_NONE;
}

bool session_begin(struct worker *w, const struct oidc_claims *c, enum access_role role,
                   struct http_reply *reply, struct err *err)
{
    const int64_t hours = w->settings->oidc_hours;
    struct access_token token = {.role = role};
    char secret[ACCESS_SECRET_CHARS + 1], whole[ACCESS_TOKEN_BYTES];
    bool ok;

    snprintf(token.note, sizeof(token.note), "%s", c->name);
    if (!access_secret_make(secret, token.hash, err))
        return false;
    do
        ok = worker_connect(w, err) &&
             token_session(w->pg, &token, c->subject, (int32_t)hours, err);
    while (!ok && worker_again(w, err));
    if (!ok)
        return false;
    access_token_write(token.id, secret, whole);
    log_write(LOG_LEVEL_INFO, "signed_in", "token=%d role=%s", (int)token.id,
              access_role_name(role));
    http_redirect(reply, 303, CONSOLE);
    session_cookie(reply, SESSION_COOKIE, whole, "Strict", hours * 3600);
    explicit_bzero(whole, sizeof(whole));
    return true;
}

void sign_out(void *context, const struct http_request *rq, struct http_reply *reply)
{
    struct worker *w = context;
    char token[ACCESS_TOKEN_BYTES];
    uint8_t hash[DIGEST_BYTES];
    struct err err;
    bool found, ok = true;
    int32_t id;

    if (http_header(rq, "Consent-Console") == NULL) {
        http_problem(reply, 403, "sign-out", "the console alone signs out", NULL);
        return;
    }
    caller_cookie(rq, SESSION_COOKIE, token, sizeof(token));
    if (access_token_read(token, &id, hash)) {
        do
            ok = worker_connect(w, &err) &&
                 token_session_end(w->pg, id, hash, &found, &err);
        while (!ok && worker_again(w, &err));
    }
    if (!ok) {
        worker_no_answer(&err, reply);
        return;
    }
    reply->status = 204;
    session_cookie(reply, SESSION_COOKIE, "", "Strict", 0);
}
