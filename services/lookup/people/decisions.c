/* POST /v1/decisions: may these messages be sent? */
#include "routes.h"

#include "metrics.h"
#include "people/readings.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/people/decision_json.h"
#include "core/lists/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN_MOST 16 /* different K in one call: each is a register of its own */
#define TRIES      5
#define NAMES_MOST (DECISION_EVIDENCE_MAX * (TRACE_STEPS_MAX + 1))

/* Registers as known at other times than now, of one call. */
struct pasts {
    size_t n;
    struct register_snapshot *reg[KNOWN_MOST];
};

static void pasts_done(struct pasts *p)
{
    for (size_t i = 0; i < p->n; i++)
        register_free(p->reg[i]);
    p->n = 0;
}

/* *found NULL and true: too many. */
static bool past_find(struct worker *w, struct pasts *p, int64_t known_us,
                      struct register_snapshot **found, struct err *err)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->reg[i]->book.known_us == known_us) {
            *found = p->reg[i];
            return true;
        }
    *found = NULL;
    if (p->n == KNOWN_MOST)
        return true;
    if (!register_load(w->pg, known_us, found, err))
        return false;
    p->reg[p->n++] = *found;
    return true;
}

static bool explain_read(struct call *c, bool *ret)
{
    const char *text = http_argument(c->rq, "explain");

    *ret = text != NULL && strcmp(text, "true") == 0;
    if (text == NULL || *ret || strcmp(text, "false") == 0)
        return true;
    http_problem(c->reply, 400, "bad-argument", "explain is true or false", NULL);
    return false;
}

/* The request's contacts as keys. Nothing is asked of PostgreSQL before all are sound. */
static bool queries_read(struct call *c)
{
    struct worker *w = c->w;
    struct fault fault;
    char pointer[48];

    if (!lookup_decisions_read(c->rq->body, c->rq->body_len, &w->request, &fault)) {
        call_fault(c, &fault);
        return false;
    }
    worker_room(w, w->request.n);
    w->n_keys = w->request.n;
    for (size_t i = 0; i < w->request.n; i++) {
        struct contact_key keys[2];
        size_t n;

        snprintf(pointer, sizeof(pointer), "/queries/%zu/contact", i);
        if (!call_readings(c, &w->request.queries[i].contact, pointer, keys, &n))
            return false;
        w->keys[i] = keys[0];
        w->other[i] = n > 1 ? w->n_keys++ : 0;
        if (n > 1)
            w->keys[w->other[i]] = keys[1];
    }
    return true;
}

static int16_t controller_of(const struct rulebook *rb, const char *id)
{
    for (size_t i = 0; i < rb->n_controllers; i++)
        if (strcmp(rb->controllers[i].id, id) == 0)
            return rb->controllers[i].number;
    return 0;
}

static int16_t purpose_of(const struct rulebook *rb, const char *id)
{
    if (strcmp(id, "*promotional") == 0)
        return PURPOSE_PROMOTIONAL;
    for (size_t i = 0; i < rb->n_purposes; i++)
        if (strcmp(rb->purposes[i].id, id) == 0)
            return rb->purposes[i].number;
    return 0;
}

/* What never stood in the register is a slip of the asker's, and must not look like a no.
 * *ok false: the reply has a problem. */
static bool names_check(struct call *c, size_t i, bool *ok, struct err *err)
{
    const struct lookup_query *q = &c->w->request.queries[i];
    const struct question *asked = &c->w->questions[i];
    const struct rulebook *rb = &c->w->registers[i]->book;
    const char *near = NULL;
    char pointer[48], words[160];
    bool known = true;

    *ok = true;
    if (asked->channel == 0) {
        snprintf(pointer, sizeof(pointer), "/queries/%zu/channel", i);
        http_problem(c->reply, 422, "unknown-name",
                     "the channels are email, phone, sms, post, social and web", pointer);
        *ok = false;
        return true;
    }
    if (asked->controller == 0) {
        snprintf(pointer, sizeof(pointer), "/queries/%zu/controller", i);
        near = rulebook_near_controller(rb, q->controller);
        if (!register_knows(c->w->pg, "controller", q->controller, &known, err))
            return false;
    }
    if (known && asked->purpose == 0) {
        snprintf(pointer, sizeof(pointer), "/queries/%zu/purpose", i);
        near = rulebook_near_purpose(rb, q->purpose);
        if (!register_knows(c->w->pg, "purpose", q->purpose, &known, err))
            return false;
    }
    if (known)
        return true;
    snprintf(words, sizeof(words), "the register has no such id");
    if (near != NULL)
        snprintf(words, sizeof(words),
                 "the register has no such id; did you mean %.100s?", near);
    http_problem(c->reply, 422, "unknown-name", words, pointer);
    *ok = false;
    return true;
}

