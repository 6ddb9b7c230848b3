/* What the routes share: refusals, contacts, arguments, the audit. */
#include "worker.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "ident/email.h"
#include "ident/phone.h"
#include "ident/postal.h"
#include "store/access/second_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES       5
#define IDENT_BYTES IDENT_POSTAL_BYTES
_Static_assert(CALL_IDENT_BYTES >= IDENT_BYTES, "one for whoever asks");
_Static_assert(IDENT_BYTES >= IDENT_EMAIL_BYTES && IDENT_BYTES >= IDENT_PHONE_BYTES,
               "one buffer holds each of them");

/* Who was told no is written too; when that fails the answer is no all the same. */
void call_forbid(struct call *c, enum lookup_route route)
{
    struct audit_row row = {.outcome = LOOKUP_FORBIDDEN};
    struct audit_call audit = {
        .token = c->token->id, .route = route, .rows = &row, .n = 1};
    struct audit_done done;
    struct err err;

    if (audit_write(c->w->pg, &audit, &done, &err))
        event_names_done(&done.names);
    else
        log_err(LOG_LEVEL_WARN, "audit_failed", &err);
    http_problem(c->reply, 403, "forbidden", "this token's role does not reach here",
                 NULL);
}

bool call_over(struct call *c)
{
    if (!http_over(c->rq))
        return false;
    http_problem(c->reply, 503, "too-long", "the answer took too long, or nobody waits",
                 NULL);
    return true;
}

bool call_spill(struct call *c, struct err *err)
{
    http_moved(c->rq, c->reply->spilled + c->reply->body.len);
    return call_over(c) ? call_end(err) : http_reply_spill(c->reply, err);
}

bool call_end(struct err *err)
{
    return err_set(err, ERR_INPUT, "OVER", "the answer took too long");
}

bool call_is_over(const struct err *err)
{
    return strcmp(err->code, "OVER") == 0;
}

bool call_refuse(struct call *c, unsigned status, const char *type, const char *words)
{
    http_problem(c->reply, status, type, words, NULL);
    return false;
}

void call_fault(struct call *c, const struct fault *fault)
{
    bool json = strcmp(fault->reason, "BAD_JSON") != 0;

    http_problem(c->reply, json ? 422 : 400, json ? "bad-query" : "bad-json",
                 lookup_fault_words(fault->reason), fault->pointer);
}

static bool canonical(const struct lookup_contact *contact, char ret[IDENT_BYTES],
                      struct err *err)
{
    switch (contact->kind) {
    case CONTACT_EMAIL: return ident_email(contact->text, ret, err);
    case CONTACT_PHONE: return ident_phone(contact->text, contact->country, ret, err);
    case CONTACT_POSTAL: return ident_postal(contact->text, ret, err);
    case CONTACT_NONE: break;
    }
    return err_set(err, ERR_INPUT, "NO_CONTACT", "no contact");
}

void call_who(const struct call *c, char *ret, size_t bytes)
{
    if (c->token->session)
        snprintf(ret, bytes, "%s (token %d)", c->token->note, (int)c->token->id);
    else
        snprintf(ret, bytes, "token %d", (int)c->token->id);
}

bool call_second(struct call *c, const char *act, const char *subject, bool *ret_go,
                 struct err *err)
{
    char who[CALL_WHO_BYTES];

    call_who(c, who, sizeof(who));
    if (!second_person(c->w->pg, act, subject, who, ret_go, err))
        return false;
    if (!*ret_go)
        http_problem(c->reply, 409, "second-person", SECOND_WORDS, NULL);
    return true;
}

bool call_identify(struct call *c, const struct lookup_contact *contact,
                   const char *pointer, struct contact_key *ret)
{
    char text[CALL_IDENT_BYTES];
    const bool ok = call_person(c, contact, pointer, ret, text);

    explicit_bzero(text, sizeof(text));
    return ok;
}

static void problem(struct call *c, const struct lookup_contact *contact,
                    const char *pointer, const struct err *err)
{
    char place[64];

    snprintf(place, sizeof(place), "%s/%s", pointer, contact_kind_name(contact->kind));
    http_problem(c->reply, 422, "bad-contact", err->text, place);
}

bool call_person(struct call *c, const struct lookup_contact *contact,
                 const char *pointer, struct contact_key *ret,
                 char ret_text[CALL_IDENT_BYTES])
{
    struct err err;

    if (canonical(contact, ret_text, &err) &&
        keying_make(c->w->keying, contact->kind, ret_text, ret, &err))
        return true;
    problem(c, contact, pointer, &err);
    return false;
}

bool call_readings(struct call *c, const struct lookup_contact *contact,
                   const char *pointer, struct contact_key ret[2], size_t *ret_n)
{
    struct ident_phones phones;
    struct err err;
    bool ok;

    *ret_n = 1;
    if (contact->kind != CONTACT_PHONE)
        return call_identify(c, contact, pointer, &ret[0]);
    ok = ident_phones(contact->text, contact->country, &phones, &err);
    for (size_t i = 0; ok && i < phones.n; i++)
        ok = keying_make(c->w->keying, CONTACT_PHONE, phones.e164[i], &ret[i], &err);
    if (ok)
        *ret_n = phones.n;
    else
        problem(c, contact, pointer, &err);
    explicit_bzero(&phones, sizeof(phones));
    return ok;
}

