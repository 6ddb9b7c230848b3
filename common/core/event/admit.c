#include "admit_parts.h"

#include <stdio.h>
#include <string.h>

#define LATE_AFTER_US WHEN_DAY_US /* where a source promises nothing */

/* --- who, when --- */

static void check_source(struct admit_work *w)
{
    if (strcmp(w->ev->source, w->source->urn) != 0)
        admit_fault(w, "SOURCE_MISMATCH", "/source", -1, "");
}

static struct when_span hull(struct when_span a, struct when_span b)
{
    return (struct when_span){a.from_us < b.from_us ? a.from_us : b.from_us,
                              a.to_us > b.to_us ? a.to_us : b.to_us};
}

/* Rules part 4. What helps the sender may not come from the future nor, on a live feed,
 * from long ago; what stops him counts at the latest when we heard of it. */
static void check_times(struct admit_work *w)
{
    const struct event *ev = w->ev;
    int64_t known_us = w->in->known_us;
    int64_t ahead_us = known_us + w->rb->windows.skew_us;
    struct when_span at = {known_us, known_us};
    if (ev->has_time) {
        at = (struct when_span){ev->time_us, ev->time_us};
        if (ev->has_collected)
            at = hull(at, ev->collected);
        bool answers = ev->type == EVENT_RIGHTS_COMPLETED;
        if (ev->has_received && answers && ev->received_us > at.to_us)
            admit_fault(w, "BEFORE_REQUEST", "/time", -1, "");
        else if (ev->has_received && !answers && ev->received_us < at.from_us)
            at.from_us = ev->received_us;
    } else {
        admit_fault(w, "BAD_TIME", "/time", -1, "");
    }
    if (at.from_us != at.to_us)
        w->flags |= FACT_IS_DATE_ONLY;
    int64_t promise_us =
        w->source->late_after_us != 0 ? w->source->late_after_us : LATE_AFTER_US;
    if (known_us - at.to_us > promise_us) {
        w->flags |= FACT_IS_LATE;
        w->out->late = true;
    }
    if (ev->import_batch[0] != '\0')
        w->flags |= FACT_IS_IMPORTED;
    enum event_class class = event_type_class(ev->type);
    bool offer = class == EVENT_CLASS_GRANT || class == EVENT_CLASS_LEAD;
    if (w->restricts || ev->type == EVENT_FEEDBACK_BOUNCED) {
        at.from_us = at.from_us < known_us ? at.from_us : known_us;
        at.to_us = at.to_us < known_us ? at.to_us : known_us;
    } else if (class != EVENT_CLASS_AGREEMENT) {
        if (ev->has_time && ev->time_us > ahead_us)
            admit_fault(w, "FUTURE_DATED", "/time", -1, "");
        if (ev->has_collected && ev->collected.from_us > ahead_us)
            admit_fault(w, "FUTURE_DATED", "/data/provenance/collected_at", -1, "");
        /* a confirmation still to come only means that the grant starts then */
    }
    int64_t oldest_us =
        class == EVENT_CLASS_LEAD && ev->has_time ? ev->time_us : at.from_us;
    if (offer && ev->import_batch[0] == '\0' &&
        oldest_us < known_us - w->rb->windows.backdated_grant_us)
        admit_fault(w, "BACKDATED", "/time", -1, "");
    w->occurred = at;
    w->out->occurred = at;
    if (w->restricts && ev->has_effective_from && ev->effective_from_us > at.to_us)
        w->effective_us = ev->effective_from_us;
}

static void add_controller(struct admit_work *w, const struct controller *c)
{
    w->who[w->n_controllers] = c;
    w->controllers[w->n_controllers++] = c->number;
}

/* Controllers by name, else by web site, else (S3) the register's default. A denial that
 * names nobody we know is against everybody. */
static void resolve_controllers(struct admit_work *w)
{
    const struct event *ev = w->ev;
    int64_t at_us = w->occurred.to_us;
    bool wild = w->restricts || ev->type == EVENT_RIGHTS_COMPLETED;
    for (size_t i = 0; i < ev->n_controllers; i++) {
        const struct controller *c =
            rulebook_controller(w->rb, ev->controllers[i], at_us);
        if (c == NULL && w->restricts)
            c = rulebook_controller(w->rb, ev->controllers[i], w->in->known_us);
        bool any = strcmp(ev->controllers[i], "*") == 0;
        if (any && !wild)
            admit_fault(w, "WILDCARD", "/data/controllers", (int)i, "");
        else if (c == NULL && !any)
            admit_fault(w, "UNKNOWN_CONTROLLER", "/data/controllers", (int)i, "");
        if (c == NULL)
            w->any_controller = true;
        else
            add_controller(w, c);
    }
    if (ev->n_controllers > 0)
        return;
    if (ev->website[0] != '\0') {
        const struct controller *c = rulebook_website(w->rb, ev->website, at_us);
        if (c != NULL)
            add_controller(w, c);
        else
            admit_fault(w, "UNKNOWN_CONTROLLER", "/data/website", -1, "");
        w->any_controller = c == NULL;
        return;
    }
    if (wild || ev->type == EVENT_FEEDBACK_BOUNCED) {
        w->any_controller = true;
        return;
    }
    const struct controller *c =
        rulebook_controller_n(w->rb, w->rb->default_controller, at_us);
    if (c != NULL)
        add_controller(w, c);
    else
        admit_fault(w, "UNKNOWN_CONTROLLER", "/data/controllers", -1, "");
}

