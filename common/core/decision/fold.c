#include "fold.h"

static int64_t ms_of(int64_t us)
{
    return us / 1000 - (us % 1000 < 0);
}

void fold_change(struct fold *f, int64_t at_us)
{
    if (at_us > f->q->at_us && at_us < f->next_us)
        f->next_us = at_us;
}

/* Denials and grants of the same millisecond: the denial wins. */
int64_t fact_clear_us(const struct fact *denial)
{
    int64_t ms = ms_of(denial->to_us);
    return ms >= ms_of(WHEN_NEVER) ? WHEN_NEVER : (ms + 1) * 1000;
}

int64_t fact_start_us(const struct fact *f)
{
    if (f->kind != FACT_GRANT)
        return f->effective_us != 0 ? f->effective_us : f->from_us;
    return f->effective_us > f->to_us ? f->effective_us : f->to_us;
}

bool fact_controller(const struct fact *f, int16_t controller)
{
    return f->controller == CONTROLLER_ANY || f->controller == controller;
}

bool grant_direct(const struct fact *g)
{
    return (g->flags & FACT_IS_DIRECT) != 0;
}

bool grant_names(const struct fold *f, const struct fact *g)
{
    return g->controller == f->q->controller && g->purpose == f->q->purpose &&
           (g->channels & f->q->channel) != 0;
}

static bool form_asked(const struct fold *f, const struct fact *g)
{
    const struct fact *x;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_GRANT)) != NULL;) {
        if ((x->flags & FACT_IS_CONFIRM_PENDING) != 0 && x->form == g->form &&
            x->source == g->source && x->controller == g->controller &&
            x->purpose == g->purpose && (x->channels & f->q->channel) != 0)
            return true;
    }
    return false;
}

bool grant_unproven(const struct fold *f, const struct fact *g)
{
    return (g->flags & FACT_IS_BY_LINK) != 0 && (g->form == 0 || !form_asked(f, g));
}

bool grant_clear(const struct fold *f, const struct fact *g)
{
    uint32_t unclear = FACT_IS_CONFIRM_PENDING | FACT_IS_BUNDLED | FACT_IS_STATE_UNKNOWN |
                       FACT_IS_INCOMPATIBLE;
    return (g->flags & unclear) == 0 && (g->stated & f->q->channel) != 0 &&
           !grant_unproven(f, g);
}

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

bool fact_later(const struct fact *a, const struct fact *b)
{
    if (b == NULL)
        return true;
    int c = order_of(a->to_us, b->to_us);
    if (c == 0)
        c = order_of(a->from_us, b->from_us);
    if (c == 0)
        c = order_of(fact_kind_denial(a->kind), fact_kind_denial(b->kind));
    if (c == 0)
        c = order_of(source_type_rank(b->source_type), source_type_rank(a->source_type));
    if (c == 0)
        c = order_of(b->ledger_id, a->ledger_id);
    if (c == 0)
        c = order_of(b->part, a->part);
    return c > 0;
}

const struct fact *fold_next(const struct fold *f, size_t *i, enum fact_kind kind)
{
    if ((f->seen & (1U << kind)) == 0)
        return NULL;
    while (*i < f->n) {
        const struct fact *fact = &f->facts[(*i)++];
        if (fact->kind == kind && fact_known(fact, f->q->known_us))
            return fact;
    }
    return NULL;
}

/* A denial follows the sites that moved to another controller; a grant never does. */
static bool denial_controller(const struct fold *f, const struct fact *d)
{
    if (fact_controller(d, f->q->controller))
        return true;
    for (size_t i = 0; i < f->rb->n_successions; i++) {
        const struct succession *s = &f->rb->successions[i];
        if (s->from == d->controller && s->to == f->q->controller &&
            d->from_us < s->at_us && s->at_us <= f->q->at_us)
            return true;
    }
    return false;
}

bool fold_service(const struct fold *f)
{
    return f->class == PURPOSE_CLASS_TRANSACTIONAL ||
           f->class == PURPOSE_CLASS_ADMINISTRATIVE || f->class == PURPOSE_CLASS_LEGAL;
}

static bool denial_purpose(const struct fold *f, const struct fact *d)
{
    if (d->purpose == PURPOSE_PROMOTIONAL)
        return f->class == PURPOSE_CLASS_PROMOTIONAL;
    return d->purpose == PURPOSE_ANY || d->purpose == f->q->purpose;
}

/* A letter that a person has read by T holds nobody back; what it turned out to ask is on
 * record by itself. */
static bool is_read(const struct fold *f, const struct fact *letter)
{
    const struct fact *x;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_READ)) != NULL;) {
        if (x->form == letter->form && x->to_us <= f->q->at_us)
            return true;
    }
    return false;
}

