/* The facts of a call: each contact's once, and of those no more than the questions need.
 */
#include "people/readings.h"

#include "base/mem.h"
#include "core/decision/prune.h"

#include <stdlib.h>
#include <string.h>

#define PRUNE_FROM 256 /* facts of one contact */

static int by_key(const void *a, const void *b)
{
    const struct reading *x = a, *y = b;
    const int c = memcmp(x->key.b, y->key.b, sizeof(x->key.b));

    return c != 0 ? c : (x->place > y->place) - (x->place < y->place);
}

static int by_place(const void *a, const void *b)
{
    const struct reading *x = a, *y = b;

    return (x->place > y->place) - (x->place < y->place);
}

/* Every contact once, however often a call asks about it. first: of each reading, its
 * number in loaded. */
static size_t once(struct worker *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n_keys; i++)
        w->readings[i] = (struct reading){.key = w->keys[i], .place = i};
    qsort(w->readings, w->n_keys, sizeof(*w->readings), by_key);
    for (size_t i = 0; i < w->n_keys; i++) {
        if (n == 0 || memcmp(w->loaded[n - 1].b, w->readings[i].key.b, 16) != 0)
            w->loaded[n++] = w->readings[i].key;
        w->readings[i].first = n - 1;
    }
    qsort(w->readings, w->n_keys, sizeof(*w->readings), by_place);
    return n;
}

/* Questions about now, and about later, need fewer facts than there are. */
static bool need_of(const struct worker *w, struct fact_need *ret)
{
    *ret = (struct fact_need){&w->reg->book, WHEN_NEVER};
    for (size_t i = 0; i < w->n_queries; i++) {
        if (w->questions[i].known_us != WHEN_NEVER)
            return false;
        if (w->questions[i].at_us < ret->from_us)
            ret->from_us = w->questions[i].at_us;
    }
    return true;
}

bool readings_find(struct worker *w, struct err *err)
{
    const size_t n = once(w);
    struct fact_set *set = &w->facts;
    struct fact_need need;
    const bool fewer = need_of(w, &need);
    size_t *left = NULL;

    if (!fact_load_need(w->pg, w->loaded, n, fewer ? &need : NULL, set, err))
        return false;
    left = mem_zalloc(n, sizeof(*left));
    for (size_t i = 0; i < n; i++) {
        left[i] = set->first[i + 1] - set->first[i];
        if (fewer && left[i] > PRUNE_FROM)
            left[i] =
                facts_prune(need.book, set->facts + set->first[i], left[i], need.from_us);
    }
    for (size_t i = 0; i < w->n_keys; i++) {
        struct reading *r = &w->readings[i];

        r->n = left[r->first];
        r->first = set->first[r->first];
    }
    free(left);
    return true;
}

static void judge_reading(struct worker *w, size_t i, size_t key, struct trace *trace)
{
    const struct reading *r = &w->readings[key];

    decide_any(&w->registers[i]->book, w->facts.facts + r->first, r->n, &w->questions[i],
               &w->decisions[i], trace);
}

void readings_judge(struct worker *w, size_t i, struct trace *trace)
{
    judge_reading(w, i, i, trace);
    if (w->other[i] > 0 && w->decisions[i].verdict == VERDICT_PERMIT)
        judge_reading(w, i, w->other[i], trace);
}