bool contact_known(struct worker *w, const struct lookup_contact *contact,
                   struct contact_key *ret)
{
    char text[IDENT_BYTES];
    struct err err;
    bool ok;

    ok = canonical(contact, text, &err) &&
         keying_find(w->keying, w->pg, contact->kind, text, ret, &err);
    explicit_bzero(text, sizeof(text));
    return ok;
}

bool call_settle(struct call *c, struct contact_key *keys, size_t n, struct err *err)
{
    return keying_settle(c->w->keying, c->w->pg, keys, n, err);
}

/* Until the next day begins, in UTC. */
static uint32_t seconds_left(void)
{
    int64_t now_us = clock_wall_us();

    return (uint32_t)((WHEN_DAY_US - now_us % WHEN_DAY_US) / WHEN_SECOND_US) + 1;
}

void call_over_budget(struct call *c)
{
    metrics_add(METRIC_OVER_BUDGET, 1);
    http_problem(c->reply, 429, "budget",
                 "the token's contacts of the day are spent; contacts asked about "
                 "today may still be asked about",
                 NULL);
    c->reply->retry_after_s = seconds_left();
}

bool call_audit_together(struct worker *w, struct audit_call *audit,
                         struct audit_done *done, bool *changed, struct err *err)
{
    *changed = false;
    audit->register_version = w->reg->book.version;
    if (!audit_write(w->pg, audit, done, err))
        return false;
    *changed = done->register_version != audit->register_version;
    if (*changed) {
        worker_register_forget(w);
        event_names_done(&done->names);
    }
    return true;
}

bool call_audit(struct call *c, struct audit_call *audit, struct audit_done *done,
                bool *changed, bool *refused, struct err *err)
{
    *refused = false;
    audit->token = c->token->id;
    audit->budget = c->token->budget;
    if (!call_audit_together(c->w, audit, done, changed, err))
        return false;
    *refused = !*changed && done->over.n > 0;
    if (*refused) {
        call_over_budget(c);
        event_names_done(&done->names);
    }
    return true;
}

/* --- what was shown --- */

bool call_noted(struct call *c, enum lookup_route route, const struct audit_row *rows,
                size_t n, bool *refused, struct err *err)
{
    struct audit_call audit = {.route = route, .rows = rows, .n = n};
    struct audit_done done;
    bool changed = true;

    for (int i = 0; i < TRIES && changed; i++) {
        if (!worker_register(c->w, err) ||
            !call_audit(c, &audit, &done, &changed, refused, err))
            return false;
    }
    if (changed)
        return err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
    if (!*refused)
        event_names_done(&done.names);
    return true;
}

/* --- arguments --- */

bool call_limit(struct call *c, int32_t preset, int32_t most, int32_t *ret)
{
    int64_t n;
    const bool ok = http_number(c->rq, "limit", preset, 1, most, &n, c->reply);

    *ret = (int32_t)n;
    return ok;
}

bool call_id(struct call *c, int64_t *ret)
{
    const char *text = c->rq->name;
    const size_t digits = strspn(text, "0123456789");

    *ret =
        digits > 0 && digits <= 18 && text[digits] == '\0' ? strtoll(text, NULL, 10) : 0;
    return *ret > 0 ||
           call_refuse(c, 404, "not-found", "there is nothing of that number");
}

static const struct source *source_find(const struct rulebook *rb, const char *id)
{
    for (size_t i = 0; i < rb->n_sources; i++)
        if (strcmp(rb->sources[i].id, id) == 0)
            return &rb->sources[i];
    return NULL;
}

bool call_source(struct call *c, int32_t *ret)
{
    const bool own = c->token->role == ACCESS_RESELLER;
    const char *id = http_argument(c->rq, "source");
    const struct source *source;

    *ret = 0;
    if (own && id != NULL && strcmp(id, c->token->source) != 0) {
        http_problem(c->reply, 400, "bad-argument", "this token sees its own source only",
                     NULL);
        return false;
    }
    if (own)
        id = c->token->source;
    if (id == NULL)
        return true;
    source = source_find(&c->w->reg->book, id);
    if (source != NULL) {
        *ret = source->number;
        return true;
    }
    http_problem(c->reply, 400, "bad-argument", "the register has no such source", NULL);
    return false;
}

bool call_dry_run(struct call *c, bool *ret)
{
    const char *text = http_argument(c->rq, "dry_run");

    *ret = text != NULL && strcmp(text, "true") == 0;
    return text == NULL || *ret || strcmp(text, "false") == 0 ||
           call_refuse(c, 400, "bad-argument", "dry_run is true or false");
}
