/*
 * shared_token - contacts that share a token on a list.
 *
 * The facts of a set fall to three contacts, one after the other in a random order, and a
 * list that is folded by token is told after each.
 */
#include "core/lists/list.h"
#include "decide_case.h"

#define MEMBERS 3

struct shared {
    struct set of[MEMBERS];
    enum list_voice voice[MEMBERS];
    enum list_status status;
};

static enum list_voice strictest(const struct shared *sh)
{
    enum list_voice voice = VOICE_SILENT;

    for (int m = 0; m < MEMBERS; m++)
        if (sh->voice[m] != VOICE_SILENT &&
            (voice == VOICE_SILENT || sh->voice[m] < voice))
            voice = sh->voice[m];
    return voice;
}

static void tell(struct shared *sh, const struct list *list, const struct question *q,
                 int m, const struct fact *f)
{
    struct set *s = &sh->of[m];
    struct standing now;

    s->facts[s->n++] = *f;
    sh->voice[m] = list_member(&s->book.book, list, CONTACT_EMAIL, s->facts, s->n,
                               q->at_us, sh->voice[m], &now);
    if (strictest(sh) != VOICE_SILENT)
        sh->status = list_of_voice(list, strictest(sh), sh->status);
}

/* Whether the list has the token on it once all is known. owner: of each fact. */
static bool play(struct set *s, const struct list *list, const int *owner,
                 const size_t *order, struct shared *sh)
{
    const enum list_status on =
        list->polarity == LIST_PERMIT ? LIST_PERMITTED : LIST_SUPPRESSED;

    for (int m = 0; m < MEMBERS; m++) {
        sh->of[m].book = s->book;
        sh->of[m].n = 0;
        sh->voice[m] = VOICE_SILENT;
    }
    sh->status = LIST_ABSENT;
    for (size_t i = 0; i < s->n; i++)
        tell(sh, list, &s->q, owner[order[i]], &s->facts[order[i]]);
    return sh->status == on;
}

static void check_shared(struct set *s)
{
    static struct shared sh;
    int owner[COUNT_OF(s->facts)];
    size_t order[COUNT_OF(s->facts)];
    struct list list = {.valid = ALWAYS_VALID,
                        .number = 1,
                        .controller = s->q.controller,
                        .purpose = chance(50) ? s->q.purpose : PURPOSE_PROMOTIONAL,
                        .channel = CHANNEL_EMAIL,
                        .polarity = chance(50) ? LIST_PERMIT : LIST_DENY};
    struct question q = s->q;
    bool yes = false, no = false, denied = false, on;

    s->book.book.known_us = WHEN_NEVER;
    for (size_t i = 0; i < s->n; i++) {
        owner[i] = (int)below(MEMBERS);
        order[i] = i;
    }
    on = play(s, &list, owner, order, &sh);
    q.purpose = list.purpose;
    q.known_us = WHEN_NEVER;
    for (int m = 0; m < MEMBERS; m++) {
        struct decision d;

        if (sh.of[m].n == 0)
            continue; /* nobody has told us of it */
        decide_any(&s->book.book, sh.of[m].facts, sh.of[m].n, &q, &d, NULL);
        yes = yes || d.verdict == VERDICT_PERMIT;
        denied = denied || d.verdict == VERDICT_DENY;
        no = no ||
             (d.verdict == VERDICT_DENY && (d.rule == RULE_P9 || d.rule == RULE_P11 ||
                                            (d.rule <= RULE_P6 && d.rule != RULE_P1)));
    }
    if (list.polarity == LIST_DENY)
        cr_assert_eq(on, denied, "set %" PRIu64 ": one is denied, or none", s->seed);
    else if (on)
        cr_assert(yes && !no, "set %" PRIu64 ": permitted over a no", s->seed);
    else
        cr_assert(!yes || strictest(&sh) == VOICE_NO,
                  "set %" PRIu64 ": nobody said no to what one permits", s->seed);

    for (size_t i = s->n; i > 1; i--) {
        size_t j = below(i), swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
    cr_assert_eq(play(s, &list, owner, order, &sh), on, "set %" PRIu64 ": the order",
                 s->seed);
    if (s->n > 0) { /* one more denial, of whomever */
        const struct fact f = make_fact(&s->book, s->n, any_denial());

        tell(&sh, &list, &s->q, (int)below(MEMBERS), &f);
        if (list.polarity == LIST_PERMIT && !on)
            cr_assert_neq(sh.status, LIST_PERMITTED, "set %" PRIu64, s->seed);
        if (list.polarity == LIST_DENY && on)
            cr_assert_eq(sh.status, LIST_SUPPRESSED, "set %" PRIu64, s->seed);
    }
}

Test(shared_token, the_strictest_speaks)
{
    each_set("the_strictest_speaks", check_shared);
}
