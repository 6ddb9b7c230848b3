#include "core/fold.h"

#include <string.h>

/* What one gate has to say, deciding or not. */
struct finding {
    bool decides;
    enum verdict verdict;
    enum reason reason;
    uint32_t obligations;
    int64_t agreement_event;  /* 0: none */
    const struct fact *fact;  /* the deciding one */
    const struct fact *other; /* and what it is weighed against */
};

struct gates {
    struct fold fold;
    struct grants grants;
    bool denied; /* a denial stands that no grant lifts */
};

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

static bool sharing(const struct fold *f)
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

static struct finding deny(enum reason reason, const struct fact *fact)
{
    return (struct finding){.decides = true, .reason = reason, .fact = fact};
}

static struct finding seen(enum reason reason, const struct fact *fact,
                           const struct fact *other)
{
    return (struct finding){.reason = reason, .fact = fact, .other = other};
}

static const struct finding nothing;

static struct finding gate_p1(const struct gates *s)
{
    const struct fold *f = &s->fold;
    if (f->controller != NULL && f->purpose != NULL &&
        channel_contact_kind(f->q->channel) != CONTACT_NONE)
        return nothing;
    return deny(REASON_PURPOSE_NOT_DISCLOSED, NULL);
}

static struct finding gate_p2(const struct gates *s)
{
    const struct fold *f = &s->fold;
    const struct fact *held = latest(f, FACT_PROCESSOR);
    if (held == NULL)
        return nothing;
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
    return otherwise != NULL ? seen(REASON_PROCESSOR_ONLY, held, otherwise)
                             : deny(REASON_PROCESSOR_ONLY, held);
}

/* Who was under 16 when recorded was so before as well: T does not matter here. */
static struct finding gate_p3(const struct gates *s)
{
    const struct fold *f = &s->fold;
    const struct fact *minor = NULL, *x;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_MINOR)) != NULL;) {
        if (fact_later(x, minor))
            minor = x;
    }
    if (minor == NULL)
        return nothing;
    const struct fact *adult = undone(f, FACT_ADULT, fact_clear_us(minor));
    return adult != NULL ? seen(REASON_UNDER_16, minor, adult)
                         : deny(REASON_UNDER_16, minor);
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
                                     (x->flags & FACT_IS_CONFIRM_PENDING) == 0
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

static struct finding gate_p4(const struct gates *s)
{
    const struct fold *f = &s->fold;
    if (f->erasure == NULL)
        return nothing;
    const struct fact *back = registration(f);
    return back != NULL ? seen(REASON_ERASED, f->erasure, back)
                        : deny(REASON_ERASED, f->erasure);
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
            (x->flags & FACT_IS_CONFIRMED) != 0 && x->effective_us >= clear_us &&
            fact_start_us(x) <= f->q->at_us && fact_later(x, found))
            found = x;
    }
    return found;
}

static struct finding gate_p5(const struct gates *s)
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
        return nothing;
    const struct fact *ok = reached(f, clear_us);
    return ok != NULL ? seen(REASON_UNREACHABLE, bounce, ok)
                      : deny(REASON_UNREACHABLE, bounce);
}

/* Restriction, and death: the heirs' directive stops everything that is no service. */
static struct finding gate_p6(const struct gates *s)
{
    const struct fold *f = &s->fold;
    struct finding found = nothing;
    const struct fact *stop = latest(f, FACT_RESTRICTION);
    if (stop != NULL) {
        const struct fact *lifted =
            undone(f, FACT_RESTRICTION_LIFTED, fact_clear_us(stop));
        bool listed =
            f->purpose != NULL && f->purpose->despite_restriction && !promotional(f);
        if (lifted == NULL && !listed)
            return deny(REASON_RESTRICTED, stop);
        found = seen(REASON_RESTRICTED, stop, lifted);
    }
    const struct fact *death = latest(f, FACT_DEATH);
    if (death == NULL)
        return found;
    const struct fact *lifted = undone(f, FACT_RESTRICTION_LIFTED, fact_clear_us(death));
    return lifted != NULL || service(f) ? seen(REASON_DECEASED, death, lifted)
                                        : deny(REASON_DECEASED, death);
}