static bool is_promotional(const struct rulebook *rb, int16_t purpose)
{
    for (size_t i = 0; i < rb->n_purposes; i++)
        if (rb->purposes[i].number == purpose)
            return rb->purposes[i].class == PURPOSE_CLASS_PROMOTIONAL;
    return false;
}

/* A mailing system is told about what its own lists are about. */
static bool scope_is_its_own(const struct call *c, const struct question *q)
{
    const struct register_snapshot *reg = c->w->reg;
    const int64_t now_us = clock_wall_us();

    for (size_t i = 0; i < reg->n_lists; i++) {
        const struct list *l = &reg->lists[i];

        if (strcmp(l->recipient, c->token->recipient) == 0 &&
            period_holds(&l->valid, now_us) && l->controller == q->controller &&
            l->channel == q->channel &&
            (l->purpose == q->purpose || (l->purpose == PURPOSE_PROMOTIONAL &&
                                          is_promotional(&reg->book, q->purpose))))
            return true;
    }
    return false;
}

/* Names into numbers; what the register does not have any more is 0, and P1 says so. *ok
 * false: the reply has a problem. */
static bool questions_make(struct call *c, struct pasts *pasts, bool *ok, struct err *err)
{
    struct worker *w = c->w;
    int64_t now_us = clock_wall_us();

    for (size_t i = 0; i < w->request.n; i++) {
        const struct lookup_query *q = &w->request.queries[i];
        struct register_snapshot *reg = w->reg;

        if (q->known_us != WHEN_NEVER && !past_find(w, pasts, q->known_us, &reg, err))
            return false;
        if (reg == NULL) {
            struct fault fault = {.reason = "TOO_MANY_KNOWN"};

            snprintf(fault.pointer, sizeof(fault.pointer), "/queries/%zu/known", i);
            call_fault(c, &fault);
            *ok = false;
            return true;
        }
        w->registers[i] = reg;
        w->questions[i] = (struct question){
            .controller = controller_of(&reg->book, q->controller),
            .purpose = purpose_of(&reg->book, q->purpose),
            .channel = channel_parse(q->channel),
            .at_us = q->at_us != WHEN_ALWAYS ? q->at_us : now_us,
            .known_us = q->known_us,
        };
        if (!names_check(c, i, ok, err))
            return false;
        if (!*ok)
            return true;
        if (c->token->role == ACCESS_MAILING && !scope_is_its_own(c, &w->questions[i])) {
            char pointer[48];

            snprintf(pointer, sizeof(pointer), "/queries/%zu", i);
            http_problem(
                c->reply, 403, "forbidden",
                "none of the token's lists is about this controller, purpose and "
                "channel",
                pointer);
            *ok = false;
            return true;
        }
    }
    *ok = true;
    return true;
}

static void ids_add(struct worker *w, const int64_t *ids, size_t n)
{
    if (w->n_ids + n > w->ids_cap) {
        w->ids_cap = (w->n_ids + n) * 2 + 64;
        w->ids = mem_resize(w->ids, w->ids_cap, sizeof(*w->ids));
    }
    for (size_t i = 0; i < n; i++)
        w->ids[w->n_ids++] = ids[i];
}

/* False: nobody waits for it any more. */
static bool decide_all(struct call *c, bool explain)
{
    struct worker *w = c->w;
    struct trace trace;

    w->n_ids = 0;
    for (size_t i = 0; i < w->request.n; i++) {
        const struct decision *d = &w->decisions[i];

        if (i % 16 == 15 && call_over(c))
            return false;
        readings_judge(w, i, explain ? &trace : NULL);
        ids_add(w, d->evidence, d->n_evidence);
        for (size_t k = 0; explain && k < trace.n; k++)
            ids_add(w, trace.step[k].evidence, trace.step[k].n_evidence);
        w->rows[i] = (struct audit_row){
            .contact = w->keys[i],
            .has_contact = true,
            .controller = w->questions[i].controller,
            .purpose = w->questions[i].purpose,
            .channel = w->questions[i].channel,
            .outcome = d->verdict == VERDICT_PERMIT ? LOOKUP_PERMIT : LOOKUP_DENY,
        };
        if (w->other[i] > 0) {
            w->rows[w->other[i]] = w->rows[i];
            w->rows[w->other[i]].contact = w->keys[w->other[i]];
        }
    }
    return true;
}

