/* POST /v1/provenance: everything about a contact, or what the token's source brought; on
 * request with the proof of each event, and what opens it for who may see its data. */
#include "routes.h"

#include "base/clock.h"
#include "base/mem.h"
#include "export/proofs.h"

#include <stdlib.h>
#include <string.h>

#define EVEN_US 10000
#define TRIES   5
#define PAGE    200

/* A source that is in the register no more sees nothing: no event has that number. */
#define NO_SOURCE (-1)

static int32_t source_of(const struct rulebook *rb, const char *id)
{
    for (size_t i = 0; i < rb->n_sources; i++)
        if (strcmp(rb->sources[i].id, id) == 0)
            return rb->sources[i].number;
    return NO_SOURCE;
}

/* A reseller sees the events of its own source and nothing that follows from others': so
 * not what events did to the answer either. Who must not see identifiers does not see
 * the events' data. */
static struct provenance_view view_of(const struct call *c)
{
    bool reseller = c->token->role == ACCESS_RESELLER;

    return (struct provenance_view){
        .source = reseller ? source_of(&c->w->reg->book, c->token->source) : 0,
        .effects = !reseller,
        .data = access_sees_data(c->token->role),
    };
}

/* What its source said of a hash would tell a reseller that the contact is known. */
static bool is_hashed(const struct provenance *p, const struct trace_event *e)
{
    size_t k;
    const size_t end = provenance_facts(p, e, &k);

    for (; k < end; k++)
        if (p->facts[k].ledger_id == e->ledger_id &&
            (p->facts[k].flags & FACT_IS_HASHED) != 0)
            return true;
    return false;
}

struct shown {
    struct call *c;
    struct provenance_view view;
    struct provenance p;
    struct trace_ids ids;
    bool proofs;
    bool any; /* event has been written */
};

/* Of a reseller's own events those that it may see. */
static void keep_seen(struct shown *s, struct trace_set *set)
{
    size_t kept = 0;

    for (size_t i = 0; i < set->n; i++)
        if (s->view.source == 0 || (set->events[i].source == s->view.source &&
                                    !is_hashed(&s->p, &set->events[i])))
            set->events[kept++] = set->events[i];
    set->n = kept;
}

static bool page_put(struct shown *s, struct trace_set *set, struct err *err)
{
    struct provenance_proof *proofs = NULL;
    struct worker *w = s->c->w;
    bool ok;

    keep_seen(s, set);
    ok = !s->proofs || proofs_make(w->pg, s->view.data ? w->vault : NULL, "provenance",
                                   set->events, set->n, &proofs, err);
    for (size_t i = 0; ok && i < set->n; i++) {
        provenance_event_json(&s->p, &s->view, &set->events[i],
                              proofs != NULL ? &proofs[i] : NULL, !s->any,
                              &s->c->reply->body);
        s->any = true;
        ok = call_spill(s->c, err);
    }
    proofs_free(proofs, set->n);
    return ok;
}

/* Some events at a time, so that any number of them needs the memory of some. Nobody
 * waits any more: true, and the reply counts for nothing. */
static bool pages_put(struct shown *s, struct err *err)
{
    struct worker *w = s->c->w;
    struct trace_set set;
    bool ok = true;

    provenance_begin_json(&s->p, &s->c->reply->body);
    for (size_t from = 0, n; ok && from < s->ids.n; from += n) {
        n = s->ids.n - from < PAGE ? s->ids.n - from : PAGE;
        if (call_over(s->c))
            return true;
        ok = trace_page(w->pg, s->ids.ids + from, n, &set, err) &&
             /* only for who may see them */
             (!s->view.data || vault_trace(w->vault, w->pg, "provenance", &set, err)) &&
             page_put(s, &set, err);
        trace_set_done(&set);
    }
    provenance_end_json(&s->p, &s->view, &s->c->reply->body);
    buf_add_str(&s->c->reply->body, "\n");
    return ok;
}

static bool answer_put(struct shown *s, const struct contact_key *key, struct err *err)
{
    struct worker *w = s->c->w;
    struct effect_walk walk;
    bool ok;

    effect_sort(w->facts.facts, w->facts.first[1]);
    trace_walk_init(&walk, w->facts.facts, w->facts.first[1]);
    s->p = (struct provenance){
        .kind = w->request.queries[0].contact.kind,
        .key = *key,
        .now_us = clock_wall_us(),
        .rb = &w->reg->book,
        .facts = w->facts.facts,
        .n_facts = w->facts.first[1],
        .walk = &walk,
    };
    ok = pages_put(s, err);
    trace_walk_done(&walk);
    return ok || call_is_over(err);
}

static bool answer_once(struct call *c, const struct contact_key *key, bool proofs,
                        bool *changed, struct err *err)
{
    struct audit_row row = {
        .contact = *key, .has_contact = true, .outcome = LOOKUP_SHOWN};
    struct audit_call audit = {.route = LOOKUP_PROVENANCE, .rows = &row, .n = 1};
    struct shown s = {.c = c, .proofs = proofs};
    struct worker *w = c->w;
    struct audit_done done;
    bool refused, ok;

    *changed = false;
    http_reply_again(c->reply);
    if (!worker_register(w, err))
        return false;
    s.view = view_of(c);
    ok = fact_load_one(w->pg, key, s.view.source, &w->facts, err) &&
         trace_ids_load(w->pg, key, WHEN_NEVER, s.view.source, &s.ids, err) &&
         call_audit(c, &audit, &done, changed, &refused, err);
    if (ok && !*changed && !refused) {
        event_names_done(&done.names);
        ok = answer_put(&s, key, err);
    }
    trace_ids_done(&s.ids);
    return ok;
}

/* A reseller is not to tell by the time whether others have brought the contact: all its
 * answers take a whole number of such steps, nearly always one. */
static void hold(struct call *c, int64_t start_us)
{
    int64_t steps = (clock_mono_us() - start_us) / EVEN_US + 1;

    if (c->token->role == ACCESS_RESELLER)
        http_hold(c->reply, start_us + steps * EVEN_US);
}

bool answer_provenance(struct call *c, struct err *err)
{
    int64_t start_us = clock_mono_us();
    bool changed = true, ok = true, proofs;
    struct contact_key key;
    struct fault fault;

    if (!lookup_provenance_read(c->rq->body, c->rq->body_len, &c->w->request, &proofs,
                                &fault)) {
        call_fault(c, &fault);
        return true;
    }
    if (!call_identify(c, &c->w->request.queries[0].contact, "/contact", &key))
        return true;
    ok = call_settle(c, &key, 1, err);
    for (int i = 0; i < TRIES && ok && changed; i++)
        ok = answer_once(c, &key, proofs, &changed, err);
    hold(c, start_us);
    if (ok && changed)
        return err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
    return ok;
}
