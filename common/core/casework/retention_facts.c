/* Which rows the facts of a contact fall under, and what anchors they hold themselves. */
#include "retention.h"

#include <string.h>

static bool has_term(const struct retention_rule *rule, enum anchor_event event)
{
    for (size_t i = 0; i < rule->n_terms; i++) {
        if (rule->terms[i].event == event)
            return true;
    }
    return false;
}

/* An anchor of these makes data fall under the rows that count from it; an agreement's
 * end alone does not say that there was a certificate. */
static bool establishes(const struct retention_rule *rule, uint8_t event)
{
    switch (event) {
    case ANCHOR_LAST_CERTIFICATE:
    case ANCHOR_ACCOUNT_DELETION_REQUESTED:
    case ANCHOR_AGREEMENT_END:
    case ANCHOR_HIRING_PROCESS_CONCLUDED: return has_term(rule, (enum anchor_event)event);
    case ANCHOR_SUBSCRIBER_AGREEMENT_END:
        return has_term(rule, ANCHOR_SUBSCRIBER_AGREEMENT_END) &&
               !has_term(rule, ANCHOR_LAST_CERTIFICATE);
    default: return false;
    }
}

static bool from_there(const struct retention_rule *rule, uint8_t source_type)
{
    return rule->sources == 0 || (rule->sources & (1U << source_type)) != 0;
}

static bool of_controller(int16_t given, int16_t wanted)
{
    return given == wanted || given == CONTROLLER_ANY;
}

static bool fact_concerns(const struct retention_rule *rule, const struct fact *f)
{
    if (!from_there(rule, f->source_type) ||
        (f->kind != FACT_GRANT && f->kind != FACT_LEAD && f->kind != FACT_RELATIONSHIP))
        return false;
    if (rule->any_purpose ||
        (rule->of_customers && f->kind == FACT_RELATIONSHIP && f->purpose == PURPOSE_ANY))
        return true;
    for (size_t i = 0; i < rule->n_purposes; i++) {
        if (rule->purposes[i] == f->purpose)
            return true;
    }
    return false;
}

bool retention_concerns(const struct retention_rule *rule, const struct fact *facts,
                        size_t n_facts, const struct anchor *said, size_t n_said,
                        int16_t controller)
{
    for (size_t i = 0; i < n_facts; i++) {
        if (of_controller(facts[i].controller, controller) &&
            fact_concerns(rule, &facts[i]))
            return true;
    }
    for (size_t i = 0; i < n_said; i++) {
        if (of_controller(said[i].controller, controller) &&
            from_there(rule, said[i].source_type) && establishes(rule, said[i].event))
            return true;
    }
    return false;
}

/* --- anchors that facts hold --- */

struct found {
    const struct retention_rule *rule;
    const struct fact *facts;
    size_t n_facts;
    int16_t controller;
    uint16_t channel; /* the one that stands for the contact: e-mail for an address */
    struct anchor *ret;
    size_t n, cap;
};

static void add(struct found *w, uint8_t event, int64_t at_us, const struct fact *by)
{
    if (w->n < w->cap)
        w->ret[w->n++] = (struct anchor){.at_us = at_us,
                                         .known_us = by->known_us,
                                         .ledger_id = by->ledger_id,
                                         .controller = by->controller,
                                         .source_type = by->source_type,
                                         .event = event,
                                         .reference = "facts"};
}

static bool mine(const struct found *w, const struct fact *f)
{
    return of_controller(f->controller, w->controller);
}

static bool held_for(const struct found *w, const struct fact *f)
{
    return mine(w, f) && fact_concerns(w->rule, f);
}

/* The earliest of two facts, the smaller id of a tie: not the first that came. */
static void keep_first(const struct fact **first, const struct fact *f)
{
    if (*first == NULL || f->from_us < (*first)->from_us ||
        (f->from_us == (*first)->from_us && f->ledger_id < (*first)->ledger_id))
        *first = f;
}

static bool denies(const struct found *w, const struct fact *f, size_t purpose)
{
    if (!mine(w, f) || !fact_kind_denial((enum fact_kind)f->kind) ||
        (f->channels & w->channel) == 0)
        return false;
    if (f->expires_us != WHEN_NEVER)
        return false; /* a pause takes no consent back */
    return f->purpose == PURPOSE_ANY || f->purpose == w->rule->purposes[purpose] ||
           (f->purpose == PURPOSE_PROMOTIONAL &&
            w->rule->classes[purpose] == PURPOSE_CLASS_PROMOTIONAL);
}

/* A consent given to us directly after a denial stands until the next; what others bring
 * never lifts one. */
