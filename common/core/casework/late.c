#include "late.h"

/* The next instant after at_us at which somebody came to know something. */
static int64_t next_known(const struct fact *facts, size_t n, int64_t at_us,
                          int64_t until_us)
{
    for (size_t i = 0; i < n; i++)
        if (facts[i].known_us > at_us && facts[i].known_us < until_us)
            until_us = facts[i].known_us;
    return until_us;
}

/* The answer as known then is constant from one change to the next; what is so in fact
 * may change in between as well, so that both bound a step. */
static bool scope_walk(const struct rulebook *rb, const struct fact *facts, size_t n,
                       const struct fact *denial, struct late_scope *s)
{
    struct question q = {
        .controller = s->controller, .purpose = s->purpose, .channel = s->channel};
    int64_t next_us;

    s->permitted_us = 0;
    for (int64_t t = denial->from_us; t < denial->known_us; t = next_us) {
        struct decision then, fact;

        q.at_us = q.known_us = t;
        decide(rb, facts, n, &q, &then, NULL);
        q.known_us = denial->known_us;
        decide(rb, facts, n, &q, &fact, NULL);
        next_us = next_known(facts, n, t, denial->known_us);
        if (then.valid_until_us < next_us)
            next_us = then.valid_until_us;
        if (fact.valid_until_us < next_us)
            next_us = fact.valid_until_us;
        if (then.verdict != VERDICT_PERMIT || fact.verdict != VERDICT_DENY)
            continue;
        if (s->permitted_us == 0)
            s->first_us = t;
        s->until_us = next_us;
        s->permitted_us += next_us - t;
    }
    return s->permitted_us > 0;
}

static bool covers(const struct rulebook *rb, const struct fact *denial,
                   int16_t controller, int16_t purpose)
{
    const struct purpose *p = rulebook_purpose_n(rb, purpose, denial->known_us);

    if (denial->controller != controller && denial->controller != CONTROLLER_ANY)
        return false;
    return denial->purpose == purpose || denial->purpose == PURPOSE_ANY ||
           (denial->purpose == PURPOSE_PROMOTIONAL && p != NULL &&
            p->class == PURPOSE_CLASS_PROMOTIONAL);
}

static bool has(const struct late_scope *list, size_t n, const struct late_scope *s)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].controller == s->controller && list[i].purpose == s->purpose &&
            list[i].channel == s->channel)
            return true;
    return false;
}

size_t late_find(const struct rulebook *rb, const struct fact *facts, size_t n,
                 const struct fact *denial, enum contact_kind kind,
                 struct late_scope ret[LATE_SCOPES_MAX])
{
    struct late_scope asked[LATE_SCOPES_MAX];
    size_t n_asked = 0, found = 0;

    for (size_t i = 0; i < n; i++) {
        const struct fact *g = &facts[i];

        if (g->kind != FACT_GRANT || g->known_us >= denial->known_us ||
            !covers(rb, denial, g->controller, g->purpose))
            continue;
        for (uint16_t bit = 1; bit <= CHANNELS_ALL; bit = (uint16_t)(bit << 1)) {
            struct late_scope s = {
                .controller = g->controller, .purpose = g->purpose, .channel = bit};

            if ((bit & g->channels & denial->channels & contact_kind_channels(kind)) ==
                    0 ||
                n_asked == LATE_SCOPES_MAX || has(asked, n_asked, &s))
                continue;
            asked[n_asked++] = s;
            if (scope_walk(rb, facts, n, denial, &s))
                ret[found++] = s;
        }
    }
    return found;
}
