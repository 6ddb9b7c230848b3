#include "gates.h"

#define SOFT_BOUNCES 5
#define SOFT_SPAN_US (14 * WHEN_DAY_US)

static bool promotional(const struct fold *f)
{
    return f->class == PURPOSE_CLASS_PROMOTIONAL;
}

bool gate_sharing(const struct fold *f)
{
    return f->class == PURPOSE_CLASS_SHARING;
}

/* What may be written in spite of everything: the answer to a request, a security
 * incident. Never marketing. */
static bool listed(const struct fold *f)
{
    return f->purpose != NULL && f->purpose->despite_restriction && !promotional(f);
}

/* The latest fact of a kind that has begun at T. */
static const struct fact *latest(const struct fold *f, enum fact_kind kind)
{
    const struct fact *found = NULL, *x;
    for (size_t i = 0; (x = fold_next(f, &i, kind)) != NULL;) {
        if (x->from_us <= f->q->at_us && fact_controller(x, f->q->controller) &&
            fact_later(x, found))
            found = x;
    }
    return found;
}

/* Something of a kind that certainly came after an instant and has happened at T. */
static const struct fact *undone(const struct fold *f, enum fact_kind kind,
                                 int64_t clear_us)
{
    const struct fact *found = NULL, *x;
    for (size_t i = 0; (x = fold_next(f, &i, kind)) != NULL;) {
        if (x->from_us >= clear_us && x->to_us <= f->q->at_us && fact_later(x, found))
            found = x;
    }
    return found;
}

struct finding gate_deny(enum reason reason, const struct fact *fact)
{
    return (struct finding){.decides = true, .reason = reason, .fact = fact};
}

struct finding gate_saw(enum reason reason, const struct fact *fact,
                        const struct fact *other)
{
    return (struct finding){.reason = reason, .fact = fact, .other = other};
}

struct finding gate_nothing(void)
{
    return (struct finding){0};
}

struct finding gate_not_disclosed(const struct gates *s)
{
    const struct fold *f = &s->fold;
    if (f->controller != NULL && f->purpose != NULL &&
        channel_contact_kind(f->q->channel) != CONTACT_NONE)
        return gate_nothing();
    return gate_deny(REASON_PURPOSE_NOT_DISCLOSED, NULL);
}

struct finding gate_processor_only(const struct gates *s)
{
    const struct fold *f = &s->fold;
    const struct fact *held = latest(f, FACT_PROCESSOR);
    if (held == NULL)
        return gate_nothing();
    static const enum fact_kind known[] = {FACT_GRANT, FACT_LEAD, FACT_RELATIONSHIP};
    const struct fact *otherwise = NULL;
    for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
        const struct fact *x;
        for (size_t i = 0; (x = fold_next(f, &i, known[k])) != NULL;) {
            if (x->to_us <= f->q->at_us && (x->flags & FACT_IS_INCOMPATIBLE) == 0 &&
                fact_later(x, otherwise))
                otherwise = x;
        }
    }
    return otherwise != NULL ? gate_saw(REASON_PROCESSOR_ONLY, held, otherwise)
                             : gate_deny(REASON_PROCESSOR_ONLY, held);
}

/* Who was under 16 when recorded was so before as well: T does not matter here. */
struct finding gate_under_16(const struct gates *s)
{
    const struct fold *f = &s->fold;
    const struct fact *minor = NULL, *x;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_MINOR)) != NULL;) {
        if (fact_later(x, minor))
            minor = x;
    }
    if (minor == NULL)
        return gate_nothing();
    const struct fact *adult = undone(f, FACT_ADULT, fact_clear_us(minor));
    return adult != NULL ? gate_saw(REASON_UNDER_16, minor, adult)
                         : gate_deny(REASON_UNDER_16, minor);
}

/* A direct sign-up after the erasure: for messages of service any one with this
 * controller, for everything else one that names what is asked. */
