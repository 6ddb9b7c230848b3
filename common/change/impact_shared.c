/* Lists on which several contacts have one token: the strictest of them speaks for it. */
#include "impact.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Keeps the smallest, so that two runs show the same, whichever worker was quicker. */
void impact_example_add(struct impact_examples *e, const struct contact_key *key,
                        size_t most)
{
    size_t i = e->n;

    if (most == 0)
        return;
    if (e->n < most)
        e->n++;
    else if (memcmp(key, &e->keys[--i], sizeof(*key)) > 0)
        return;
    for (; i > 0 && memcmp(key, &e->keys[i - 1], sizeof(*key)) < 0; i--)
        e->keys[i] = e->keys[i - 1];
    e->keys[i] = *key;
}

bool impact_is_shared(const struct impact_list *l)
{
    const struct list *list = l->after.list != NULL ? l->after.list : l->before.list;

    return token_profile_shared((enum token_profile)list->profile);
}

static enum list_voice voice_of(const struct whatif_side *side, enum contact_kind kind,
                                const struct fact *facts, size_t n, int64_t at_us,
                                struct standing *ret)
{
    *ret = (struct standing){0};
    if (side->list == NULL)
        return VOICE_SILENT;
    return list_member(side->book, side->list, kind, facts, n, at_us, VOICE_SILENT, ret);
}

bool impact_voice_add(struct impact *impact, size_t list, const struct contact_key *token,
                      const struct contact_key *contact, enum contact_kind kind,
                      const struct fact *facts, size_t n, int64_t at_us)
{
    const struct impact_list *l = &impact->lists[list];
    struct impact_voice v = {.list = list, .token = *token, .contact = *contact};
    struct standing before, after;

    v.before.voice = voice_of(&l->before, kind, facts, n, at_us, &before);
    v.after.voice = voice_of(&l->after, kind, facts, n, at_us, &after);
    if (v.before.voice == VOICE_SILENT && v.after.voice == VOICE_SILENT)
        return false;
    v.before.rule = before.decision.rule;
    v.before.reason = before.decision.reason;
    v.after.rule = after.decision.rule;
    v.after.reason = after.decision.reason;
    if (impact->n_voices == impact->cap_voices) {
        impact->cap_voices = impact->cap_voices > 0 ? 2 * impact->cap_voices : 1024;
        impact->voices =
            mem_resize(impact->voices, impact->cap_voices, sizeof(*impact->voices));
    }
    impact->voices[impact->n_voices++] = v;
    return memcmp(&v.before, &v.after, sizeof(v.before)) != 0;
}

static int by_token(const void *a, const void *b)
{
    const struct impact_voice *x = a, *y = b;
    const int token = memcmp(&x->token, &y->token, sizeof(x->token));

    if (x->list != y->list)
        return x->list < y->list ? -1 : 1;
    return token != 0 ? token : memcmp(&x->contact, &y->contact, sizeof(x->contact));
}

/* Is the first stricter? By voice, then by rule: silence is none. */
static bool stricter(enum list_voice a, enum rule rule_a, enum list_voice b,
                     enum rule rule_b)
{
    if (a == VOICE_SILENT || b == VOICE_SILENT)
        return b == VOICE_SILENT && a != VOICE_SILENT;
    return a != b ? a < b : rule_a < rule_b;
}

static enum whatif_change change_of(const struct impact_list *l,
                                    const struct impact_voice *v, bool *was, bool *is)
{
    *was = l->before.list != NULL && v->before.voice != VOICE_SILENT &&
           list_of_voice(l->before.list, v->before.voice, LIST_ABSENT) != LIST_ABSENT;
    *is = l->after.list != NULL && v->after.voice != VOICE_SILENT &&
          list_of_voice(l->after.list, v->after.voice, LIST_ABSENT) != LIST_ABSENT;
    if (*was != *is)
        return *is ? WHATIF_ON : WHATIF_OFF;
    if (*is && (v->before.rule != v->after.rule || v->before.reason != v->after.reason))
        return WHATIF_REASON;
    return WHATIF_SAME;
}

void impact_fold(struct impact *impact, size_t n_examples)
{
    if (impact->n_voices > 0)
        qsort(impact->voices, impact->n_voices, sizeof(*impact->voices), by_token);
    for (size_t i = 0; i < impact->n_voices;) {
        struct impact_voice token = impact->voices[i];
        struct impact_list *l = &impact->lists[token.list];
        enum whatif_change change;
        bool was, is;

        for (i++; i < impact->n_voices; i++) {
            const struct impact_voice *v = &impact->voices[i];

            if (v->list != token.list ||
                memcmp(&v->token, &token.token, sizeof(v->token)) != 0)
                break;
            if (stricter(v->before.voice, v->before.rule, token.before.voice,
                         token.before.rule))
                token.before = v->before;
            if (stricter(v->after.voice, v->after.rule, token.after.voice,
                         token.after.rule))
                token.after = v->after;
        }
        change = change_of(l, &token, &was, &is);
        l->was += was;
        l->is += is;
        l->n[change]++;
        if (change != WHATIF_SAME)
            impact_example_add(&l->examples[change], &token.contact, n_examples);
    }
}