static void see_denial(struct fold *f, const struct fact *d)
{
    if (d->kind == FACT_UNREAD && is_read(f, d))
        return;
    if (fact_start_us(d) > f->q->at_us || (d->channels & f->q->channel) == 0 ||
        !denial_controller(f, d))
        return;
    if (d->expires_us <= f->q->at_us)
        return; /* a pause that is over */
    if (d->kind == FACT_COMPLAINT && fact_later(d, f->complaint))
        f->complaint = d;
    if (!denial_purpose(f, d))
        return;
    int64_t clear = fact_clear_us(d);
    if (d->kind == FACT_REFUSAL) {
        if (clear > f->refusal_clear_us)
            f->refusal_clear_us = clear;
        if (fact_later(d, f->refusal))
            f->refusal = d;
        return;
    }
    if (clear > f->clear_us)
        f->clear_us = clear;
    if (d->kind == FACT_OBJECTION || d->kind == FACT_COMPLAINT ||
        d->kind == FACT_UNREAD || (d->flags & FACT_IS_ONE_CLICK) != 0)
        f->confirm = true;
    if (grant_direct(d) || d->kind == FACT_PLATFORM) {
        if (fact_later(d, f->direct))
            f->direct = d;
        f->relay = 0;
        return;
    }
    if (f->relayed == NULL && f->direct == NULL)
        f->relay = d->source;
    else if (f->relay != d->source)
        f->relay = 0;
    if (fact_later(d, f->relayed))
        f->relayed = d;
}

static void see_register(struct fold *f)
{
    const struct rulebook *rb = f->rb;
    const struct question *q = f->q;
    f->controller = rulebook_controller_n(rb, q->controller, q->at_us);
    f->purpose = rulebook_purpose_n(rb, q->purpose, q->at_us);
    f->class =
        f->purpose == NULL ? PURPOSE_CLASS_NONE : (enum purpose_class)f->purpose->class;
    f->reconsent_us = WHEN_ALWAYS;
    if (f->purpose != NULL && f->purpose->reconsent_us != 0 &&
        f->purpose->reconsent_us <= q->at_us)
        f->reconsent_us = f->purpose->reconsent_us;
    for (size_t i = 0; i < rb->n_controllers; i++) {
        if (rb->controllers[i].number == q->controller) {
            fold_change(f, rb->controllers[i].valid.from_us);
            fold_change(f, rb->controllers[i].valid.until_us);
        }
    }
    for (size_t i = 0; i < rb->n_purposes; i++) {
        if (rb->purposes[i].number == q->purpose) {
            fold_change(f, rb->purposes[i].valid.from_us);
            fold_change(f, rb->purposes[i].valid.until_us);
            fold_change(f, rb->purposes[i].reconsent_us);
        }
    }
    for (size_t i = 0; i < rb->n_successions; i++) {
        if (rb->successions[i].to == q->controller)
            fold_change(f, rb->successions[i].at_us);
    }
}

/* Erasure is asked for, and effective at once, until article 17(3) refuses it; once
 * carried out (CONFIRMED) no refusal brings the data back. Messages of service go on
 * until it is carried out. */
static void see_erasures(struct fold *f)
{
    int64_t refused_us = WHEN_ALWAYS;
    const struct fact *x;
    for (size_t i = 0; (x = fold_next(f, &i, FACT_ERASURE_REFUSED)) != NULL;) {
        if (x->to_us <= f->q->at_us && x->from_us > refused_us)
            refused_us = x->from_us;
    }
    for (size_t i = 0; (x = fold_next(f, &i, FACT_ERASURE)) != NULL;) {
        bool asked = (x->flags & FACT_IS_CONFIRMED) == 0;
        if (x->from_us > f->q->at_us || !fact_controller(x, f->q->controller) ||
            (asked && (fold_service(f) || x->from_us <= refused_us)))
            continue;
        if (fact_later(x, f->erasure))
            f->erasure = x;
        if (fact_clear_us(x) > f->void_us)
            f->void_us = fact_clear_us(x);
    }
}

void fold_facts(struct fold *f, const struct rulebook *rb, const struct fact *facts,
                size_t n, const struct question *q)
{
    *f = (struct fold){.rb = rb,
                       .q = q,
                       .facts = facts,
                       .n = n,
                       .next_us = WHEN_NEVER,
                       .clear_us = WHEN_ALWAYS,
                       .refusal_clear_us = WHEN_ALWAYS,
                       .void_us = WHEN_ALWAYS};
    see_register(f);
    for (size_t i = 0; i < n; i++) {
        const struct fact *fact = &facts[i];
        if (!fact_known(fact, q->known_us))
            continue;
        f->seen |= 1U << fact->kind;
        fold_change(f, fact->from_us);
        fold_change(f, fact->to_us);
        fold_change(f, fact->effective_us);
        fold_change(f, fact->expires_us);
        if (fact->kind == FACT_GRANT)
            fold_change(f, fact->known_us); /* the hand-over of article 14 */
    }
    for (size_t i = 0; i < n; i++) {
        if (fact_kind_denial(facts[i].kind) && fact_known(&facts[i], q->known_us))
            see_denial(f, &facts[i]);
    }
    see_erasures(f);
}
