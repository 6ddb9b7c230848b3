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

/* Of a reseller's events those that it may see: its own, and of these not what its source
 * said of a hash, which would tell a reseller that the contact is known, and
 * what it said of another contact point that both are one person's. */
static size_t keep_own(const struct provenance *p, int32_t source,
                       struct trace_event *events)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->n_events; i++) {
        bool found = events[i].linked || events[i].source != source;
        size_t k;
        const size_t end = provenance_facts(p, &events[i], &k);

        for (; k < end && !found; k++)
            found = p->facts[k].ledger_id == events[i].ledger_id &&
                    (p->facts[k].flags & FACT_IS_HASHED) != 0;
        if (!found)
            events[kept++] = events[i];
    }
    return kept;
}

static bool write_answer(struct call *c, const struct contact_key *key, bool proofs,
                         struct trace_set *events, struct err *err)
{
    const bool sees_data = access_sees_data(c->token->role);
    struct provenance_view view = view_of(c);
    struct provenance_proof *made = NULL;
    struct worker *w = c->w;
    bool ok;

    struct effect_walk walk = {.room =
                                   mem_zalloc(w->facts.first[1] + 1, sizeof(*walk.room))};
    struct provenance p = {
        .kind = w->request.queries[0].contact.kind,
        .key = *key,
        .now_us = clock_wall_us(),
        .rb = &w->reg->book,
        .facts = w->facts.facts,
        .n_facts = w->facts.first[1],
        .events = events->events,
        .n_events = events->n,
        .walk = &walk,
    };

    effect_sort(w->facts.facts, p.n_facts);
    if (c->token->role == ACCESS_RESELLER)
        p.n_events = keep_own(&p, view.source, events->events);
    ok = !proofs || proofs_make(w->pg, sees_data ? w->vault : NULL, "provenance",
                                p.events, p.n_events, &made, err);
    if (ok) {
        view.proofs = made;
        provenance_to_json(&p, &view, &c->reply->body);
        buf_add_str(&c->reply->body, "\n");
    }
    proofs_free(made, p.n_events);
    free(walk.room);
    return ok;
}

static bool answer_once(struct call *c, const struct contact_key *key, bool proofs,
                        bool *changed, struct err *err)
{
    struct audit_row row = {
        .contact = *key, .has_contact = true, .outcome = LOOKUP_SHOWN};
    struct audit_call audit = {.route = LOOKUP_PROVENANCE, .rows = &row, .n = 1};
    struct trace_set events = {0};
    struct audit_done done;
    bool refused, ok;

    *changed = false;
    buf_reset(&c->reply->body);
    if (!worker_register(c->w, err) || !fact_load(c->w->pg, key, 1, &c->w->facts, err) ||
        !trace_load(c->w->pg, key, WHEN_NEVER, &events, err))
        return false;
    /* only for who may see them */
    if (access_sees_data(c->token->role) &&
        !vault_trace(c->w->vault, c->w->pg, "provenance", &events, err)) {
        trace_set_done(&events);
        return false;
    }
    ok = call_audit(c, &audit, &done, changed, &refused, err);
    if (ok && !*changed && !refused) {
        ok = write_answer(c, key, proofs, &events, err);
        event_names_done(&done.names);
    }
    trace_set_done(&events);
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
    for (int i = 0; i < TRIES && ok && changed; i++)
        ok = answer_once(c, &key, proofs, &changed, err);
    hold(c, start_us);
    if (ok && changed)
        return err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
    return ok;
}
