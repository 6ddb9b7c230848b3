/* Effects that are alike, said once: "all six companies, *promotional, email, web". */
#include "trace.h"

#include <stdio.h>
#include <string.h>

#define COMPANIES_MAX 64

/* What stands together: one purpose and outcome, the same channels for each company. */
struct folded {
    const struct effect *like; /* the first of them */
    uint16_t channels;
    size_t n;
    int16_t companies[COMPANIES_MAX];
};

static bool same_answer(const struct decision *a, const struct decision *b)
{
    return a->verdict == b->verdict && a->reason == b->reason;
}

static bool alike(const struct effect *a, const struct effect *b)
{
    return a->purpose == b->purpose && same_answer(&a->before, &b->before) &&
           same_answer(&a->after, &b->after);
}

static bool counts(const struct effect *e, bool changed)
{
    return e->changed || !changed;
}

/* The channels of one company among those that are alike. */
static uint16_t channels_of(const struct effect *e, size_t n, const struct effect *like,
                            int16_t company, bool changed)
{
    uint16_t channels = 0;

    for (size_t i = 0; i < n; i++)
        if (counts(&e[i], changed) && e[i].controller == company && alike(&e[i], like))
            channels |= e[i].channel;
    return channels;
}

static bool has(const struct folded *f, int16_t company)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->companies[i] == company)
            return true;
    return false;
}

static size_t fold(const struct effect *e, size_t n, bool changed, struct folded *ret)
{
    size_t found = 0;

    for (size_t i = 0; i < n; i++) {
        const uint16_t channels = channels_of(e, n, &e[i], e[i].controller, changed);
        size_t at = 0;

        if (!counts(&e[i], changed))
            continue;
        while (at < found &&
               (!alike(ret[at].like, &e[i]) || ret[at].channels != channels ||
                (ret[at].n == COMPANIES_MAX && !has(&ret[at], e[i].controller))))
            at++;
        if (at == found)
            ret[found++] = (struct folded){.like = &e[i], .channels = channels};
        if (!has(&ret[at], e[i].controller))
            ret[at].companies[ret[at].n++] = e[i].controller;
    }
    return found;
}

/* --- in words --- */

static size_t companies_there(const struct rulebook *rb)
{
    size_t n = 0;

    for (size_t i = 0; i < rb->n_controllers; i++) {
        size_t before = 0;

        while (before < i && rb->controllers[before].number != rb->controllers[i].number)
            before++;
        n += before == i ? 1 : 0;
    }
    return n;
}

static void companies_say(const struct traced *t, const struct folded *f)
{
    static const char *const words[] = {"no",  "one",   "two",   "three", "four", "five",
                                        "six", "seven", "eight", "nine",  "ten"};
    const size_t all = companies_there(&t->s->book);

    if (f->n > 1 && f->n == all) {
        if (all < sizeof(words) / sizeof(words[0]))
            printf("all %s companies", words[all]);
        else
            printf("all %zu companies", all);
        return;
    }
    for (size_t i = 0; i < f->n; i++)
        printf("%s%s", i > 0 ? ", " : "",
               register_controller_name(t->s, f->companies[i]));
}

static void one_say(const struct traced *t, const struct folded *f)
{
    companies_say(t, f);
    printf(", %s", register_purpose_name(t->s, f->like->purpose));
    for (uint16_t bit = 1; bit <= CHANNELS_ALL; bit = (uint16_t)(bit << 1))
        if ((f->channels & bit) != 0)
            printf(", %s", channel_name(bit));
}

bool trace_did_say(const struct traced *t, const struct effect *e, size_t n)
{
    static struct folded found[EFFECTS_MAX];
    const size_t lines = fold(e, n, true, found);

    for (size_t i = 0; i < lines; i++) {
        printf(TRACE_MARGIN "did         ");
        one_say(t, &found[i]);
        printf(": %s %s -> %s %s\n", verdict_name(found[i].like->before.verdict),
               reason_name(found[i].like->before.reason),
               verdict_name(found[i].like->after.verdict),
               reason_name(found[i].like->after.reason));
    }
    return lines > 0;
}

void trace_answers_say(const struct traced *t, const struct effect *e, size_t n)
{
    static struct folded found[EFFECTS_MAX];
    const size_t lines = fold(e, n, false, found);

    for (size_t i = 0; i < lines; i++) {
        printf(TRACE_MARGIN "%-7s ", verdict_name(found[i].like->after.verdict));
        one_say(t, &found[i]);
        printf(": %s\n", reason_sentence(found[i].like->after.reason));
    }
}