static void check_contacts(struct admit_work *w)
{
    const struct fault *why = &w->in->contact_fault;
    if (w->in->n_contacts > 0)
        return;
    if (why->reason[0] != '\0')
        admit_fault(w, why->reason, why->pointer, -1, "");
    else
        admit_fault(w, "NO_CONTACT", "/data/contact", -1, "");
}

/* --- the whole --- */

static bool one_of_us(enum source_type type)
{
    return type == SOURCE_MAILING || type == SOURCE_DIRECT || type == SOURCE_DPO;
}

/* Those who know when an account, an agreement or a certificate ends. */
static bool knows_contracts(enum source_type type)
{
    return type == SOURCE_DIRECT || type == SOURCE_DPO || type == SOURCE_CONTRACTS ||
           type == SOURCE_RESELLER || type == SOURCE_WEBHOST;
}

static void give_facts(struct admit_work *w)
{
    enum event_class class = event_type_class(w->ev->type);
    enum source_type type = w->type;
    switch (class) { /* GCOVR_EXCL_BR_LINE: every class has its case */
    case EVENT_CLASS_DENIAL: admit_denial(w); break;
    case EVENT_CLASS_GRANT:
    case EVENT_CLASS_LEAD: admit_offer(w); break;
    case EVENT_CLASS_RIGHTS:
        admit_rights(w, type == SOURCE_DPO || type == SOURCE_DIRECT);
        break;
    case EVENT_CLASS_NOTICE:
        if (!one_of_us(type))
            admit_fault(w, "EVENT_NOT_ALLOWED", "/type", -1, "");
        admit_add_each(w, FACT_NOTICE, 0);
        break;
    case EVENT_CLASS_FEEDBACK:
        if (!one_of_us(type))
            admit_fault(w, "EVENT_NOT_ALLOWED", "/type", -1, "");
        if (w->ev->type == EVENT_FEEDBACK_BOUNCED)
            admit_bounce(w);
        else
            admit_reached(w);
        break;
    case EVENT_CLASS_AGREEMENT: admit_agreement(w); break;
    case EVENT_CLASS_ANCHOR:
        if (!knows_contracts(type))
            admit_fault(w, "EVENT_NOT_ALLOWED", "/type", -1, "");
        admit_add_each(w, FACT_ANCHOR, 0);
        break;
    case EVENT_CLASS_CHANGE: admit_change(w); break;
    case EVENT_CLASS_ERASED:
        if (type != SOURCE_DPO)
            admit_fault(w, "EVENT_NOT_ALLOWED", "/type", -1, "");
        admit_add_all(w, FACT_ERASED, CONTROLLER_ANY, 0);
        break;
    case EVENT_CLASS_NONE: admit_fault(w, "UNKNOWN_TYPE", "/type", -1, ""); break;
    }
    if (w->ev->processor && class != EVENT_CLASS_AGREEMENT)
        admit_add_all(w, FACT_PROCESSOR, CONTROLLER_ANY, 0);
    if (type == SOURCE_DPO && w->ev->age == AGE_16_OR_OVER)
        admit_add_all(w, FACT_ADULT, CONTROLLER_ANY, FACT_IS_WIDE);
}

/* Nobody may be spoken to who is under 16; nothing is kept of the event (S26). */
static bool admit_minor(struct admit_work *w)
{
    if (w->ev->age != AGE_UNDER_16 || w->in->n_contacts == 0)
        return false;
    admit_add_all(w, FACT_MINOR, CONTROLLER_ANY, FACT_IS_WIDE);
    w->out->redact = true;
    return !w->restricts;
}

/* More facts than there is room for: one that says no to everything, for each contact. */
static void condense(struct admit_work *w)
{
    admit_fault(w, "TOO_MANY_SCOPES", "/data/scope", -1, "");
    w->out->n_facts = 0;
    w->overflow = false;
    if (w->restricts) {
        admit_minor(w);
        admit_add_all(w, FACT_OBJECTION, CONTROLLER_ANY, FACT_IS_WIDE);
    }
}

