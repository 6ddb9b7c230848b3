/* consentctl trace: the provenance of a contact point. */
#include "trace.h"

#include "commands.h"

#include "base/clock.h"
#include "core/list.h"

const struct source *trace_source(const struct traced *t, const struct trace_event *e)
{
    return rulebook_source_n(&t->s->book, e->source);
}

int32_t trace_agreement(const struct traced *t, const struct trace_event *e)
{
    for (size_t i = 0; e->ledger_id != 0 && i < t->n_facts; i++)
        if (t->facts.facts[i].ledger_id == e->ledger_id &&
            t->facts.facts[i].agreement != 0)
            return t->facts.facts[i].agreement;
    return 0;
}

size_t trace_answers(const struct traced *t, struct effect ret[EFFECTS_MAX])
{
    struct effect one[EFFECTS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < t->events.n; i++) {
        const struct trace_event *e = &t->events.events[i];
        const size_t touched = effect_of(t->s, t->facts.facts, t->n_facts, t->who.kind,
                                         e->ledger_id, e->known_us, one);

        for (size_t k = 0; k < touched; k++) {
            size_t same = 0;

            while (same < n && (ret[same].controller != one[k].controller ||
                                ret[same].purpose != one[k].purpose ||
                                ret[same].channel != one[k].channel))
                same++;
            if (same == n && n < EFFECTS_MAX)
                ret[n++] = one[k];
        }
    }
    for (size_t i = 0; i < n; i++) {
        const struct question q = {ret[i].controller, ret[i].purpose, ret[i].channel,
                                   t->now_us, WHEN_NEVER};

        decide_any(&t->s->book, t->facts.facts, t->n_facts, &q, &ret[i].after, NULL);
    }
    return n;
}

static bool find(struct ctl *ctl, struct traced *t, struct err *err)
{
    int64_t known_us;

    if (!ctl_time(ctl_option(ctl, "known"), WHEN_NEVER, &known_us, err) ||
        !ctl_pg(ctl, err) || !who_ask(ctl, &t->who, err) ||
        !register_load(ctl->pg, known_us, &t->s, err) ||
        !fact_load(ctl->pg, &t->who.key, 1, &t->facts, err) ||
        !trace_load(ctl->pg, &t->who.key, known_us, &t->events, err))
        return false;
    t->now_us = known_us == WHEN_NEVER ? clock_wall_us() : known_us;
    effect_sort(t->facts.facts, t->facts.first[1]);
    while (t->n_facts < t->facts.first[1] &&
           t->facts.facts[t->n_facts].known_us <= known_us)
        t->n_facts++;
    return true;
}

int trace_run(struct ctl *ctl)
{
    static struct traced t;
    struct err err;
    int code;

    if (!find(ctl, &t, &err))
        code = ctl_fail(ctl, &err);
    else
        code = ctl->json ? trace_say_json(&t) : trace_say_words(&t);
    trace_set_done(&t.events);
    fact_set_done(&t.facts);
    register_free(t.s);
    return code;
}
