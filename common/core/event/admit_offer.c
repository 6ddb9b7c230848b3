#include "admit_parts.h"

#include "base/ascii.h"

#include <string.h>

/* What a source type may speak of although it may not grant, or the little it may (S18 to
 * S24). A purpose matches whole or by a leading part that ends before a dot or
 * underscore. */
static const struct {
    enum source_type type;
    const char *purpose;
} may_speak_of[] = {
    {SOURCE_REFERENCE, "recruitment.reference_check"},
    {SOURCE_EMPLOYER, "recruitment.reference_check"},
    {SOURCE_VALIDATION_SOURCE, "certificate.validation"},
    {SOURCE_BUSINESS_CONTACT_PROVIDER, "marketing.targeted_advertising"},
    {SOURCE_BUSINESS_CONTACT_PROVIDER, "marketing.promotional"},
    {SOURCE_BUSINESS_CONTACT_PROVIDER, "communication.events"},
};

static bool speaks_of(enum source_type type, const char *purpose)
{
    for (size_t i = 0; i < sizeof(may_speak_of) / sizeof(may_speak_of[0]); i++) {
        size_t len = strlen(may_speak_of[i].purpose);
        if (may_speak_of[i].type == type &&
            strncmp(purpose, may_speak_of[i].purpose, len) == 0 &&
            (purpose[len] == '\0' || purpose[len] == '.' || purpose[len] == '_'))
            return true;
    }
    return false;
}

static bool service_class(uint8_t class)
{
    return class == PURPOSE_CLASS_TRANSACTIONAL ||
           class == PURPOSE_CLASS_ADMINISTRATIVE || class == PURPOSE_CLASS_LEGAL;
}

/* Those who deal with the customer know that he is one. */
static bool knows_customers(enum source_type type)
{
    return type == SOURCE_DIRECT || type == SOURCE_DPO || type == SOURCE_RESELLER ||
           type == SOURCE_WEBHOST;
}