/* --- the reply --- */

static int by_ledger_id(const void *key, const void *member)
{
    int64_t id = *(const int64_t *)key;
    const struct event_name *name = member;

    return (id > name->ledger_id) - (id < name->ledger_id);
}

/* The names of these events, behind the n there are. */
static size_t names_add(const struct worker *w, const struct name_set *set,
                        const int64_t *ids, size_t n_ids, struct evidence_name *ret,
                        size_t n)
{
    for (size_t i = 0; i < n_ids && n < NAMES_MOST; i++) {
        const struct event_name *name =
            bsearch(&ids[i], set->names, set->n, sizeof(set->names[0]), by_ledger_id);
        const struct source *source;

        if (name == NULL)
            continue;
        source = rulebook_source_n(&w->reg->book, name->source);
        ret[n++] = (struct evidence_name){name->ledger_id, name->event_id,
                                          source != NULL ? source->urn : "?"};
    }
    return n;
}

static void write_all(struct call *c, bool explain, const struct name_set *names)
{
    struct evidence_name of_one[NAMES_MOST];
    struct buf *out = &c->reply->body;
    struct worker *w = c->w;
    size_t permits = 0;
    struct trace trace;

    buf_add_str(out, "{\"decisions\":[");
    for (size_t i = 0; i < w->request.n && !out->overrun; i++) {
        const struct decision *d = &w->decisions[i];
        struct decision bare;
        size_t n;

        if (c->token->role ==
            ACCESS_MAILING) { /* no evidence: who said it is not for it */
            bare = *d;
            bare.n_evidence = 0;
            d = &bare;
        }
        if (explain)
            readings_judge(w, i, &trace);
        permits += d->verdict == VERDICT_PERMIT;
        n = names_add(w, names, d->evidence, d->n_evidence, of_one, 0);
        for (size_t k = 0; explain && k < trace.n; k++)
            n = names_add(w, names, trace.step[k].evidence, trace.step[k].n_evidence,
                          of_one, n);
        buf_add_str(out, i > 0 ? "," : "");
        decision_to_json(d, explain ? &trace : NULL, of_one, n, out);
    }
    buf_add_str(out, "]}\n");
    metrics_decisions(VERDICT_PERMIT, (double)permits);
    metrics_decisions(VERDICT_DENY, (double)(w->request.n - permits));
}

/* One look at the facts, under one register. *changed: that register is no more. */
static bool answer_once(struct call *c, bool explain, struct pasts *pasts, bool *changed,
                        struct err *err)
{
    struct worker *w = c->w;
    struct audit_call audit = {.route = LOOKUP_DECISIONS};
    struct audit_done done;
    bool ok, refused;

    *changed = false;
    if (!worker_register(w, err) || !questions_make(c, pasts, &ok, err))
        return false;
    if (!ok)
        return true;
    if (!readings_find(w, err))
        return false;
    if (!decide_all(c, explain))
        return true;
    audit.rows = w->rows;
    audit.n = w->n_keys;
    audit.evidence = w->ids;
    audit.n_evidence = w->n_ids;
    if (!call_audit(c, &audit, &done, changed, &refused, err))
        return false;
    if (*changed || refused)
        return true;
    write_all(c, explain, &done.names);
    event_names_done(&done.names);
    return true;
}

bool answer_decisions(struct call *c, struct err *err)
{
    struct pasts pasts = {0};
    bool explain, changed = true, ok = true;

    if (!explain_read(c, &explain))
        return true;
    if (explain && c->token->role == ACCESS_MAILING) {
        http_problem(c->reply, 403, "forbidden",
                     "explain shows evidence, which is not for "
                     "a mailing system",
                     NULL);
        return true;
    }
    if (!queries_read(c))
        return true;
    for (int i = 0; i < TRIES && ok && changed; i++) {
        ok = answer_once(c, explain, &pasts, &changed, err);
        pasts_done(&pasts);
    }
    if (ok && changed)
        return err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
    return ok;
}
