/*
 * GET /v1/tokens: all of them, never what they are made of. POST: one is made with which
 * a source sends its events, and shown this once; POST /v1/tokens/{id}/revoke ends it.
 * Tokens of other roles are consentctl's to make.
 */
#include "routes.h"

#include "base/clock.h"
#include "codec/put.h"
#include "codec/register/change_json.h"
#include "crypto/access_token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct audit_row shown = {.outcome = LOOKUP_SHOWN};
static const struct audit_row settled = {.outcome = LOOKUP_SETTLED};

static const char *token_state(const struct access_token *t, int64_t now_us)
{
    return t->revoked_us <= now_us   ? "revoked"
           : t->expires_us <= now_us ? "expired"
           : !t->active              ? "to_activate"
                                     : "valid";
}

bool answer_tokens(struct call *c, struct err *err)
{
    const int64_t now_us = clock_wall_us();
    struct buf *out = &c->reply->body;
    struct access_token *tokens = NULL;
    bool refused, ok;
    size_t n = 0;

    ok = token_list(c->w->pg, &tokens, &n, err) &&
         call_noted(c, LOOKUP_DESK, &shown, 1, &refused, err);
    if (ok && !refused) {
        buf_add_str(out, "{\"tokens\":[");
        for (size_t i = 0; i < n; i++) {
            const struct access_token *t = &tokens[i];

            buf_add_str(out, i > 0 ? ",{" : "{");
            put_member_int(out, "token", t->id);
            put_member(out, ",role", access_role_name(t->role));
            put_member(out, ",source", t->source);
            put_member(out, ",recipient", t->recipient);
            put_member(out, ",note", t->note);
            put_member(out, ",state", token_state(t, now_us));
            put_member_int(out, ",budget", t->budget);
            put_member_time(out, ",created", t->created_us);
            put_member_time(out, ",expires", t->expires_us);
            put_member_time(out, ",revoked", t->revoked_us);
            put_member(out, ",made_by", t->made_by);
            put_member(out, ",revoked_by", t->revoked_by);
            buf_add_str(out, "}");
        }
        buf_add_str(out, "]}\n");
    }
    free(tokens);
    return ok;
}

/* --- making and ending --- */

static void made_put(struct call *c, const struct access_token *t, const char *secret)
{
    struct buf *out = &c->reply->body;
    char whole[ACCESS_TOKEN_BYTES];

    access_token_write(t->id, secret, whole);
    buf_add_str(out, "{");
    put_member_int(out, "token", t->id);
    put_member(out, ",source", t->source);
    put_member(out, ",secret", whole);
    put_member_time(out, ",expires", t->expires_us);
    buf_add_str(out, "}\n");
    explicit_bzero(whole, sizeof(whole));
}

/* False: the reply has a problem. */
static bool wanted(struct call *c, const struct change_asked *asked,
                   struct access_token *ret)
{
    const int64_t now_us = clock_wall_us();

    *ret = (struct access_token){.expires_us = asked->at_us};
    snprintf(ret->source, sizeof(ret->source), "%s", asked->source);
    snprintf(ret->note, sizeof(ret->note), "%s", asked->note);
    if (asked->at_us <= now_us)
        return call_refuse(c, 422, "bad-query", "it would have ended already");
    return rulebook_source(&c->w->reg->book, asked->source, now_us) != NULL ||
           call_refuse(c, 422, "unknown-name",
                       "the register has no such source in force");
}

static bool make(struct call *c, struct access_token *t, struct err *err)
{
    char secret[ACCESS_SECRET_CHARS + 1], who[CALL_WHO_BYTES];
    bool refused, ok;

    call_who(c, who, sizeof(who));
    ok = call_noted(c, LOOKUP_TOKENS, &settled, 1, &refused, err);
    if (ok && !refused) {
        ok = access_secret_make(secret, t->hash, err) &&
             token_source_make(c->w->pg, t, who, err);
        if (ok)
            made_put(c, t, secret);
        explicit_bzero(secret, sizeof(secret));
    }
    return ok;
}

bool answer_token_make(struct call *c, struct err *err)
{
    struct change_asked asked;
    struct access_token t;
    struct fault fault;
    bool ok = true;

    if (!change_token_read(c->rq->body, c->rq->body_len, &asked, &fault))
        call_fault(c, &fault);
    else if (!worker_register(c->w, err))
        ok = false;
    else if (wanted(c, &asked, &t))
        ok = make(c, &t, err);
    change_asked_done(&asked);
    return ok;
}

bool answer_token_end(struct call *c, struct err *err)
{
    char who[CALL_WHO_BYTES];
    bool refused, found;
    int64_t id;

    if (!call_id(c, &id))
        return true;
    call_who(c, who, sizeof(who));
    if (!call_noted(c, LOOKUP_TOKENS, &settled, 1, &refused, err))
        return false;
    if (refused)
        return true;
    found = false;
    if (id <= INT32_MAX && !token_source_end(c->w->pg, (int32_t)id, who, &found, err))
        return false;
    if (!found)
        return call_refuse(c, 404, "not-found",
                           "no token of a source has that number, or it has ended") ||
               true;
    buf_add_str(&c->reply->body, "{");
    put_member_int(&c->reply->body, "token", id);
    put_member(&c->reply->body, ",state", "revoked");
    buf_add_str(&c->reply->body, "}\n");
    return true;
}
