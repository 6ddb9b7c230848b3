/* consentctl trace: the provenance of a contact point. */
#include "audit.h"
#include "trace.h"

#include "commands.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/people/provenance_json.h"
#include "codec/put.h"
#include "vault/vault.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE 200

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

/* --- the events, some at a time: any number of them needs the memory of some --- */

static void json_flush(struct buf *out)
{
    fwrite(out->data, 1, out->len, stdout);
    buf_reset(out);
}

static void json_page(const struct traced *t, const struct trace_set *set, bool first,
                      struct buf *out)
{
    const struct provenance_view all = {.effects = true, .data = true};

    for (size_t i = 0; i < set->n; i++) {
        provenance_event_json(&t->p, &all, &set->events[i], NULL, first && i == 0, out);
        json_flush(out);
    }
}

static void json_end(const struct traced *t, struct buf *out)
{
    const struct provenance_view all = {.effects = true, .data = true};

    provenance_end_json(&t->p, &all, out);
    if (out->len > 0 && t->n_ties > 0) { /* one more member of the same object */
        out->len--;
        ties_put(t, out);
    }
    buf_add_str(out, "\n");
    json_flush(out);
}

static void words_page(const struct traced *t, const struct trace_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        trace_words_event(t, &set->events[i]);
}

static bool pages_say(struct ctl *ctl, const struct traced *t, struct buf *out,
                      struct err *err)
{
    bool ok = true;

    for (size_t from = 0, n; ok && from < t->ids.n; from += n) {
        struct trace_set set = {0};

        n = t->ids.n - from < PAGE ? t->ids.n - from : PAGE;
        ok = trace_page(ctl->pg, t->ids.ids + from, n, &set, err) &&
             vault_trace(ctl->vault, ctl->pg, "trace", &set, err);
        if (ok && ctl->json)
            json_page(t, &set, from == 0, out);
        else if (ok)
            words_page(t, &set);
        trace_set_done(&set);
    }
    return ok;
}

static bool say(struct ctl *ctl, const struct traced *t, struct err *err)
{
    struct buf out;
    bool ok;

    buf_init(&out, CTL_ANSWER_BYTES);
    if (ctl->json)
        provenance_begin_json(&t->p, &out);
    else
        trace_words_begin(t);
    ok = pages_say(ctl, t, &out, err);
    if (ok && ctl->json)
        json_end(t, &out);
    else if (ok)
        trace_words_end(t);
    else
        putchar('\n'); /* what was said ends here, and the error begins */
    buf_done(&out);
    return ok;
}

static bool find(struct ctl *ctl, struct traced *t, struct err *err)
{
    int64_t known_us;

    if (!ctl_time(t->known, WHEN_NEVER, &known_us, err) || !who_ask(ctl, &t->who, err) ||
        !ctl_pg(ctl, err) || !register_load(ctl->pg, known_us, &t->s, err) ||
        !fact_load_one(ctl->pg, &t->who.key, 0, &t->facts, err) ||
        !trace_ids_load(ctl->pg, &t->who.key, known_us, 0, &t->ids, err) ||
        !ctl_vault_archives(ctl, err) ||
        !same_ties(ctl->pg, &t->who.key, known_us, t->ties, TIES_MOST, &t->n_ties, err))
        return false;
    effect_sort(t->facts.facts, t->facts.first[1]);
    t->p = (struct provenance){
        .kind = t->who.kind,
        .key = t->who.key,
        .now_us = known_us == WHEN_NEVER ? clock_wall_us() : known_us,
        .rb = &t->s->book,
        .facts = t->facts.facts,
    };
    t->p.walk = &t->walk;
    while (t->p.n_facts < t->facts.first[1] &&
           t->facts.facts[t->p.n_facts].known_us <= known_us)
        t->p.n_facts++;
    trace_walk_init(&t->walk, t->facts.facts, t->p.n_facts);
    return true;
}

static void traced_done(struct traced *t)
{
    trace_ids_done(&t->ids);
    fact_set_done(&t->facts);
    trace_walk_done(&t->walk);
    register_free(t->s);
}

/* Who asks is written before anything is shown. */
int trace_run(struct ctl *ctl)
{
    static struct traced t;
    struct err err;
    int code = CTL_DONE;

    t.known = ctl_option(ctl, "known");
    if (!find(ctl, &t, &err) ||
        !ctl_audit(ctl,
                   &(struct ctl_look){.contact = t.who.key,
                                      .route = LOOKUP_PROVENANCE,
                                      .outcome = LOOKUP_SHOWN},
                   &err) ||
        !say(ctl, &t, &err))
        code = ctl_fail(ctl, &err);
    traced_done(&t);
    return code;
}
