#include "gates.h"

static bool promotional(const struct fold *f)
{
    return f->class == PURPOSE_CLASS_PROMOTIONAL;
}

/* Messages that are no marketing at all (P7). */
static bool service(const struct fold *f)
{
    return f->class == PURPOSE_CLASS_TRANSACTIONAL ||
           f->class == PURPOSE_CLASS_ADMINISTRATIVE || f->class == PURPOSE_CLASS_LEGAL;
}

bool gate_sharing(const struct fold *f)
{
    return f->class == PURPOSE_CLASS_SHARING;
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
        bool fits = service(f) ? x->controller == f->q->controller &&
                                     (x->flags & FACT_IS_CONFIRM_PENDING) == 0 &&
                                     !grant_unproven(f, x)
                               : grant_names(f, x) && grant_clear(f, x) &&
                                     (x->flags & FACT_IS_SOLICITED_BY_US) == 0;
        if (fits && fact_later(x, found))
            found = x;
    }
    for (size_t i = 0; service(f) && (x = fold_next(f, &i, FACT_RELATIONSHIP)) != NULL;) {
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

struct finding gate_unreachable(const struct gates *s)
{
    const struct fold *f = &s->fold;
    const struct fact *bounce = NULL, *x;
    int64_t clear_us = WHEN_ALWAYS;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_BOUNCE)) != NULL;) {
        if ((x->channels & f->q->channel) == 0 || x->from_us > f->q->at_us ||
            x->expires_us <= f->q->at_us)
            continue;
        if (fact_later(x, bounce))
            bounce = x;
        if (fact_clear_us(x) > clear_us)
            clear_us = fact_clear_us(x);
    }
    if (bounce == NULL)
        return gate_nothing();
    const struct fact *ok = reached(f, clear_us);
    return ok != NULL ? gate_saw(REASON_UNREACHABLE, bounce, ok)
                      : gate_deny(REASON_UNREACHABLE, bounce);
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
        bool listed =
            f->purpose != NULL && f->purpose->despite_restriction && !promotional(f);
        if (lifted == NULL && !listed)
            return gate_deny(REASON_RESTRICTED, stop);
        found = gate_saw(REASON_RESTRICTED, stop, lifted);
    }
    const struct fact *death = latest(f, FACT_DEATH);
    if (death == NULL)
        return found;
    const struct fact *lifted = undone(f, FACT_RESTRICTION_LIFTED, fact_clear_us(death));
    return lifted != NULL || service(f) ? gate_saw(REASON_DECEASED, death, lifted)
                                        : gate_deny(REASON_DECEASED, death);
}

struct finding gate_service_message(const struct gates *s)
{
    const struct fold *f = &s->fold;
    if (!service(f))
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
