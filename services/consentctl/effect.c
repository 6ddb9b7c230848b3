#include "effect.h"

#include "core/list.h"

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
static void touch_fact(struct touched *t, const struct register_snapshot *s,
                       const struct fact *f, uint16_t channels)
{
    const int16_t purpose = f->purpose == PURPOSE_ANY ? PURPOSE_PROMOTIONAL : f->purpose;

    for (uint16_t bit = 1; bit != 0 && bit <= CHANNELS_ALL; bit = (uint16_t)(bit << 1)) {
        if ((f->channels & channels & bit) == 0)
            continue;
        if (f->controller != CONTROLLER_ANY)
            touch(t, f->controller, purpose, bit);
        for (size_t i = 0; f->controller == CONTROLLER_ANY && i < s->book.n_controllers;
             i++)
            touch(t, s->book.controllers[i].number, purpose, bit);
    }
}

size_t effect_of(const struct register_snapshot *s, const struct fact *facts, size_t n,
                 enum contact_kind kind, int64_t ledger_id, int64_t known_us,
                 struct effect ret[EFFECTS_MAX])
{
    struct touched t = {.list = ret};
    size_t before = n;
    size_t after = 0;

    for (size_t i = 0; i < n; i++) {
        if (facts[i].ledger_id != ledger_id)
            continue;
        before = before < i ? before : i;
        after = i + 1;
        touch_fact(&t, s, &facts[i], contact_kind_channels(kind));
    }
    for (size_t i = 0; i < t.n; i++) {
        struct effect *e = &ret[i];
        const struct question q = {e->controller, e->purpose, e->channel, known_us,
                                   WHEN_NEVER};

        decide_any(&s->book, facts, before, &q, &e->before, NULL);
        decide_any(&s->book, facts, after, &q, &e->after, NULL);
        e->changed =
            e->before.verdict != e->after.verdict || e->before.reason != e->after.reason;
    }
    return t.n;
}