static void conclude(struct admit_work *w)
{
    struct admission *out = w->out;
    bool harmless = !admit_faulty(w) || out->outcome == OUTCOME_ACCEPTED;
    if (out->outcome == OUTCOME_REFUSED) {
        out->n_facts = 0;
        return;
    }
    const struct fault *note = &w->in->contact_fault;
    if (harmless && !admit_faulty(w) && note->reason[0] != '\0') {
        out->fault = *note;
        /* half a denial: a person looks for the other half, but for one taken twice */
        harmless = !w->restricts || (w->in->contact_doubt &&
                                     event_type_class(w->ev->type) == EVENT_CLASS_DENIAL);
    }
    if (harmless) {
        out->outcome = OUTCOME_ACCEPTED;
        out->keep = true;
        return;
    }
    out->outcome = OUTCOME_QUARANTINED;
    out->quarantine = true;
    if (!w->restricts)
        out->n_facts = 0;
    for (size_t i = 0; i < out->n_facts; i++)
        out->facts[i].flags |= FACT_IS_FAILSAFE;
    out->keep = out->n_facts > 0;
}

bool admit_spends(enum event_type type)
{
    const enum event_class class = event_type_class(type);

    return class == EVENT_CLASS_GRANT || class == EVENT_CLASS_LEAD;
}

int admit_extra(const struct source *source, const struct event *event)
{
    return source->type == SOURCE_ORGANISATION &&
                   event_type_class(event->type) != EVENT_CLASS_DENIAL
               ? event->extra_fields
               : 0;
}

/* Provenance: of the feed's type and what the event says itself the weaker counts.
 * Whoever passes a lead provider's data on is a lead provider, by name if it names one
 * that we know. Only a denial is taken as it came: it would be weaker, too. */
static const struct source *speaker_of(struct admit_work *w)
{
    enum source_type stated = w->ev->stated_source_type;
    w->type = (enum source_type)w->source->type;
    if (w->restricts || stated == SOURCE_NONE ||
        source_type_rank(stated) <= source_type_rank(w->type))
        return w->source;
    w->type = stated;
    for (size_t i = 0; i < w->rb->n_sources; i++) {
        const struct source *s = &w->rb->sources[i];
        if (s->type == stated && w->ev->party[0] != '\0' &&
            strcmp(s->party, w->ev->party) == 0)
            return s;
    }
    return w->source;
}

static void weigh(const struct rulebook *rb, const struct admit_input *in,
                  struct admission *ret)
{
    memset(ret, 0, offsetof(struct admission, facts));
    ret->has_agreement = false;
    if (in->source == NULL) {
        ret->outcome = OUTCOME_QUARANTINED;
        ret->quarantine = true;
        ret->fault = (struct fault){.reason = "UNKNOWN_SOURCE", .pointer = "/source"};
        return;
    }
    struct admit_work w = {
        .rb = rb, .in = in, .ev = in->event, .source = in->source, .out = ret};
    enum event_class class = event_type_class(w.ev->type);
    w.restricts = class == EVENT_CLASS_DENIAL || w.ev->type == EVENT_RIGHTS_REQUESTED;
    const struct source *speaker = speaker_of(&w);
    if (source_type_direct(w.type))
        w.flags |= FACT_IS_DIRECT;
    if (w.ev->hash[0] != '\0')
        w.flags |= FACT_IS_HASHED;
    ret->fault = in->fault;
    check_source(&w);
    check_times(&w);
    w.base = (struct fact){.known_us = in->known_us,
                           .from_us = w.occurred.from_us,
                           .to_us = w.occurred.to_us,
                           .expires_us = WHEN_NEVER,
                           .source = speaker->number,
                           .source_type = (uint8_t)w.type};
    if (class != EVENT_CLASS_AGREEMENT) {
        check_contacts(&w);
        if (admit_minor(&w)) {
            ret->outcome = OUTCOME_REFUSED;
            ret->keep = true;
            ret->fault = (struct fault){.reason = "UNDER_16", .pointer = "/data/contact"};
            return;
        }
        resolve_controllers(&w);
    }
    give_facts(&w);
    if (w.overflow)
        condense(&w);
    conclude(&w);
}

/* What is only tried gets the outcome that it would have, and nothing comes of it: no
 * fact, no bytes, nothing for a person to look at. */
static void contain(struct admission *ret)
{
    ret->n_facts = 0;
    ret->has_agreement = ret->redact = ret->keep_bytes = ret->quarantine = false;
    ret->change = CHANGE_NONE;
    ret->sandbox = true;
}

void admit(const struct rulebook *rb, const struct admit_input *in, struct admission *ret)
{
    static const char card[] = "CARD_NUMBER"; /* S11, found by the decoder */

    weigh(rb, in, ret);
    ret->keep_bytes = (ret->keep || ret->quarantine) && !ret->redact && in->extra == 0 &&
                      strcmp(in->fault.reason, card) != 0;
    if (in->source != NULL && in->source->sandbox)
        contain(ret);
}
