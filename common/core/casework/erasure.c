#include "erasure.h"

#include <stdlib.h>
#include <string.h>

/* --- words --- */

static const struct {
    const char *name, *article, *text;
    bool goes;
} whys[] = {[ERASURE_NONE] = {"?", "", "", false},
#define X(num, id, name, goes, article, text) [num] = {name, article, text, goes},
            ERASURE_WHYS(X)
#undef X
};

const char *erasure_why_name(enum erasure_why why)
{
    return whys[why].name;
}

enum erasure_why erasure_why_parse(const char *name)
{
    for (size_t i = 1; i < sizeof(whys) / sizeof(whys[0]); i++)
        if (strcmp(whys[i].name, name) == 0)
            return (enum erasure_why)i;
    return ERASURE_NONE;
}

const char *erasure_why_article(enum erasure_why why)
{
    return whys[why].article;
}

const char *erasure_why_text(enum erasure_why why)
{
    return whys[why].text;
}

bool erasure_why_goes(enum erasure_why why)
{
    return whys[why].goes;
}

bool erasure_fact_goes(uint8_t kind)
{
    return kind == FACT_GRANT || kind == FACT_LEAD || kind == FACT_NOTICE ||
           kind == FACT_RELATIONSHIP || kind == FACT_ANCHOR;
}

/* --- units --- */

static bool covers(int16_t given, int16_t controller)
{
    return given == CONTROLLER_ANY || given == controller;
}

/* Until when a request to erase that was carried out reaches; WHEN_ALWAYS: there is none.
 */
static int64_t asked_until(const struct erasure_input *in, int16_t controller)
{
    int64_t until_us = WHEN_ALWAYS;
    for (size_t i = 0; i < in->n_facts; i++) {
        const struct fact *f = &in->facts[i];
        if (!f->linked && f->kind == FACT_ERASURE &&
            (f->flags & FACT_IS_CONFIRMED) != 0 && covers(f->controller, controller) &&
            f->to_us > until_us)
            until_us = f->to_us;
    }
    if (in->if_asked_us != 0 && in->if_asked_us > until_us)
        until_us = in->if_asked_us;
    return in->minor ? in->at_us : until_us;
}

static bool held(const struct erasure_input *in, int16_t controller, const char *row)
{
    for (size_t i = 0; i < in->n_holds; i++) {
        const struct erasure_hold *h = &in->holds[i];
        if (covers(h->controller, controller) &&
            (h->row[0] == '\0' || strcmp(h->row, row) == 0))
            return true;
    }
    return false;
}

static bool has_term(const struct retention_rule *rule, enum anchor_event event)
{
    for (size_t i = 0; i < rule->n_terms; i++)
        if (rule->terms[i].event == event)
            return true;
    return false;
}

/* What a row has against a request; ERASURE_NONE: nothing, its data go. */
static enum erasure_why objection(const struct retention_rule *rule,
                                  const struct retention_result *date)
{
    if (rule->indefinite)
        return ERASURE_PUBLIC;
    if (date->state == RETENTION_EXTERNAL && rule->external[0] == '\0')
        return ERASURE_EXTERNAL; /* of the hired, the employees' notice */
    if (rule->override_on_request)
        return ERASURE_NONE;
    if (has_term(rule, ANCHOR_LAST_CERTIFICATE))
        return ERASURE_CERTIFICATE;
    if (has_term(rule, ANCHOR_HIRING_PROCESS_CONCLUDED))
        return ERASURE_APPLICATION;
    if (has_term(rule, ANCHOR_SUBSCRIBER_AGREEMENT_END) ||
        has_term(rule, ANCHOR_LEGAL_RIGHTS_WINDOW_END))
        return ERASURE_AGREEMENT;
    return ERASURE_NONE;
}

static bool wanted(const struct erasure_input *in, const struct erasure_unit *u)
{
    return covers(in->controller, u->controller) &&
           (in->row == NULL || strcmp(in->row, u->rule->id) == 0) &&
           (!in->automatic || u->rule->automatic);
}

