/* POST /v1/decisions: may these messages be sent? */
#include "routes.h"

#include "metrics.h"
#include "people/asking.h"
#include "people/readings.h"

#include "base/mem.h"
#include "codec/people/decision_json.h"

#include <stdlib.h>

#define TRIES      5
#define NAMES_MOST (DECISION_EVIDENCE_MAX * (TRACE_STEPS_MAX + 1))

static void ids_add(struct worker *w, const int64_t *ids, size_t n)
{
    if (w->n_ids + n > w->ids_cap) {
        w->ids_cap = (w->n_ids + n) * 2 + 64;
        w->ids = mem_resize(w->ids, w->ids_cap, sizeof(*w->ids));
    }
    for (size_t i = 0; i < n; i++)
        w->ids[w->n_ids++] = ids[i];
}

/* A mailing system is not shown it: who said it is not for it. */
static bool shows_evidence(const struct asking *a)
{
    return a->call->token->role != ACCESS_MAILING;
}

static void decide_one(const struct asking *a, size_t i, struct audit_row row)
{
    struct worker *w = a->call->w;
    const struct decision *d = &w->decisions[i];
    struct trace trace;

    readings_judge(w, i, a->explain ? &trace : NULL);
    if (shows_evidence(a))
        ids_add(w, d->evidence, d->n_evidence);
    for (size_t k = 0; a->explain && k < trace.n; k++)
        ids_add(w, trace.step[k].evidence, trace.step[k].n_evidence);
    row.controller = w->questions[i].controller;
    row.purpose = w->questions[i].purpose;
    row.channel = w->questions[i].channel;
    row.outcome = d->verdict == VERDICT_PERMIT ? LOOKUP_PERMIT : LOOKUP_DENY;
    row.contact = w->keys[i];
    w->rows[w->n_rows++] = row;
    if (w->other[i] > 0) {
        row.contact = w->keys[w->other[i]];
        w->rows[w->n_rows++] = row;
    }
}

static void decide_all(struct worker *w, size_t n)
{
    w->n_ids = w->n_rows = 0;
    for (size_t k = 0; k < n; k++) {
        struct asking *a = &w->askings[k];
        const size_t before = w->n_rows;

        for (size_t i = 0; i < a->request.n && !a->settled; i++) {
            a->settled = i % 16 == 15 && call_over(a->call);
            if (!a->settled)
                decide_one(a, a->first + i,
                           (struct audit_row){.has_contact = true, .of = (uint8_t)k});
        }
        if (a->settled)
            w->n_rows = before;
    }
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

static void write_one(const struct asking *a, const struct name_set *names)
{
    struct evidence_name of_one[NAMES_MOST];
    struct buf *out = &a->call->reply->body;
    struct worker *w = a->call->w;
    size_t permits = 0;
    struct trace trace;

    buf_add_str(out, "{\"decisions\":[");
    for (size_t i = 0; i < a->request.n && !out->overrun; i++) {
        const struct decision *d = &w->decisions[a->first + i];
        struct decision bare;
        size_t n;

        if (a->explain)
            readings_judge(w, a->first + i, &trace);
        if (!shows_evidence(a)) {
            bare = *d;
            bare.n_evidence = 0;
            d = &bare;
        }
        permits += d->verdict == VERDICT_PERMIT;
        n = names_add(w, names, d->evidence, d->n_evidence, of_one, 0);
        for (size_t k = 0; a->explain && k < trace.n; k++)
            n = names_add(w, names, trace.step[k].evidence, trace.step[k].n_evidence,
                          of_one, n);
        buf_add_str(out, i > 0 ? "," : "");
        decision_to_json(d, a->explain ? &trace : NULL, of_one, n, out);
    }
    buf_add_str(out, "]}\n");
    metrics_decisions(VERDICT_PERMIT, (double)permits);
    metrics_decisions(VERDICT_DENY, (double)(a->request.n - permits));
}

/* The audit is durable: what may be said is said. */
static void write_all(struct worker *w, size_t n, const struct audit_done *done)
{
    for (size_t k = 0; k < n; k++) {
        struct asking *a = &w->askings[k];

        if (a->settled)
            continue;
        a->settled = true;
        a->over = audit_is_over(done, a->call->token->id);
        if (!a->over)
            write_one(a, &done->names);
        else if (n == 1)
            call_over_budget(a->call);
    }
}

/* One look at the facts, under one register. *changed: that register is no more. */
static bool answer_once(struct worker *w, size_t n, bool *changed, struct err *err)
{
    struct audit_of of[HTTP_TOGETHER];
    struct audit_call audit = {.route = LOOKUP_DECISIONS};
    struct audit_done done;

    *changed = false;
    if (!worker_register(w, err) || !askings_question(w, n, err) ||
        !readings_find(w, err))
        return false;
    decide_all(w, n);
    if (w->n_rows == 0)
        return true;
    for (size_t k = 0; k < n; k++)
        of[k] = (struct audit_of){w->askings[k].call->token->id,
                                  w->askings[k].call->token->budget};
    audit.token = of[0].token;
    audit.budget = of[0].budget;
    audit.together = n > 1 ? of : NULL;
    audit.rows = w->rows;
    audit.n = w->n_rows;
    audit.evidence = w->ids;
    audit.n_evidence = w->n_ids;
    if (!call_audit_together(w, &audit, &done, changed, err))
        return false;
    if (*changed)
        return true;
    write_all(w, n, &done);
    event_names_done(&done.names);
    return true;
}

static bool answer(struct worker *w, struct call *calls, size_t n, struct err *err)
{
    bool ok = askings_read(w, calls, n, err), changed;

    changed = w->n_queries > 0; /* else there is nothing to try */
    for (int i = 0; i < TRIES && ok && changed; i++) {
        ok = answer_once(w, n, &changed, err);
        for (size_t k = 0; k < n; k++)
            pasts_done(&w->askings[k].pasts);
    }
    askings_clear(w, n);
    if (ok && changed)
        return err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
    return ok;
}

bool answer_decisions(struct call *c, struct err *err)
{
    return answer(c->w, c, 1, err);
}

bool answer_decisions_together(struct worker *w, struct call *calls, size_t n,
                               struct err *err)
{
    bool over[HTTP_TOGETHER];

    if (!answer(w, calls, n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        over[i] = n > 1 && w->askings[i].over;
    for (size_t i = 0; i < n; i++)
        if (over[i] && !answer(w, &calls[i], 1, err))
            return false;
    return true;
}
