#include "fold.h"

#include <string.h>

/* The first fault of one grant in the order of the gates. */
struct flaw {
    enum grant_gate gate; /* GRANT_GATES: none */
    enum reason reason;
    int64_t agreement_event;
};

/* Article 14, worked out once for a question when a third-party grant asks for it. */
struct art14 {
    bool known;
    bool overdue;
    const struct fact *lead;
    bool due; /* no notice since the youngest lead */
};

static bool at_or_after(struct fold *f, int64_t limit_us)
{
    fold_change(f, limit_us);
    return f->q->at_us >= limit_us;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool length_set(const struct when_length *l)
{
    return l->months != 0 || l->days != 0 || l->us != 0;
}

/* The suspension holds now, or held when the grant was taken. */
static bool suspended(struct fold *f, const struct fact *g)
{
    const struct rulebook *rb = f->rb;
    bool found = false;
    for (size_t i = 0; i < rb->n_sources; i++) {
        const struct source *s = &rb->sources[i];
        if (s->number != g->source)
            continue;
        fold_change(f, s->valid.from_us);
        fold_change(f, s->valid.until_us);
        if (s->suspended.from_us >= s->suspended.until_us)
            continue;
        fold_change(f, s->suspended.from_us);
        fold_change(f, s->suspended.until_us);
        if (period_holds(&s->valid, f->q->at_us) &&
            period_holds(&s->suspended, f->q->at_us))
            found = true;
        if (s->suspended.from_us <= g->to_us && g->from_us < s->suspended.until_us)
            found = true;
    }
    return found;
}

/* The message that used the consent for the first time; the notice is in it. */
static bool used_before(const struct fold *f, const struct fact *g, int64_t limit_us)
{
    const struct fact *n;
    for (size_t i = 0; (n = fold_next(f, &i, FACT_NOTICE)) != NULL;) {
        if (fact_controller(n, f->q->controller) && n->to_us >= g->from_us &&
            n->to_us < limit_us)
            return true;
    }
    return false;
}

static bool stale(struct fold *f, const struct fact *g)
{
    const struct when_length *limit = &f->rb->windows.third_party_stale;
    if (!length_set(limit))
        return false;
    int64_t limit_us = when_add(g->from_us, *limit);
    return at_or_after(f, limit_us) && !used_before(f, g, limit_us);
}

static bool party_of(const struct rulebook *rb, const struct agreement *a,
                     const struct fact *g)
{
    const struct source *s = rulebook_source_at(rb, g->source, g->to_us);
    if (s == NULL)
        s = rulebook_source_n(rb, g->source);
    return s != NULL && strcmp(s->party, a->party) == 0;
}

static bool in_force(const struct agreement *a, const struct fact *g)
{
    return a->valid.from_us <= g->from_us &&
           g->to_us < earlier(a->valid.until_us, a->terminated_us);
}

/* P12. The order of the tests is that of the table. */
static enum reason third_party_flaw(struct fold *f, const struct fact *g,
                                    const struct agreement *a)
{
    if (a == NULL || !party_of(f->rb, a, g) || !in_force(a, g))
        return REASON_NO_AGREEMENT;
    if ((g->flags & FACT_IS_WARRANTY) == 0 || !a->warranty)
        return REASON_NO_WARRANTY;
    if ((g->flags & FACT_IS_NAMED) == 0)
        return REASON_CONTROLLER_NOT_NAMED;
    if ((g->stated & f->q->channel) == 0)
        return REASON_CHANNEL_NOT_IN_STATEMENT;
    if (f->rb->windows.third_party_evidence && (g->flags & FACT_IS_EVIDENCE) == 0)
        return REASON_EVIDENCE_MISSING;
    if (stale(f, g))
        return REASON_STALE;
    if (suspended(f, g))
        return REASON_SOURCE_SUSPENDED;
    return REASON_NONE;
}

/* P14: what became of the agreement since. */
static enum reason agreement_flaw(struct fold *f, const struct fact *g,
                                  const struct agreement *a)
{
    if (g->to_us >= a->breach_from_us && (g->flags & FACT_IS_VERIFIED) == 0)
        return REASON_INVALIDATED;
    if (a->warranty_survives)
        return REASON_NONE;
    bool terminated = at_or_after(f, a->terminated_us);
    bool ended = at_or_after(f, a->valid.until_us);
    if (terminated && a->terminated_us <= a->valid.until_us)
        return REASON_TERMINATED;
    return ended ? REASON_AGREEMENT_EXPIRED : REASON_NONE;
}

/* P15 for any grant: its own end, a changed purpose, re-confirmation where it is on. */
static bool expired(struct fold *f, const struct fact *g)
{
    if (at_or_after(f, g->expires_us))
        return true;
    if (g->from_us < f->reconsent_us)
        return true;
    const struct when_length *limit = &f->rb->windows.direct_reconfirm;
    if (!grant_direct(g) || !length_set(limit))
        return false;
    int64_t last = g->from_us;
    const struct fact *r;
    for (size_t i = 0; (r = fold_next(f, &i, FACT_REACHED)) != NULL;) {
        if (r->to_us <= f->q->at_us && r->from_us > last &&
            fact_controller(r, f->q->controller))
            last = r->from_us;
    }
    return at_or_after(f, when_add(last, *limit));
}

/* When somebody else handed the contact to us: a LEAD says so, a grant by its arrival. */
static bool obtained(const struct fold *f, const struct fact *x, int64_t *ret_us)
{
    if (!fact_known(x, f->q->known_us) || grant_direct(x) ||
        !fact_controller(x, f->q->controller))
        return false;
    *ret_us = x->kind == FACT_LEAD ? x->from_us : x->known_us;
    return (x->kind == FACT_LEAD || x->kind == FACT_GRANT) && *ret_us <= f->q->at_us;
}

/* The first time after after_us; NULL: never since. */
static const struct fact *first_obtained(const struct fold *f, int64_t after_us,
                                         int64_t *ret_us)
{
    const struct fact *first = NULL;
    for (size_t i = 0; i < f->n; i++) {
        const struct fact *x = &f->facts[i];
        int64_t at;
        if (!obtained(f, x, &at) || at <= after_us)
            continue;
        if (first == NULL || at < *ret_us || (at == *ret_us && fact_later(x, first))) {
            first = x;
            *ret_us = at;
        }
    }
    return first;
}

/* P16: the first hand-over since the DPO cleared the contact must have been answered by a
 * notice within the month; one after the last notice still may be. */
static void art14_work_out(struct fold *f, struct art14 *ret)
{
    int64_t cleared = WHEN_ALWAYS, last = WHEN_ALWAYS;
    const struct fact *n;
    for (size_t i = 0; (n = fold_next(f, &i, FACT_NOTICE)) != NULL;) {
        if (!fact_controller(n, f->q->controller) || n->to_us > f->q->at_us)
            continue;
        if (n->to_us > last)
            last = n->to_us;
        if (n->source_type == SOURCE_DPO && n->to_us > cleared)
            cleared = n->to_us;
    }
    int64_t since_us = 0, first_us = 0;
    const struct fact *since = first_obtained(f, last, &since_us);
    const struct fact *first = first_obtained(f, cleared, &first_us);
    *ret = (struct art14){.known = true, .due = since != NULL};
    if (first != NULL) {
        int64_t answered = WHEN_NEVER;
        for (size_t i = 0; (n = fold_next(f, &i, FACT_NOTICE)) != NULL;) {
            if (fact_controller(n, f->q->controller) && n->to_us >= first_us &&
                n->to_us <= f->q->at_us)
                answered = earlier(answered, n->to_us);
        }
        int64_t deadline = when_add(first_us, f->rb->windows.art14);
        fold_change(f, deadline + 1);
        if (answered > deadline && f->q->at_us > deadline) {
            ret->lead = first;
            ret->overdue = true;
            return;
        }
    }
    if (since != NULL) {
        int64_t deadline = when_add(since_us, f->rb->windows.art14);
        fold_change(f, deadline + 1);
        ret->lead = since;
        ret->overdue = f->q->at_us > deadline;
    }
}

/* P17: asked for but not given, pre-ticked, waiting for confirmation, or refused since.
 */
static bool not_given(const struct fold *f, const struct fact *g)
{
    uint32_t flags = g->flags;
    if ((flags & (FACT_IS_CONFIRM_PENDING | FACT_IS_BUNDLED)) != 0 ||
        grant_unproven(f, g))
        return true;
    bool soft = (flags & FACT_IS_SOFT_OPT_IN) != 0 && grant_direct(g) &&
                (flags & FACT_IS_SOFT_ELSEWHERE) == 0 && f->rb->windows.soft_opt_in &&
                f->class == PURPOSE_CLASS_PROMOTIONAL;
    if ((flags & FACT_IS_STATE_UNKNOWN) != 0 && (!soft || f->refusal != NULL))
        return true;
    return f->refusal != NULL && (!grant_direct(g) || g->from_us < f->refusal_clear_us);
}

static struct flaw flaw_of(struct fold *f, const struct fact *g, struct art14 *art14)
{
    const struct agreement *a = NULL;
    enum reason reason = REASON_NONE;
    if ((g->flags & FACT_IS_INCOMPATIBLE) != 0) {
        reason = REASON_PURPOSE_INCOMPATIBLE_WITH_SOURCE;
    } else if (!grant_direct(g)) {
        a = rulebook_agreement_n(f->rb, g->agreement);
        reason = third_party_flaw(f, g, a);
    } else if ((g->stated & f->q->channel) == 0) {
        reason = REASON_CHANNEL_NOT_IN_STATEMENT;
    }
    if (reason != REASON_NONE)
        return (struct flaw){GATE_THIRD_PARTY, reason, 0};
    if (a != NULL) {
        reason = agreement_flaw(f, g, a);
        if (reason != REASON_NONE)
            return (struct flaw){GATE_AGREEMENT_ENDED, reason, a->evidence_ledger_id};
    }
    if (expired(f, g))
        return (struct flaw){GATE_EXPIRED, REASON_EXPIRED, 0};
    if (a != NULL) {
        if (!art14->known)
            art14_work_out(f, art14);
        if (art14->overdue)
            return (struct flaw){GATE_ARTICLE_14, REASON_ART14_OVERDUE, 0};
    }
    if (not_given(f, g))
        return (struct flaw){GATE_NOT_GIVEN, REASON_NOT_GIVEN, 0};
    return (struct flaw){GRANT_GATES, REASON_NONE, 0};
}

/* P10, and the one exception of P11: the relay's own later grant, where its agreement
 * lets it count. */
static bool lifts(const struct fold *f, const struct fact *g)
{
    if (!grant_clear(f, g) || g->from_us < f->clear_us ||
        (g->flags & FACT_IS_SOLICITED_BY_US) != 0 ||
        (f->confirm && (g->flags & FACT_IS_CONFIRMED) == 0))
        return false;
    if (grant_direct(g))
        return true;
    const struct agreement *a = rulebook_agreement_n(f->rb, g->agreement);
    return f->relay != 0 && f->relay == g->source && a != NULL && a->relay_symmetric;
}

/* Among faults of one gate the one that the table names first. */
static int severity(enum reason reason)
{
    if (reason == REASON_PURPOSE_INCOMPATIBLE_WITH_SOURCE || reason == REASON_INVALIDATED)
        return 0;
    return (int)reason;
}

static void note_flaw(struct grants *ret, const struct flaw *flaw, const struct fact *g)
{
    enum reason have = ret->stopped[flaw->gate].reason;
    int order = have == REASON_NONE ? -1 : severity(flaw->reason) - severity(have);
    if (order > 0 || (order == 0 && !fact_later(g, ret->stopped[flaw->gate].fact)))
        return;
    ret->stopped[flaw->gate].reason = flaw->reason;
    ret->stopped[flaw->gate].fact = g;
    ret->stopped[flaw->gate].agreement_event = flaw->agreement_event;
}

/* Of grants that pass, a direct one is the better ground. */
static bool better(const struct fact *g, const struct fact *than)
{
    if (than != NULL && grant_direct(g) != grant_direct(than))
        return grant_direct(g);
    return fact_later(g, than);
}

void fold_grants(struct fold *f, bool all, struct grants *ret)
{
    *ret = (struct grants){0};
    const struct fact *denial = f->direct != NULL ? f->direct : f->relayed;
    struct art14 art14 = {0};
    const struct fact *g;
    for (size_t i = 0; (g = fold_next(f, &i, FACT_GRANT)) != NULL;) {
        if (!grant_names(f, g) || fact_start_us(g) > f->q->at_us ||
            g->from_us < f->void_us)
            continue;
        if (denial != NULL) {
            if (!grant_direct(g) && g->to_us > denial->from_us &&
                (g->flags & (FACT_IS_INCOMPATIBLE | FACT_IS_STATE_UNKNOWN)) == 0 &&
                fact_later(g, ret->rival))
                ret->rival = g;
            if (lifts(f, g)) {
                if (fact_later(g, ret->lifter))
                    ret->lifter = g;
            } else if (!all) {
                continue;
            }
        }
        struct flaw flaw = flaw_of(f, g, &art14);
        if (flaw.gate != GRANT_GATES)
            note_flaw(ret, &flaw, g);
        else if ((g->flags & FACT_IS_STATE_UNKNOWN) != 0)
            ret->soft = better(g, ret->soft) ? g : ret->soft;
        else
            ret->passing = better(g, ret->passing) ? g : ret->passing;
    }
    ret->lead = art14.lead;
    ret->notice_due = art14.due;
    const struct fact *n;
    for (size_t i = 0; (n = fold_next(f, &i, FACT_NOTICE)) != NULL;) {
        if (fact_controller(n, f->q->controller) && n->to_us <= f->q->at_us)
            ret->notice_sent = true;
    }
}
