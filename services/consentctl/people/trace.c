/* consentctl trace: the provenance of a contact point. */
#include "audit.h"
#include "trace.h"

#include "commands.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/people/provenance_json.h"
#include "codec/put.h"
#include "vault/vault.h"

#include <stdlib.h>

/* "same_person": that it is one person with other contacts, which are not named. */
static void ties_put(const struct traced *t, struct buf *out)
{
    put_name(out, ",same_person");
    for (size_t i = 0; i < t->n_ties; i++) {
        buf_add_str(out, i == 0 ? "[{" : ",{");
        put_name(out, "change");
        put_text(out, event_change_name(t->ties[i].change));
        put_name(out, ",since");
        put_time(out, t->ties[i].since_us);
        if (t->ties[i].until_us != WHEN_NEVER) {
            put_name(out, ",until");
            put_time(out, t->ties[i].until_us);
        }
        if (t->ties[i].ledger_id != 0)
            buf_addf(out, ",\"ledger_id\":%lld", (long long)t->ties[i].ledger_id);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]}");
}

static int trace_say_json(const struct traced *t)
{
    const struct provenance_view all = {.effects = true, .data = true};
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    provenance_to_json(&t->p, &all, &out);
    if (out.len > 0 && t->n_ties > 0) { /* one more member of the same object */
        out.len--;
        ties_put(t, &out);
    }
    return ctl_say(&out);
}

bool traced_find(struct ctl *ctl, struct traced *t, const char *why, struct err *err)
{
    int64_t known_us;

    if (!ctl_time(t->known, WHEN_NEVER, &known_us, err) || !who_ask(ctl, &t->who, err) ||
        !ctl_pg(ctl, err) || !register_load(ctl->pg, known_us, &t->s, err) ||
        !fact_load(ctl->pg, &t->who.key, 1, &t->facts, err) ||
        !trace_load(ctl->pg, &t->who.key, known_us, &t->events, err) ||
        !ctl_vault_archives(ctl, err) ||
        !vault_trace(ctl->vault, ctl->pg, why, &t->events, err) ||
        !same_ties(ctl->pg, &t->who.key, known_us, t->ties, TIES_MOST, &t->n_ties, err))
        return false;
    effect_sort(t->facts.facts, t->facts.first[1]);
    t->p = (struct provenance){
        .kind = t->who.kind,
        .key = t->who.key,
        .now_us = known_us == WHEN_NEVER ? clock_wall_us() : known_us,
        .rb = &t->s->book,
        .facts = t->facts.facts,
        .events = t->events.events,
        .n_events = t->events.n,
    };
    t->p.walk = &t->walk;
    while (t->p.n_facts < t->facts.first[1] &&
           t->facts.facts[t->p.n_facts].known_us <= known_us)
        t->p.n_facts++;
    trace_walk_init(&t->walk, t->facts.facts, t->p.n_facts);
    return true;
}

void traced_done(struct traced *t)
{
    trace_set_done(&t->events);
    fact_set_done(&t->facts);
    trace_walk_done(&t->walk);
    register_free(t->s);
}

int trace_run(struct ctl *ctl)
{
    static struct traced t;
    struct err err;
    int code;

    t.known = ctl_option(ctl, "known");
    if (!traced_find(ctl, &t, "trace", &err) ||
        !ctl_audit(ctl,
                   &(struct ctl_look){.contact = t.who.key,
                                      .route = LOOKUP_PROVENANCE,
                                      .outcome = LOOKUP_SHOWN},
                   &err))
        code = ctl_fail(ctl, &err);
    else
        code = ctl->json ? trace_say_json(&t) : trace_say_words(&t);
    traced_done(&t);
    return code;
}
