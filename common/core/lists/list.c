#include "list.h"

#include "core/decision/fold.h"

#include <string.h>

/* The gates behind which stands the person, or the law, not a lack of proof. */
#define GATES_OF_NO                                                                      \
    (1U << RULE_P2 | 1U << RULE_P3 | 1U << RULE_P4 | 1U << RULE_P5 | 1U << RULE_P6 |     \
     1U << RULE_P9 | 1U << RULE_P11)

/* What one purpose has to say about the whole stream. */
enum says { SAYS_NO, SAYS_YES, SAYS_NOTHING, SAYS_ABSENT };

/* A refusal counts as a no although a gate before P17 gave the reason. */
static bool refused(const struct rulebook *rb, const struct fact *facts, size_t n,
                    const struct question *q)
{
    size_t i = 0;
    while (i < n && facts[i].kind != FACT_REFUSAL)
        i++;
    if (i == n)
        return false;
    struct fold f;
    fold_facts(&f, rb, facts, n, q);
    return f.refusal != NULL;
}

/* Which of two purposes' decisions speaks for the stream: a no, then a permit, then the
 * denial that the table names first; among equals the younger, then the smaller purpose.
 */
static bool speaks_before(enum says says_a, const struct decision *a, enum says says_b,
                          const struct decision *b)
{
    if (says_a != says_b)
        return says_a < says_b;
    if (a->rule != b->rule)
        return a->rule < b->rule;
    return a->since_us > b->since_us;
}

/* The smallest purpose number of the promotional class above after; 0: no more. */
static int16_t next_promotional(const struct rulebook *rb, int16_t after)
{
    int16_t next = 0;
    for (size_t i = 0; i < rb->n_purposes; i++) {
        const struct purpose *p = &rb->purposes[i];
        if (p->class == PURPOSE_CLASS_PROMOTIONAL && p->number > after &&
            (next == 0 || p->number < next))
            next = p->number;
    }
    return next;
}

static enum says purpose_says(const struct rulebook *rb, const struct fact *facts,
                              size_t n, const struct question *q,
                              const struct decision *d)
{
    if (d->rule == RULE_P1)
        return SAYS_ABSENT; /* not in force: another purpose speaks */
    if (d->verdict == VERDICT_PERMIT)
        return SAYS_YES;
    return (GATES_OF_NO >> d->rule & 1) != 0 || refused(rb, facts, n, q) ? SAYS_NO
                                                                         : SAYS_NOTHING;
}

static enum says stream_decide(const struct rulebook *rb, const struct fact *facts,
                               size_t n, const struct question *q, struct decision *ret,
                               struct trace *trace)
{
    struct question one = *q, spokesman = *q; /* nothing promotional: P1 */
    int64_t valid_until_us = WHEN_NEVER;
    uint32_t obligations = 0;
    bool first = true;
    enum says speaking = SAYS_ABSENT;
    for (int16_t p = 0; (p = next_promotional(rb, p)) != 0;) {
        struct decision d;
        one.purpose = p;
        decide(rb, facts, n, &one, &d, NULL);
        if (d.valid_until_us < valid_until_us)
            valid_until_us = d.valid_until_us;
        if (d.verdict == VERDICT_PERMIT)
            obligations |= d.obligations;
        enum says says = purpose_says(rb, facts, n, &one, &d);
        if (first || speaks_before(says, &d, speaking, ret)) {
            *ret = d;
            speaking = says;
            spokesman = one;
            first = false;
        }
    }
    if (first || trace != NULL)
        decide(rb, facts, n, &spokesman, ret, trace);
    if (!first)
        ret->valid_until_us = valid_until_us;
    if (ret->verdict == VERDICT_PERMIT)
        ret->obligations = obligations;
    return speaking;
}

void decide_any(const struct rulebook *rb, const struct fact *facts, size_t n,
                const struct question *q, struct decision *ret, struct trace *trace)
{
    if (q->purpose == PURPOSE_PROMOTIONAL)
        (void)stream_decide(rb, facts, n, q, ret, trace);
    else
        decide(rb, facts, n, q, ret, trace);
}

/* As the register had it when the fact became known: a source that changed hands since
 * brought its former contacts to its former party. */
static bool brought_by(const struct rulebook *rb, const struct fact *f, const char *party)
{
    const struct source *from = rulebook_source_at(rb, f->source, f->known_us);
    const struct agreement *under = rulebook_agreement_n(rb, f->agreement);

    if (from == NULL)
        from = rulebook_source_n(rb, f->source);
    return (from != NULL && strcmp(from->party, party) == 0) ||
           (under != NULL && strcmp(under->party, party) == 0);
}