static const struct fact *registration(const struct fold *f)
{
    const struct fact *found = NULL, *x;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_GRANT)) != NULL;) {
        if (!grant_direct(x) || x->from_us < f->void_us || fact_start_us(x) > f->q->at_us)
            continue;
        bool fits = fold_service(f) ? x->controller == f->q->controller &&
                                          (x->flags & FACT_IS_CONFIRM_PENDING) == 0 &&
                                          !grant_unproven(f, x)
                                    : grant_names(f, x) && grant_clear(f, x) &&
                                          (x->flags & FACT_IS_SOLICITED_BY_US) == 0;
        if (fits && fact_later(x, found))
            found = x;
    }
    for (size_t i = 0;
         fold_service(f) && (x = fold_next(f, &i, FACT_RELATIONSHIP)) != NULL;) {
        if (grant_direct(x) && x->from_us >= f->void_us && x->to_us <= f->q->at_us &&
            fact_controller(x, f->q->controller) && fact_later(x, found))
            found = x;
    }
    return found;
}

struct finding gate_erased(const struct gates *s)
{
    const struct fold *f = &s->fold;
    if (f->erasure == NULL)
        return gate_nothing();
    if (listed(f))
        return gate_saw(REASON_ERASED, f->erasure, NULL);
    const struct fact *back = registration(f);
    return back != NULL ? gate_saw(REASON_ERASED, f->erasure, back)
                        : gate_deny(REASON_ERASED, f->erasure);
}

/* Whether the contact was reached over C after a bounce: verified, or confirmed a grant.
 */
static const struct fact *reached(const struct fold *f, int64_t clear_us)
{
    const struct fact *found = NULL, *x;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_REACHED)) != NULL;) {
        if ((x->channels & f->q->channel) != 0 && x->from_us >= clear_us &&
            x->to_us <= f->q->at_us && fact_later(x, found))
            found = x;
    }
    for (size_t i = 0; (x = fold_next(f, &i, FACT_GRANT)) != NULL;) {
        if ((x->channels & f->q->channel) != 0 && grant_direct(x) &&
            (x->flags & FACT_IS_CONFIRMED) != 0 && !grant_unproven(f, x) &&
            x->effective_us >= clear_us && fact_start_us(x) <= f->q->at_us &&
            fact_later(x, found))
            found = x;
    }
    return found;
}

/* The address bounced: it does not exist, or (until it lapses) nobody said why. Of the
 * latter messages of service take no notice. */
static struct finding bounced(const struct fold *f)
{
    const struct fact *bounce = NULL, *x;
    int64_t clear_us = WHEN_ALWAYS;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_BOUNCE)) != NULL;) {
        if ((x->channels & f->q->channel) == 0 || x->from_us > f->q->at_us ||
            x->expires_us <= f->q->at_us ||
            (fold_service(f) && x->expires_us != WHEN_NEVER))
            continue;
        if (fact_later(x, bounce))
            bounce = x;
        if (fact_clear_us(x) > clear_us)
            clear_us = fact_clear_us(x);
    }
    if (bounce == NULL)
        return gate_nothing();
    const struct fact *ok = reached(f, clear_us);
    return ok != NULL || listed(f) ? gate_saw(REASON_UNREACHABLE, bounce, ok)
                                   : gate_deny(REASON_UNREACHABLE, bounce);
}

/* Whether a message certainly got there after a soft bounce. */
static bool delivered(const struct fold *f, const struct fact *soft)
{
    int64_t clear_us = fact_clear_us(soft);
    const struct fact *x;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_DELIVERED)) != NULL;) {
        if ((x->channels & f->q->channel) != 0 && x->from_us >= clear_us &&
            x->to_us <= f->q->at_us)
            return true;
    }
    return reached(f, clear_us) != NULL;
}

/* A soft bounce of C at T after which nothing got there. */
static bool soft_counts(const struct fold *f, const struct fact *x)
{
    return (x->channels & f->q->channel) != 0 && x->from_us <= f->q->at_us &&
           !delivered(f, x);
}