static void judge(const struct erasure_input *in, struct erasure_unit *u)
{
    const int64_t asked_us = asked_until(in, u->controller);
    const enum erasure_why against = objection(u->rule, &u->date);
    const bool due = u->date.state == RETENTION_DATED && wanted(in, u) &&
                     u->date.effective_us < in->before_us &&
                     u->date.effective_us <= in->at_us;
    u->until_us = WHEN_ALWAYS;
    for (size_t i = 0; i < in->n_released; i++)
        if (in->released[i].controller == u->controller &&
            strcmp(in->released[i].row, u->rule->id) == 0)
            u->until_us = in->released[i].until_us;
    if (held(in, u->controller, u->rule->id)) {
        u->why = ERASURE_HELD;
    } else if (in->minor) {
        u->why = ERASURE_MINOR;
        u->until_us = WHEN_NEVER;
    } else if (due) {
        u->why = ERASURE_DUE;
        u->until_us = WHEN_NEVER;
    } else if (asked_us != WHEN_ALWAYS && against == ERASURE_NONE) {
        u->why = ERASURE_REQUESTED;
        u->until_us = u->until_us > asked_us ? u->until_us : asked_us;
    } else if (u->until_us != WHEN_ALWAYS) {
        u->why = ERASURE_BEFORE;
    } else {
        u->why = asked_us != WHEN_ALWAYS ? against : ERASURE_NOT_DUE;
    }
}

static bool has_unit(const struct erasure_plan *plan, int16_t controller,
                     const struct retention_rule *rule)
{
    for (size_t i = 0; i < plan->n_units; i++)
        if (plan->units[i].controller == controller && plan->units[i].rule == rule)
            return true;
    return false;
}

static void units_of(const struct erasure_input *in, int16_t controller,
                     struct erasure_plan *ret)
{
    for (size_t r = 0; r < in->n_rules; r++) {
        if (ret->n_units == ERASURE_UNITS) /* GCOVR_EXCL_BR_LINE: there are not so many */
            return;                        /* GCOVR_EXCL_LINE */
        const struct retention_rule *rule = &in->rules[r];
        if (has_unit(ret, controller, rule) ||
            !retention_concerns(rule, in->facts, in->n_facts, in->said, in->n_said,
                                controller))
            continue;
        struct erasure_unit *u = &ret->units[ret->n_units++];
        *u = (struct erasure_unit){.controller = controller, .rule = rule};
        const size_t n =
            retention_anchors(rule, in->facts, in->n_facts, in->said, in->n_said,
                              controller, in->kind, ret->anchors, in->n_said + 5);
        retention_date(rule, ret->anchors, n, in->at_us, &u->date);
        judge(in, u);
    }
}

static void units_make(const struct erasure_input *in, struct erasure_plan *ret)
{
    ret->n_units = 0;
    for (size_t i = 0; i < in->n_facts; i++)
        if (in->facts[i].controller != CONTROLLER_ANY)
            units_of(in, in->facts[i].controller, ret);
    for (size_t i = 0; i < in->n_said; i++)
        if (in->said[i].controller != CONTROLLER_ANY)
            units_of(in, in->said[i].controller, ret);
}

/* --- events --- */

/* What one event says of the contact: a run of facts sorted by event. */
struct event_view {
    const struct fact *facts;
    size_t n_facts;
    const struct anchor *said;
    size_t n_said;
};

/* A unit reaches as far as its last known date; what was said of an event known only to
 * the day counts from its earliest instant. */
static bool reaches(int64_t until_us, const struct event_view *e)
{
    return e->facts[0].from_us <= until_us;
}

/* The units that the event falls under: do all let it go? *ret_any: is there one? */
static bool units_let_go(const struct erasure_plan *plan, const struct event_view *e,
                         bool *ret_any, bool *ret_due)
{
    bool goes = true;
    *ret_any = *ret_due = false;
    for (size_t i = 0; i < plan->n_units; i++) {
        const struct erasure_unit *u = &plan->units[i];
        if (!retention_concerns(u->rule, e->facts, e->n_facts, e->said, e->n_said,
                                u->controller))
            continue;
        *ret_any = true;
        *ret_due = *ret_due || u->why == ERASURE_DUE || u->why == ERASURE_BEFORE;
        goes = goes && erasure_why_goes(u->why) && reaches(u->until_us, e);
    }
    return goes;
}