bool list_concerns(const struct rulebook *rb, const struct list *list,
                   const struct fact *facts, size_t n)
{
    if (list->sourced_by[0] == '\0')
        return true;
    for (size_t i = 0; i < n; i++)
        if (!facts[i].linked && (facts[i].flags & FACT_IS_HASHED) == 0 &&
            facts[i].kind != FACT_REQUEST && facts[i].kind != FACT_ANCHOR &&
            facts[i].kind != FACT_CHANGE && facts[i].kind != FACT_ERASED &&
            fact_known(&facts[i], rb->known_us) &&
            brought_by(rb, &facts[i], list->sourced_by))
            return true;
    return false;
}

void list_standing(const struct rulebook *rb, const struct list *list,
                   enum contact_kind kind, const struct fact *facts, size_t n,
                   int64_t at_us, enum list_status last, struct standing *ret)
{
    *ret = (struct standing){.status = last};
    struct question q = {.controller = list->controller,
                         .purpose = list->purpose,
                         .channel = list->channel,
                         .at_us = at_us,
                         .known_us = rb->known_us};
    if (channel_contact_kind(list->channel) != kind ||
        (last == LIST_ABSENT && !list_concerns(rb, list, facts, n))) {
        ret->status = LIST_ABSENT;
        ret->decision =
            (struct decision){.since_us = WHEN_ALWAYS, .valid_until_us = WHEN_NEVER};
        return;
    }
    decide_any(rb, facts, n, &q, &ret->decision, NULL);
    int64_t *wake_us = &ret->decision.valid_until_us;
    if (list->valid.from_us > at_us && list->valid.from_us < *wake_us)
        *wake_us = list->valid.from_us;
    if (list->valid.until_us > at_us && list->valid.until_us < *wake_us)
        *wake_us = list->valid.until_us;
    if (!period_holds(&list->valid, at_us))
        return; /* a list that is not in force takes nothing back */
    enum verdict names = list->polarity == LIST_PERMIT ? VERDICT_PERMIT : VERDICT_DENY;
    if (ret->decision.verdict == names)
        ret->status = list->polarity == LIST_PERMIT ? LIST_PERMITTED : LIST_SUPPRESSED;
    else
        ret->status = last == LIST_ABSENT ? LIST_ABSENT : LIST_RELEASED;
}

/* Has the person, or the law, said no to the list's purpose, or is there merely no proof
 * of a yes? */
static bool says_no(const struct rulebook *rb, const struct list *list,
                    const struct fact *facts, size_t n, int64_t at_us)
{
    struct question q = {.controller = list->controller,
                         .purpose = list->purpose,
                         .channel = list->channel,
                         .at_us = at_us,
                         .known_us = rb->known_us};
    struct decision d;

    if (q.purpose == PURPOSE_PROMOTIONAL)
        return stream_decide(rb, facts, n, &q, &d, NULL) == SAYS_NO;
    decide(rb, facts, n, &q, &d, NULL);
    return purpose_says(rb, facts, n, &q, &d) == SAYS_NO;
}

static enum list_status member_status(const struct list *list, enum list_voice voice)
{
    if (voice == VOICE_SILENT)
        return LIST_ABSENT;
    return list_of_voice(list, voice, LIST_RELEASED);
}

enum list_voice list_member(const struct rulebook *rb, const struct list *list,
                            enum contact_kind kind, const struct fact *facts, size_t n,
                            int64_t at_us, enum list_voice last, struct standing *ret)
{
    const bool permit = list->polarity == LIST_PERMIT;

    list_standing(rb, list, kind, facts, n, at_us, member_status(list, last), ret);
    if (ret->status == LIST_PERMITTED)
        return VOICE_YES;
    if (ret->status == LIST_SUPPRESSED)
        return VOICE_NO;
    if (channel_contact_kind(list->channel) != kind ||
        (last == VOICE_SILENT && !list_concerns(rb, list, facts, n)))
        return VOICE_SILENT;
    if (permit && says_no(rb, list, facts, n, at_us))
        return VOICE_NO;
    if (ret->status == LIST_ABSENT)
        return VOICE_SILENT;
    return permit ? VOICE_NEITHER : VOICE_YES;
}

enum list_status list_of_voice(const struct list *list, enum list_voice strictest,
                               enum list_status last)
{
    if (list->polarity == LIST_PERMIT && strictest == VOICE_YES)
        return LIST_PERMITTED;
    if (list->polarity == LIST_DENY && strictest == VOICE_NO)
        return LIST_SUPPRESSED;
    return last == LIST_ABSENT ? LIST_ABSENT : LIST_RELEASED;
}