static bool given_since(const struct found *w, const struct fact *denial, int16_t purpose)
{
    for (size_t i = 0; i < w->n_facts; i++) {
        const struct fact *f = &w->facts[i];
        if (f->kind == FACT_GRANT && f->purpose == purpose && mine(w, f) &&
            (f->flags & FACT_IS_DIRECT) != 0 && (f->channels & w->channel) != 0 &&
            f->from_us > denial->to_us)
            return true;
    }
    return false;
}

/* When the last purpose of the row that somebody had agreed to was said no to; data that
 * came only afterwards should have gone when they came. */
static void add_withdrawal(struct found *w)
{
    const struct fact *last = NULL;
    int64_t last_us = WHEN_ALWAYS;
    for (size_t p = 0; p < w->rule->n_purposes; p++) {
        const struct fact *since = NULL, *no = NULL;
        for (size_t i = 0; i < w->n_facts; i++) {
            const struct fact *f = &w->facts[i];
            if (held_for(w, f) && f->purpose == w->rule->purposes[p])
                keep_first(&since, f);
            if (denies(w, f, p) && !given_since(w, f, w->rule->purposes[p]))
                keep_first(&no, f);
        }
        if (since == NULL)
            continue;
        if (no == NULL)
            return; /* still agreed to */
        const int64_t us = no->from_us > since->from_us ? no->from_us : since->from_us;
        if (last == NULL || us > last_us) {
            last = no;
            last_us = us;
        }
    }
    if (last != NULL)
        add(w, ANCHOR_CONSENT_WITHDRAWN, last_us, last);
}

/* An erasure that was refused (article 17(3)) is no request any more; nor is what was
 * objected to before it a ground to erase. One that was carried out stays. */
static bool refused_since(const struct found *w, const struct fact *request)
{
    for (size_t i = 0; i < w->n_facts; i++) {
        const struct fact *f = &w->facts[i];
        if (f->kind == FACT_ERASURE_REFUSED && mine(w, f) && f->to_us >= request->from_us)
            return (request->flags & FACT_IS_CONFIRMED) == 0;
    }
    return false;
}

static bool objects(const struct found *w, const struct fact *f)
{
    for (size_t p = 0; f->kind == FACT_OBJECTION && p < w->rule->n_purposes; p++) {
        if (!denies(w, f, p) || given_since(w, f, w->rule->purposes[p]))
            return false;
    }
    return f->kind == FACT_OBJECTION && w->rule->n_purposes > 0;
}

static void add_requests(struct found *w)
{
    const struct fact *erasure = NULL, *objection = NULL;
    for (size_t i = 0; i < w->n_facts; i++) {
        const struct fact *f = &w->facts[i];
        if (!mine(w, f) || refused_since(w, f))
            continue;
        if (f->kind == FACT_ERASURE)
            keep_first(&erasure, f);
        if (objects(w, f))
            keep_first(&objection, f);
    }
    if (erasure != NULL)
        add(w, ANCHOR_DELETION_REQUESTED, erasure->from_us, erasure);
    if (objection != NULL)
        add(w, ANCHOR_OBJECTED, objection->from_us, objection);
}

static void add_beginnings(struct found *w, size_t n_said)
{
    const struct fact *obtained = NULL, *account = NULL;
    for (size_t i = 0; i < w->n_facts; i++) {
        const struct fact *f = &w->facts[i];
        if (held_for(w, f))
            keep_first(&obtained, f);
        if (mine(w, f) && f->kind == FACT_RELATIONSHIP)
            keep_first(&account, f);
    }
    if (obtained != NULL)
        add(w, ANCHOR_OBTAINED, obtained->from_us, obtained);
    if (account != NULL)
        add(w, ANCHOR_ACCOUNT, account->from_us, account);
    for (size_t i = 0; i < n_said && account == NULL; i++) {
        const uint8_t event = w->ret[i].event;
        if (event == ANCHOR_ACCOUNT_AGREEMENT_END ||
            event == ANCHOR_SUBSCRIBER_AGREEMENT_END) {
            struct anchor a = w->ret[i];
            a.event = ANCHOR_ACCOUNT;
            if (w->n < w->cap)
                w->ret[w->n++] = a;
            return;
        }
    }
}

size_t retention_anchors(const struct retention_rule *rule, const struct fact *facts,
                         size_t n_facts, const struct anchor *said, size_t n_said,
                         int16_t controller, enum contact_kind kind, struct anchor *ret,
                         size_t cap)
{
    struct found w = {rule, facts, n_facts, controller, 0, ret, 0, cap};
    w.channel = kind == CONTACT_PHONE    ? CHANNEL_PHONE
                : kind == CONTACT_POSTAL ? CHANNEL_POST
                                         : CHANNEL_EMAIL;
    for (size_t i = 0; i < n_said && w.n < cap; i++) {
        if (of_controller(said[i].controller, controller))
            ret[w.n++] = said[i];
    }
    add_beginnings(&w, w.n);
    add_withdrawal(&w);
    add_requests(&w);
    return w.n;
}
