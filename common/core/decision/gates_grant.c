#include "gates.h"

static enum reason denial_reason(const struct fact *d)
{
    switch (d->kind) {
    case FACT_UNREAD:
    case FACT_OBJECTION: return REASON_OBJECTION;
    case FACT_WITHDRAWAL: return REASON_WITHDRAWN;
    case FACT_COMPLAINT: return REASON_COMPLAINT;
    case FACT_PLATFORM: return REASON_PLATFORM_LIST;
    default: return REASON_OPTOUT;
    }
}

/* A denial stands, direct or relayed, unless a later grant lifts it. */
static struct finding denial_gate(const struct gates *s, const struct fact *denial)
{
    if (denial == NULL || gate_sharing(&s->fold))
        return gate_nothing();
    if (!s->denied)
        return gate_saw(denial_reason(denial), denial, s->grants.lifter);
    struct finding found = gate_deny(denial_reason(denial), denial);
    if (s->grants.rival != NULL) {
        found.reason = REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY;
        found.other = s->grants.rival;
    }
    return found;
}

struct finding gate_direct_denial(const struct gates *s)
{
    return denial_gate(s, s->fold.direct);
}

struct finding gate_later_grant(const struct gates *s)
{
    if (s->grants.lifter == NULL)
        return gate_nothing();
    return gate_saw(REASON_CONSENT, s->grants.lifter, NULL);
}

struct finding gate_relayed_denial(const struct gates *s)
{
    return denial_gate(s, s->fold.relayed);
}

struct finding gate_denial_beats_third_party(const struct gates *s)
{
    if (s->grants.rival == NULL)
        return gate_nothing();
    const struct fold *f = &s->fold;
    return gate_saw(REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY,
                    f->direct != NULL ? f->direct : f->relayed, s->grants.rival);
}

static struct finding grant_gate(const struct gates *s, enum grant_gate gate)
{
    const struct grants *g = &s->grants;
    if (g->stopped[gate].reason == REASON_NONE)
        return gate_nothing();
    struct finding found = gate_saw(g->stopped[gate].reason, g->stopped[gate].fact, NULL);
    found.agreement_event = g->stopped[gate].agreement_event;
    found.decides = g->passing == NULL && g->soft == NULL;
    return found;
}

struct finding gate_third_party(const struct gates *s)
{
    return grant_gate(s, GATE_THIRD_PARTY);
}

struct finding gate_agreement_ended(const struct gates *s)
{
    return grant_gate(s, GATE_AGREEMENT_ENDED);
}

struct finding gate_expired(const struct gates *s)
{
    return grant_gate(s, GATE_EXPIRED);
}

struct finding gate_article_14(const struct gates *s)
{
    struct finding found = grant_gate(s, GATE_ARTICLE_14);
    if (found.reason != REASON_NONE)
        found.other = s->grants.lead;
    return found;
}

struct finding gate_not_given(const struct gates *s)
{
    struct finding found = grant_gate(s, GATE_NOT_GIVEN);
    if (gate_sharing(&s->fold) || s->fold.refusal == NULL)
        return found;
    if (found.reason == REASON_NONE) {
        found = gate_saw(REASON_NOT_GIVEN, NULL, NULL);
        found.decides = s->grants.passing == NULL; /* and nothing soft after a refusal */
    }
    found.other = found.fact;
    found.fact = s->fold.refusal;
    return found;
}

static uint32_t first_message(const struct gates *s, const struct fact *g)
{
    uint32_t obligations = OBLIGATION_OPT_OUT_LINK;
    if (!s->grants.notice_sent)
        obligations |= OBLIGATION_ART21_4_STATEMENT;
    if (!grant_direct(g) && s->grants.notice_due)
        obligations |= OBLIGATION_ART14_NOTICE;
    return obligations;
}

static struct finding permit(const struct gates *s, enum reason reason,
                             const struct fact *g)
{
    if (g == NULL)
        return gate_nothing();
    return (struct finding){.decides = true,
                            .verdict = VERDICT_PERMIT,
                            .reason = reason,
                            .fact = g,
                            .obligations = first_message(s, g)};
}

struct finding gate_soft_opt_in(const struct gates *s)
{
    struct finding found = permit(s, REASON_SOFT_OPT_IN, s->grants.soft);
    found.decides = found.decides && s->grants.passing == NULL;
    return found;
}

struct finding gate_consent(const struct gates *s)
{
    return permit(s, REASON_CONSENT, s->grants.passing);
}

/* Explicit, direct, and after an opt-out in two steps and not on our asking for a year.
 */
static bool sale_grant(const struct fold *f, const struct fact *g,
                       const struct fact *optout)
{
    if (!grant_names(f, g) || !grant_direct(g) || !grant_clear(f, g) ||
        (g->flags & FACT_IS_EXPLICIT) == 0 || (g->flags & FACT_IS_SOFT_OPT_IN) != 0 ||
        fact_start_us(g) > f->q->at_us || g->expires_us <= f->q->at_us ||
        g->from_us < f->void_us || g->from_us < f->refusal_clear_us ||
        g->from_us < f->reconsent_us)
        return false;
    if (optout == NULL)
        return true;
    return g->from_us >= f->clear_us && (g->flags & FACT_IS_CONFIRMED) != 0 &&
           ((g->flags & FACT_IS_SOLICITED_BY_US) == 0 ||
            g->from_us >= when_add(f->clear_us, f->rb->windows.sale_reoptin));
}

struct finding gate_sale(const struct gates *s)
{
    const struct fold *f = &s->fold;
    if (!gate_sharing(f))
        return gate_nothing();
    const struct fact *optout = f->direct != NULL ? f->direct : f->relayed;
    const struct fact *found = NULL, *g;
    for (size_t i = 0; (g = fold_next(f, &i, FACT_GRANT)) != NULL;) {
        if (sale_grant(f, g, optout) && fact_later(g, found))
            found = g;
    }
    if (found != NULL)
        return (struct finding){.decides = true,
                                .verdict = VERDICT_PERMIT,
                                .reason = REASON_CONSENT,
                                .fact = found,
                                .other = optout};
    if (optout != NULL)
        return gate_deny(REASON_SALE_OPTED_OUT, optout);
    return gate_deny(REASON_SALE_DEFAULT, f->refusal);
}

struct finding gate_no_grant(const struct gates *s)
{
    /* a soft opt-in that passed has decided already */
    if (s->grants.passing != NULL || gate_sharing(&s->fold))
        return gate_nothing();
    return gate_deny(REASON_NO_GRANT, NULL);
}