static struct finding gate_p7(const struct gates *s)
{
    const struct fold *f = &s->fold;
    if (!service(f))
        return nothing;
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

static struct finding gate_p8(const struct gates *s)
{
    return sharing(&s->fold) ? seen(REASON_SALE_DEFAULT, NULL, NULL) : nothing;
}

static enum reason denial_reason(const struct fact *d)
{
    switch (d->kind) {
    case FACT_OBJECTION: return REASON_OBJECTION;
    case FACT_WITHDRAWAL: return REASON_WITHDRAWN;
    case FACT_COMPLAINT: return REASON_COMPLAINT;
    case FACT_PLATFORM: return REASON_PLATFORM_LIST;
    default: return REASON_OPTOUT;
    }
}

/* P9 and P11 are alike; P13 only says it louder. */
static struct finding denial_gate(const struct gates *s, const struct fact *denial)
{
    if (denial == NULL || sharing(&s->fold))
        return nothing;
    if (!s->denied)
        return seen(denial_reason(denial), denial, s->grants.lifter);
    struct finding found = deny(denial_reason(denial), denial);
    if (s->grants.rival != NULL) {
        found.reason = REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY;
        found.other = s->grants.rival;
    }
    return found;
}

static struct finding gate_p9(const struct gates *s)
{
    return denial_gate(s, s->fold.direct);
}

static struct finding gate_p10(const struct gates *s)
{
    if (sharing(&s->fold) || s->grants.lifter == NULL)
        return nothing;
    return seen(REASON_CONSENT, s->grants.lifter, NULL);
}

static struct finding gate_p11(const struct gates *s)
{
    return denial_gate(s, s->fold.relayed);
}

static struct finding gate_p13(const struct gates *s)
{
    if (sharing(&s->fold) || s->grants.rival == NULL)
        return nothing;
    const struct fold *f = &s->fold;
    return seen(REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY,
                f->direct != NULL ? f->direct : f->relayed, s->grants.rival);
}

static struct finding grant_gate(const struct gates *s, enum grant_gate gate)
{
    const struct grants *g = &s->grants;
    if (g->stopped[gate].reason == REASON_NONE || sharing(&s->fold))
        return nothing;
    struct finding found = seen(g->stopped[gate].reason, g->stopped[gate].fact, NULL);
    found.agreement_event = g->stopped[gate].agreement_event;
    found.decides = g->passing == NULL && g->soft == NULL;
    return found;
}

static struct finding gate_p12(const struct gates *s)
{
    return grant_gate(s, GATE_P12);
}

static struct finding gate_p14(const struct gates *s)
{
    return grant_gate(s, GATE_P14);
}

static struct finding gate_p15(const struct gates *s)
{
    return grant_gate(s, GATE_P15);
}

static struct finding gate_p16(const struct gates *s)
{
    struct finding found = grant_gate(s, GATE_P16);
    if (found.reason != REASON_NONE)
        found.other = s->grants.lead;
    return found;
}

static struct finding gate_p17(const struct gates *s)
{
    struct finding found = grant_gate(s, GATE_P17);
    if (sharing(&s->fold) || s->fold.refusal == NULL)
        return found;
    if (found.reason == REASON_NONE) {
        found = seen(REASON_NOT_GIVEN, NULL, NULL);
        found.decides = s->grants.passing == NULL && s->grants.soft == NULL;
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
    if (g == NULL || sharing(&s->fold))
        return nothing;
    return (struct finding){.decides = true,
                            .verdict = VERDICT_PERMIT,
                            .reason = reason,
                            .fact = g,
                            .obligations = first_message(s, g)};
}

static struct finding gate_p18(const struct gates *s)
{
    struct finding found = permit(s, REASON_SOFT_OPT_IN, s->grants.soft);
    found.decides = found.decides && s->grants.passing == NULL;
    return found;
}

static struct finding gate_p19(const struct gates *s)
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
        g->from_us < f->void_us || g->from_us < f->refusal_clear_us)
        return false;
    if (f->purpose != NULL && f->purpose->reconsent_us != 0 &&
        g->from_us < f->purpose->reconsent_us && f->purpose->reconsent_us <= f->q->at_us)
        return false;
    if (optout == NULL)
        return true;
    return g->from_us >= f->clear_us && (g->flags & FACT_IS_CONFIRMED) != 0 &&
           ((g->flags & FACT_IS_SOLICITED_BY_US) == 0 ||
            g->from_us >= when_add(f->clear_us, f->rb->windows.sale_reoptin));
}