/* Whether another one before it in the set tells of the same moment: once is enough. */
static bool soft_told(const struct fold *f, const struct fact *soft)
{
    const struct fact *x;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_SOFT_BOUNCE)) != soft;) {
        if (x->to_us == soft->to_us && soft_counts(f, x))
            return true;
    }
    return false;
}

/* Full again and again: five times over a fortnight, and nothing delivered in between.
 * That stops marketing until the latest of them lapses; then it may be tried again. */
static struct finding bounced_softly(const struct fold *f)
{
    const struct fact *first = NULL, *last = NULL, *x;
    int64_t from_us = WHEN_NEVER, until_us = WHEN_ALWAYS;
    size_t n = 0;
    if (fold_service(f) || listed(f))
        return gate_nothing();
    for (size_t i = 0; (x = fold_next(f, &i, FACT_SOFT_BOUNCE)) != NULL;) {
        if (!soft_counts(f, x))
            continue;
        n += !soft_told(f, x);
        if (fact_later(x, last))
            last = x;
        if (first == NULL || fact_later(first, x))
            first = x;
        from_us = x->from_us < from_us ? x->from_us : from_us;
        until_us = x->expires_us > until_us ? x->expires_us : until_us;
    }
    if (n < SOFT_BOUNCES || last->to_us - from_us < SOFT_SPAN_US ||
        until_us <= f->q->at_us)
        return gate_nothing();
    struct finding found = gate_deny(REASON_UNREACHABLE, last);
    found.other = first;
    return found;
}

struct finding gate_unreachable(const struct gates *s)
{
    struct finding hard = bounced(&s->fold), soft = bounced_softly(&s->fold);
    return hard.decides || !soft.decides ? hard : soft;
}

/* Restriction, and death: the heirs' directive stops everything that is no service. */
struct finding gate_restricted(const struct gates *s)
{
    const struct fold *f = &s->fold;
    struct finding found = gate_nothing();
    const struct fact *stop = latest(f, FACT_RESTRICTION);
    if (stop != NULL) {
        const struct fact *lifted =
            undone(f, FACT_RESTRICTION_LIFTED, fact_clear_us(stop));
        if (lifted == NULL && !listed(f))
            return gate_deny(REASON_RESTRICTED, stop);
        found = gate_saw(REASON_RESTRICTED, stop, lifted);
    }
    const struct fact *death = latest(f, FACT_DEATH);
    if (death == NULL)
        return found;
    const struct fact *lifted = undone(f, FACT_RESTRICTION_LIFTED, fact_clear_us(death));
    return lifted != NULL || fold_service(f) ? gate_saw(REASON_DECEASED, death, lifted)
                                             : gate_deny(REASON_DECEASED, death);
}

struct finding gate_service_message(const struct gates *s)
{
    const struct fold *f = &s->fold;
    if (!fold_service(f))
        return gate_nothing();
    const struct fact *live = NULL, *x;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_RELATIONSHIP)) != NULL;) {
        if (x->to_us <= f->q->at_us && f->q->at_us < x->expires_us &&
            x->from_us >= f->void_us && fact_controller(x, f->q->controller) &&
            fact_later(x, live))
            live = x;
    }
    struct finding found = {.decides = true,
                            .verdict = VERDICT_PERMIT,
                            .reason = REASON_NOT_PROMOTIONAL,
                            .fact = live};
    found.obligations = OBLIGATION_NO_PROMOTIONAL_CONTENT;
    if (live == NULL)
        found.obligations |= OBLIGATION_VERIFY_RELATIONSHIP;
    if (f->complaint != NULL) {
        found.obligations |= OBLIGATION_COMPLAINT_RISK;
        found.other = f->complaint;
    }
    return found;
}

struct finding gate_sale_asked(const struct gates *s)
{
    return gate_sharing(&s->fold) ? gate_saw(REASON_SALE_DEFAULT, NULL, NULL)
                                  : gate_nothing();
}