/* Nothing keeps it but its own controllers' requests, or that nothing else is left. */
static bool request_takes(const struct erasure_input *in, const struct event_view *e)
{
    for (size_t i = 0; i < e->n_facts; i++)
        if (held(in, e->facts[i].controller, "") ||
            !reaches(asked_until(in, e->facts[i].controller), e))
            return false;
    return true;
}

static void event_put(struct erasure_plan *ret, int64_t ledger_id, bool by_request)
{
    ret->events[ret->n_events] = ledger_id;
    ret->by_request[ret->n_events++] = by_request;
}

static int by_event(const void *a, const void *b)
{
    const struct fact *x = a, *y = b;
    if (x->ledger_id != y->ledger_id)
        return x->ledger_id < y->ledger_id ? -1 : 1;
    return (x->part > y->part) - (x->part < y->part);
}

static struct event_view view_at(const struct erasure_input *in, size_t at)
{
    struct event_view e = {.facts = in->facts + at};
    while (at + e.n_facts < in->n_facts &&
           e.facts[e.n_facts].ledger_id == e.facts[0].ledger_id)
        e.n_facts++;
    for (size_t i = 0; i < in->n_said; i++)
        if (in->said[i].ledger_id == e.facts[0].ledger_id && e.n_said++ == 0)
            e.said = &in->said[i]; /* they come sorted by event */
    return e;
}

/* Was there something, and has all of it gone? Then what fell under no row goes too. */
static bool all_gone(const struct erasure_plan *plan)
{
    for (size_t i = 0; i < plan->n_units; i++)
        if (!erasure_why_goes(plan->units[i].why))
            return false;
    return plan->n_units > 0;
}

static bool gone_before(const struct erasure_input *in, int64_t ledger_id)
{
    for (size_t i = 0; i < in->n_gone; i++)
        if (in->gone[i] == ledger_id)
            return true;
    return false;
}

/* It says what went, with no word of the person's: no proof without it. */
static bool is_certificate(const struct event_view *e)
{
    return e->facts[0].kind == FACT_ERASED;
}

/* First the events that fall under a row, then the others. last: for those others nothing
 * else is left to keep them for. */
static void events_look(const struct erasure_input *in, bool owned, bool last,
                        struct erasure_plan *ret)
{
    size_t staying = 0;
    for (size_t at = 0; at < in->n_facts;) {
        const struct event_view e = view_at(in, at);
        bool any, due;
        at += e.n_facts;
        if (is_certificate(&e) || gone_before(in, e.facts[0].ledger_id))
            continue;
        const bool goes = units_let_go(ret, &e, &any, &due);
        if (any != owned)
            continue;
        const bool asked = request_takes(in, &e);
        if (owned ? goes : asked || last)
            event_put(ret, e.facts[0].ledger_id, asked && !due);
        else
            staying++;
    }
    ret->n_staying += staying;
}

static void events_make(const struct erasure_input *in, struct erasure_plan *ret)
{
    ret->n_events = ret->n_staying = 0;
    events_look(in, true, false, ret);
    events_look(in, false, ret->n_staying == 0 && all_gone(ret), ret);
}

void erasure_plan_make(const struct erasure_input *in, struct erasure_plan *ret)
{
    struct fact *own = ret->own;
    struct erasure_input mine = *in;
    mine.facts = own;
    mine.n_facts = 0;
    ret->asked = in->minor || in->if_asked_us != 0;
    for (size_t i = 0; i < in->n_facts; i++) {
        const struct fact *f = &in->facts[i];
        if (f->linked)
            continue;
        own[mine.n_facts++] = *f;
        ret->asked = ret->asked ||
                     (f->kind == FACT_ERASURE && (f->flags & FACT_IS_CONFIRMED) != 0);
    }
    qsort(own, mine.n_facts, sizeof(*own), by_event);
    units_make(in, ret); /* what linked contacts deny counts here, too */
    events_make(&mine, ret);
    ret->whole = ret->n_staying == 0 && mine.n_facts > 0 &&
                 (all_gone(ret) || (ret->asked && ret->n_units == 0));
}

bool erasure_plan_any(const struct erasure_plan *plan)
{
    return plan->n_events > 0;
}