static bool same_name(const char *a, const char *b)
{
    while (*a != '\0' && ascii_lower(*a) == ascii_lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

/* The warranty must name the controller, by id or registered name, without case. */
static bool named(const struct event *ev, const struct controller *c)
{
    for (size_t i = 0; i < ev->n_named; i++) {
        if (same_name(ev->named[i], c->id) || same_name(ev->named[i], c->name))
            return true;
    }
    return false;
}

static uint32_t grant_flags(const struct event *ev)
{
    uint32_t flags = 0;
    if (ev->warranty)
        flags |= FACT_IS_WARRANTY;
    if (ev->n_evidence > 0)
        flags |= FACT_IS_EVIDENCE;
    if (ev->verified)
        flags |= FACT_IS_VERIFIED;
    if (ev->confirm == CONFIRM_PENDING)
        flags |= FACT_IS_CONFIRM_PENDING;
    if (ev->confirm == CONFIRM_DONE)
        flags |= FACT_IS_CONFIRMED;
    if (ev->confirm == CONFIRM_DONE && ev->by_link)
        flags |= FACT_IS_BY_LINK;
    if (ev->bundled)
        flags |= FACT_IS_BUNDLED;
    if (ev->solicited_by_us)
        flags |= FACT_IS_SOLICITED_BY_US;
    if (ev->soft_opt_in)
        flags |= FACT_IS_SOFT_OPT_IN;
    if (ev->basis == BASIS_EXPLICIT)
        flags |= FACT_IS_EXPLICIT;
    bool consent = (ev->basis == BASIS_EXPRESSED || ev->basis == BASIS_EXPLICIT) &&
                   (ev->art6 == 'a' || ev->art6 == '\0');
    if (!consent)
        flags |= FACT_IS_STATE_UNKNOWN;
    return flags;
}

/* P18: whether the controller has a soft opt-in where the person lives. */
static bool soft_there(const struct controller *c, const char *country)
{
    return country[0] != '\0' && strstr(c->soft_opt_in, country) != NULL;
}

/* A grant's own arrival is the hand-over, unless it was imported and happened long ago.
 */
static bool handed_over(const struct admit_work *w, size_t contact, int16_t controller)
{
    const struct admission *out = w->out;
    if (w->ev->type == EVENT_LEAD_RECEIVED || w->ev->import_batch[0] != '\0')
        return false;
    for (size_t i = 0; i < out->n_facts; i++) {
        if (out->facts[i].kind == FACT_GRANT && out->fact_contact[i] == contact &&
            out->facts[i].controller == controller)
            return true;
    }
    return false;
}

/* Offered to us by somebody else: from here article 14 counts its month. */
static void add_leads(struct admit_work *w)
{
    const struct event *ev = w->ev;
    int64_t known_us = w->in->known_us;
    struct fact f = w->base;
    f.kind = FACT_LEAD;
    f.purpose = PURPOSE_ANY;
    f.from_us = known_us;
    if (ev->type == EVENT_LEAD_RECEIVED)
        f.from_us = ev->time_us;
    else if (ev->import_batch[0] != '\0')
        f.from_us = w->occurred.from_us;
    if (f.from_us > known_us)
        f.from_us = known_us;
    f.to_us = f.from_us;
    for (size_t c = 0; c < w->in->n_contacts; c++) {
        f.channels = admit_suited(w, c);
        for (size_t k = 0; k < w->n_controllers; k++) {
            f.controller = w->controllers[k];
            if (!handed_over(w, c, f.controller))
                admit_add(w, c, &f);
        }
    }
}

static void add_scope(struct admit_work *w, const struct event_scope *s,
                      const struct purpose *p, uint32_t flags)
{
    const struct event *ev = w->ev;
    enum source_type type = w->type;
    struct fact f = w->base;
    f.purpose = p->number;
    f.flags = flags;
    f.stated =
        ev->stated_channels != 0 ? ev->stated_channels : CHANNEL_EMAIL | CHANNEL_POST;
    if (p->class == PURPOSE_CLASS_WEB)
        f.stated |= CHANNEL_WEB; /* the person stands on the page */
    f.form = ev->form;
    f.kind = FACT_GRANT;
    if (service_class(p->class) && knows_customers(type))
        f.kind = FACT_RELATIONSHIP;
    const struct agreement *a = rulebook_agreement(w->rb, ev->agreement);
    f.agreement = a == NULL ? 0 : a->number;
    if (ev->has_valid_for)
        f.expires_us = when_add(w->occurred.from_us, ev->valid_for);
    if (ev->confirm == CONFIRM_DONE && ev->has_confirmed_at)
        f.effective_us = ev->confirmed_us;
    for (size_t c = 0; c < w->in->n_contacts; c++) {
        f.channels = s->channels & admit_suited(w, c);
        for (size_t k = 0; f.channels != 0 && k < w->n_controllers; k++) {
            f.controller = w->controllers[k];
            f.flags = flags | (named(ev, w->who[k]) ? (uint32_t)FACT_IS_NAMED : 0);
            if (ev->soft_opt_in && !soft_there(w->who[k], ev->country))
                f.flags |= FACT_IS_SOFT_ELSEWHERE;
            admit_add(w, c, &f);
        }
    }
}

static void offer_scope(struct admit_work *w, size_t i)
{
    const struct event_scope *s = &w->ev->scopes[i];
    enum source_type type = w->type;
    if (s->any_channel || s->purpose[0] == '*') {
        admit_fault(w, "WILDCARD", "/data/scope", (int)i, "");
        return;
    }
    const struct purpose *p = admit_purpose(w, s->purpose);
    if (p == NULL) {
        admit_fault(w, "PURPOSE_NOT_DISCLOSED", "/data/scope", (int)i, "/purpose");
        return;
    }
    bool spoken_of = speaks_of(type, s->purpose);
    if (type == SOURCE_BUSINESS_CONTACT_PROVIDER && !spoken_of) {
        admit_fault(w, "PURPOSE_INCOMPATIBLE_WITH_SOURCE", "/data/scope", (int)i,
                    "/purpose");
        return;
    }
    uint32_t flags = grant_flags(w->ev);
    bool grants = source_type_grants(type) &&
                  (p->class != PURPOSE_CLASS_RECRUITMENT || source_type_direct(type));
    if (!grants && spoken_of)
        return; /* kept, and a ground for nothing here */
    if (!grants) {
        flags |= FACT_IS_INCOMPATIBLE;
        if (!admit_faulty(w)) { /* a note: it is evidence all the same */
            admit_fault(w, "PURPOSE_INCOMPATIBLE_WITH_SOURCE", "/data/scope", (int)i,
                        "/purpose");
            w->out->outcome = OUTCOME_ACCEPTED;
        }
    }
    add_scope(w, s, p, flags);
}

/* S1: a consent is bound to the wording in force when it was given. */
static void check_policy(struct admit_work *w)
{
    const struct event *ev = w->ev;
    if (ev->notice_policy[0] != '\0' && rulebook_has_policy(w->rb, ev->notice_policy) &&
        rulebook_policy(w->rb, ev->notice_policy, ev->notice_version,
                        w->occurred.from_us) == NULL &&
        rulebook_policy(w->rb, ev->notice_policy, ev->notice_version,
                        w->occurred.to_us) == NULL)
        admit_fault(w, "POLICY_NOT_IN_FORCE", "/data/consent/notice/version", -1, "");
}

void admit_offer(struct admit_work *w)
{
    const struct event *ev = w->ev;
    enum source_type type = w->type;
    if (type == SOURCE_AFFILIATE) /* S24: pseudonyms only */
        admit_fault(w, "IDENTIFIER_NOT_ALLOWED", "/data/contact", -1, "");
    check_policy(w);
    if (w->in->over_budget && !admit_faulty(w))
        admit_fault(w, "OVER_BUDGET", "", -1, "");
    if (admit_faulty(w) || ev->processor)
        return;
    for (size_t i = 0; i < ev->n_scopes; i++)
        offer_scope(w, i);
    if (ev->type == EVENT_LEAD_RECEIVED || !source_type_direct(type))
        add_leads(w);
    if (ev->ordered && knows_customers(type))
        admit_add_each(w, FACT_RELATIONSHIP, 0);
}
