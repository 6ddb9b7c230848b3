#include "provenance.h"

#include "core/lists/list.h"

#include <stdlib.h>
#include <string.h>

static int by_known(const void *a, const void *b)
{
    const struct fact *x = a;
    const struct fact *y = b;

    if (x->known_us != y->known_us)
        return x->known_us < y->known_us ? -1 : 1;
    if (x->ledger_id != y->ledger_id)
        return x->ledger_id < y->ledger_id ? -1 : 1;
    return (x->part > y->part) - (x->part < y->part);
}

void effect_sort(struct fact *facts, size_t n)
{
    if (n > 1)
        qsort(facts, n, sizeof(*facts), by_known);
}

const struct source *provenance_source(const struct provenance *p,
                                       const struct trace_event *e)
{
    return rulebook_source_n(p->rb, e->source);
}

const struct agreement *provenance_agreement(const struct provenance *p,
                                             const struct trace_event *e)
{
    for (size_t i = 0; e->ledger_id != 0 && i < p->n_facts; i++)
        if (p->facts[i].ledger_id == e->ledger_id && p->facts[i].agreement != 0)
            return rulebook_agreement_n(p->rb, p->facts[i].agreement);
    return NULL;
}

struct touched {
    size_t n;
    struct effect *list;
};

static void touch(struct touched *t, int16_t controller, int16_t purpose,
                  uint16_t channel)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->list[i].controller == controller && t->list[i].purpose == purpose &&
            t->list[i].channel == channel)
            return;
    if (t->n == EFFECTS_MAX)
        return;
    t->list[t->n] =
        (struct effect){.controller = controller, .purpose = purpose, .channel = channel};
    t->n++;
}

/* Every purpose is asked about as the promotional ones together: what an unqualified no
 * stops. A wild controller means each of them. */
static void touch_fact(struct touched *t, const struct rulebook *rb, const struct fact *f,
                       uint16_t channels)
{
    const int16_t purpose = f->purpose == PURPOSE_ANY ? PURPOSE_PROMOTIONAL : f->purpose;

    for (uint16_t bit = 1; bit <= CHANNELS_ALL; bit = (uint16_t)(bit << 1)) {
        if ((f->channels & channels & bit) == 0)
            continue;
        if (f->controller != CONTROLLER_ANY)
            touch(t, f->controller, purpose, bit);
        for (size_t i = 0; f->controller == CONTROLLER_ANY && i < rb->n_controllers; i++)
            touch(t, rb->controllers[i].number, purpose, bit);
    }
}

size_t provenance_effects(const struct provenance *p, const struct trace_event *e,
                          struct effect ret[EFFECTS_MAX])
{
    const struct fact *facts = p->facts;
    const size_t n = p->n_facts;
    struct touched t = {.list = ret};
    size_t before = n;
    size_t after = 0;

    for (size_t i = 0; i < n; i++) {
        if (facts[i].ledger_id != e->ledger_id)
            continue;
        before = before < i ? before : i;
        after = i + 1;
        touch_fact(&t, p->rb, &facts[i], contact_kind_channels(p->kind));
    }
    for (size_t i = 0; i < t.n; i++) {
        struct effect *one = &ret[i];
        const struct question q = {one->controller, one->purpose, one->channel,
                                   e->known_us, WHEN_NEVER};

        decide_any(p->rb, facts, before, &q, &one->before, NULL);
        decide_any(p->rb, facts, after, &q, &one->after, NULL);
        one->changed = one->before.verdict != one->after.verdict ||
                       one->before.reason != one->after.reason;
    }
    return t.n;
}

size_t provenance_answers(const struct provenance *p, struct effect ret[EFFECTS_MAX])
{
    struct effect one[EFFECTS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < p->n_events; i++) {
        const struct trace_event *e = &p->events[i];
        const size_t touched = provenance_effects(p, e, one);

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
                                   p->now_us, WHEN_NEVER};

        decide_any(p->rb, p->facts, p->n_facts, &q, &ret[i].after, NULL);
    }
    return n;
}