static struct finding gate_p20(const struct gates *s)
{
    const struct fold *f = &s->fold;
    if (!sharing(f))
        return nothing;
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
        return deny(REASON_SALE_OPTED_OUT, optout);
    return deny(REASON_SALE_DEFAULT, f->refusal);
}

static struct finding gate_p21(const struct gates *s)
{
    if (s->grants.passing != NULL || s->grants.soft != NULL)
        return nothing;
    return deny(REASON_NO_GRANT, NULL);
}

static const struct {
    enum rule rule;
    struct finding (*look)(const struct gates *s);
} gates[] = {
    {RULE_P1, gate_p1},   {RULE_P2, gate_p2},   {RULE_P3, gate_p3},
    {RULE_P4, gate_p4},   {RULE_P5, gate_p5},   {RULE_P6, gate_p6},
    {RULE_P7, gate_p7},   {RULE_P8, gate_p8},   {RULE_P9, gate_p9},
    {RULE_P10, gate_p10}, {RULE_P11, gate_p11}, {RULE_P12, gate_p12},
    {RULE_P13, gate_p13}, {RULE_P14, gate_p14}, {RULE_P15, gate_p15},
    {RULE_P16, gate_p16}, {RULE_P17, gate_p17}, {RULE_P18, gate_p18},
    {RULE_P19, gate_p19}, {RULE_P20, gate_p20}, {RULE_P21, gate_p21},
};

static size_t evidence_of(const struct finding *found, int64_t ret[DECISION_EVIDENCE_MAX])
{
    int64_t ids[3];
    size_t n = 0;
    if (found->fact != NULL)
        ids[n++] = found->fact->ledger_id;
    if (found->other != NULL)
        ids[n++] = found->other->ledger_id;
    if (found->agreement_event != 0)
        ids[n++] = found->agreement_event;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) { /* insert, rising, each once */
        size_t at = 0;
        while (at < kept && ret[at] < ids[i])
            at++;
        if (at < kept && ret[at] == ids[i])
            continue;
        memmove(&ret[at + 1], &ret[at], (kept - at) * sizeof(ret[0]));
        ret[at] = ids[i];
        kept++;
    }
    return kept;
}

static void conclude(const struct fold *f, enum rule rule, const struct finding *found,
                     struct decision *ret)
{
    *ret = (struct decision){.verdict = found->verdict,
                             .rule = rule,
                             .reason = found->reason,
                             .obligations = found->obligations,
                             .since_us = WHEN_ALWAYS,
                             .valid_until_us = f->next_us};
    ret->n_evidence = evidence_of(found, ret->evidence);
    if (found->fact != NULL) {
        ret->since_us = fact_start_us(found->fact);
        ret->known_us = found->fact->known_us;
    }
    if (found->other != NULL && found->other->known_us > ret->known_us)
        ret->known_us = found->other->known_us;
}

void decide(const struct rulebook *rb, const struct fact *facts, size_t n,
            const struct question *q, struct decision *ret, struct trace *trace)
{
    struct gates s = {0};
    fold_facts(&s.fold, rb, facts, n, q);
    bool decided = false;
    if (trace != NULL)
        trace->n = 0;
    for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
        if (gates[i].rule == RULE_P9) { /* all behind here weigh grants */
            fold_grants(&s.fold, decided, &s.grants);
            s.denied = (s.fold.direct != NULL || s.fold.relayed != NULL) &&
                       s.grants.lifter == NULL;
            if (s.denied && trace != NULL && !decided) { /* for the trace, all of them */
                int64_t next_us = s.fold.next_us;
                fold_grants(&s.fold, true, &s.grants);
                s.fold.next_us = next_us;
            }
        }
        struct finding found = gates[i].look(&s);
        bool last = found.decides && !decided;
        if (last) {
            conclude(&s.fold, gates[i].rule, &found, ret);
            decided = true;
        }
        if (trace != NULL) {
            struct trace_step *step = &trace->step[trace->n++];
            *step = (struct trace_step){
                .rule = gates[i].rule, .decided = last, .reason = found.reason};
            step->n_evidence = evidence_of(&found, step->evidence);
        } else if (last) {
            return;
        }
    }
}
