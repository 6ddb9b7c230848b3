#include "provenance.h"

#include "core/decision/prune.h"
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

/* The first fact that stands not before (known, ledger id). */
static size_t place_of(const struct provenance *p, int64_t known_us, int64_t ledger_id)
{
    size_t low = 0, high = p->n_facts;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct fact *f = &p->facts[middle];

        if (f->known_us < known_us ||
            (f->known_us == known_us && f->ledger_id < ledger_id))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int by_ledger(const void *a, const void *b)
{
    const struct effect_place *x = a;
    const struct effect_place *y = b;

    if (x->ledger_id != y->ledger_id)
        return x->ledger_id < y->ledger_id ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

void effect_walk_begin(struct effect_walk *w, const struct fact *facts, size_t n)
{
    w->n = w->taken = w->pruned = 0;
    for (size_t i = 0; i < n; i++)
        w->places[i] = (struct effect_place){facts[i].ledger_id, i};
    if (n > 1)
        qsort(w->places, n, sizeof(*w->places), by_ledger);
}

/* From the first of the event's facts to its last. */
static size_t linked_facts(const struct provenance *p, int64_t ledger_id,
                           size_t *ret_first)
{
    const struct effect_place *places = p->walk->places;
    size_t low = 0, high = p->n_facts, end;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (places[middle].ledger_id < ledger_id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == p->n_facts || places[low].ledger_id != ledger_id)
        return 0;
    *ret_first = places[low].at;
    for (end = low + 1; end < p->n_facts && places[end].ledger_id == ledger_id; end++) {
    }
    return places[end - 1].at + 1;
}

size_t provenance_facts(const struct provenance *p, const struct trace_event *e,
                        size_t *ret_first)
{
    *ret_first = 0;
    if (e->ledger_id == 0)
        return 0;
    if (e->linked) /* known here since the link was, if that was later */
        return p->walk != NULL ? linked_facts(p, e->ledger_id, ret_first) : p->n_facts;
    *ret_first = place_of(p, e->known_us, e->ledger_id);
    return place_of(p, e->known_us, e->ledger_id + 1);
}

const struct agreement *provenance_agreement(const struct provenance *p,
                                             const struct trace_event *e)
{
    size_t i;
    const size_t end = provenance_facts(p, e, &i);

    for (; i < end; i++)
        if (p->facts[i].ledger_id == e->ledger_id && p->facts[i].agreement != 0)
            return rulebook_agreement_n(p->rb, p->facts[i].agreement);
    return NULL;
}

struct touched {
    size_t n;
    bool part; /* there are more than there is room for */
    struct effect *list;
};

static void touch(struct touched *t, int16_t controller, int16_t purpose,
                  uint16_t channel)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->list[i].controller == controller && t->list[i].purpose == purpose &&
            t->list[i].channel == channel)
            return;
    if (t->n == EFFECTS_MAX) {
        t->part = true;
        return;
    }
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

#define PRUNE_FROM 64

/* The same facts for every question from at_us on, fewer of them: *before and *after are
 * where the event's begin and end in what is returned. */
static const struct fact *walk_to(const struct provenance *p, const struct trace_event *e,
                                  size_t *before, size_t *after)
{
    struct effect_walk *w = p->walk;

    /* The linked have their facts in another place than the events have them. */
    if (w == NULL || e->linked || *before < w->taken)
        return p->facts;
    memcpy(&w->room[w->n], &p->facts[w->taken], (*before - w->taken) * sizeof(*w->room));
    w->n += *before - w->taken;
    if (w->n > 2 * w->pruned + PRUNE_FROM)
        w->n = w->pruned = facts_prune(p->rb, w->room, w->n, e->known_us);
    memcpy(&w->room[w->n], &p->facts[*before], (*after - *before) * sizeof(*w->room));
    w->taken = *after;
    *after = w->n + (*after - *before);
    *before = w->n;
    w->n = *after;
    return w->room;
}

size_t provenance_effects(const struct provenance *p, const struct trace_event *e,
                          struct effect ret[EFFECTS_MAX], bool *ret_part)
{
    const struct fact *facts = p->facts;
    struct touched t = {.list = ret};
    size_t first;
    const size_t end = provenance_facts(p, e, &first);
    size_t before = end, after = 0;

    for (size_t i = first; i < end; i++) {
        if (facts[i].ledger_id != e->ledger_id)
            continue;
        before = before < i ? before : i;
        after = i + 1;
        touch_fact(&t, p->rb, &facts[i], contact_kind_channels(p->kind));
    }
    if (t.n > 0)
        facts = walk_to(p, e, &before, &after);
    for (size_t i = 0; i < t.n; i++) {
        struct effect *one = &ret[i];
        const struct question q = {one->controller, one->purpose, one->channel,
                                   e->known_us, WHEN_NEVER};

        decide_any(p->rb, facts, before, &q, &one->before, NULL);
        decide_any(p->rb, facts, after, &q, &one->after, NULL);
        one->changed = one->before.verdict != one->after.verdict ||
                       one->before.reason != one->after.reason;
    }
    *ret_part = t.part;
    return t.n;
}

size_t provenance_answers(const struct provenance *p, struct effect ret[EFFECTS_MAX],
                          bool *ret_part)
{
    struct touched t = {.list = ret};
    const struct fact *facts = p->facts;
    size_t n = p->n_facts;

    for (size_t i = 0; i < n && !t.part; i++)
        touch_fact(&t, p->rb, &facts[i], contact_kind_channels(p->kind));
    if (p->walk != NULL && n > 0) {
        memcpy(p->walk->room, facts, n * sizeof(*facts));
        facts = p->walk->room;
        n = facts_prune(p->rb, p->walk->room, n, p->now_us);
        p->walk->n = p->walk->taken = p->walk->pruned = 0; /* from the start again */
    }
    for (size_t i = 0; i < t.n; i++) {
        const struct question q = {ret[i].controller, ret[i].purpose, ret[i].channel,
                                   p->now_us, WHEN_NEVER};

        decide_any(p->rb, facts, n, &q, &ret[i].after, NULL);
    }
    *ret_part = t.part;
    return t.n;
}
