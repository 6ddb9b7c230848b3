/* The events that say neither yes nor no: agreements, what became of a message, and which
 * contact points are one person's. */
#include "admit_parts.h"

#include <stdio.h>
#include <string.h>

void admit_agreement(struct admit_work *w)
{
    const struct event *ev = w->ev;
    struct agreement_fact *a = &w->out->agreement;
    if (w->type != SOURCE_CONTRACTS && w->type != SOURCE_DPO)
        admit_fault(w, "EVENT_NOT_ALLOWED", "/type", -1, "");
    if (ev->agreement[0] == '\0' || strlen(ev->agreement) >= sizeof(a->id))
        admit_fault(w, "UNKNOWN_AGREEMENT", "/data/agreement/agreement_id", -1, "");
    if (admit_faulty(w))
        return;
    snprintf(a->id, sizeof(a->id), "%.63s", ev->agreement);
    snprintf(a->party, sizeof(a->party), "%.63s", ev->party);
    a->from_us = ev->has_agreement_from ? ev->agreement_from_us : WHEN_ALWAYS;
    a->until_us = ev->has_agreement_until ? ev->agreement_until_us : WHEN_NEVER;
    a->terminated_us = ev->has_terminated ? ev->terminated_us : WHEN_NEVER;
    a->breach_from_us = ev->has_breach_from ? ev->breach_from_us : WHEN_NEVER;
    if (ev->type == EVENT_AGREEMENT_WARRANTY_BREACHED && !ev->has_breach_from)
        a->breach_from_us = WHEN_ALWAYS; /* nobody says that it ever was true */
    w->out->has_agreement = true;
}

static uint16_t feedback_channels(const struct admit_work *w, size_t contact)
{
    uint16_t named = 0;
    for (size_t i = 0; i < w->ev->n_scopes; i++) {
        if (!w->ev->scopes[i].any_channel)
            named |= w->ev->scopes[i].channels;
    }
    uint16_t suited =
        admit_suited(w, contact) & (uint16_t) ~(CHANNEL_WEB | CHANNEL_SOCIAL);
    return (named & suited) != 0 ? named & suited : suited;
}

/* Anybody can write a report of a mail server and send it to a mailbox of ours. One that
 * nothing ties to a message of ours changes nothing (rules, Q5). */
static bool untied(const struct admit_work *w)
{
    const struct event *ev = w->ev;
    if (w->source->type != SOURCE_DPO)
        return false;
    return ev->tie == TIE_NONE || (ev->tie == TIE_MESSAGE && !w->in->told);
}

void admit_bounce(struct admit_work *w)
{
    struct fact f = w->base;
    f.kind = w->ev->bounce == BOUNCE_ADDRESS ? FACT_BOUNCE : FACT_SOFT_BOUNCE;
    f.controller = CONTROLLER_ANY;
    f.purpose = PURPOSE_ANY;
    f.expires_us = w->ev->bounce_confirmed
                       ? WHEN_NEVER
                       : w->occurred.to_us + w->rb->windows.soft_bounce_us;
    if (untied(w)) {
        admit_fault(w, "UNTIED_REPORT", "/data/feedback", -1, "");
        if (w->ev->bounce != BOUNCE_ADDRESS)
            w->out->outcome = OUTCOME_REFUSED; /* nothing that a person could settle */
    }
    if (w->ev->bounce == BOUNCE_SENDER || w->ev->bounce == BOUNCE_UNCLEAR)
        return; /* for the sender to read: it says nothing about the person */
    for (size_t c = 0; c < w->in->n_contacts; c++) {
        f.channels = feedback_channels(w, c);
        admit_add(w, c, &f);
    }
}

/* The person followed a link in a message, or entered a code that was sent there; or the
 * message was at least taken. */
void admit_reached(struct admit_work *w)
{
    struct fact f = w->base;
    f.kind = w->ev->type == EVENT_FEEDBACK_REACHED ? FACT_REACHED : FACT_DELIVERED;
    f.purpose = PURPOSE_ANY;
    for (size_t c = 0; c < w->in->n_contacts; c++) {
        f.channels = feedback_channels(w, c);
        for (size_t k = 0; k < w->n_controllers; k++) {
            f.controller = w->controllers[k];
            admit_add(w, c, &f);
        }
    }
}

static bool admit_side(struct admit_work *w, bool old, const char *pointer)
{
    const struct fault *why = &w->in->contact_fault;
    for (size_t c = 0; c < w->in->n_contacts; c++)
        if (w->in->contacts[c].old == old)
            return true;
    if (why->reason[0] != '\0')
        admit_fault(w, why->reason, why->pointer, -1, "");
    else
        admit_fault(w, "NO_CONTACT", pointer, -1, "");
    return false;
}

/* Is any old point another than a new one? */
static bool points_differ(const struct admit_input *in)
{
    for (size_t i = 0; i < in->n_contacts; i++)
        for (size_t k = 0; k < i; k++)
            if (in->contacts[i].old != in->contacts[k].old &&
                memcmp(&in->contacts[i].key, &in->contacts[k].key,
                       sizeof(struct contact_key)) != 0)
                return true;
    return false;
}

/* Which points are one person's stops more than before, so our own may say it; that it
 * was a mistake, and that only what both have granted counts, is for those who know
 * people. */
void admit_change(struct admit_work *w)
{
    enum source_type type = (enum source_type)w->source->type;
    bool knows = type == SOURCE_DPO || type == SOURCE_DIRECT;
    if (!knows && (type != SOURCE_MAILING || w->ev->change != CHANGE_CHANGED))
        admit_fault(w, "EVENT_NOT_ALLOWED", "/type", -1, "");
    if (!admit_side(w, true, "/data/previous") || !admit_side(w, false, "/data/contact"))
        return;
    if (!points_differ(w->in))
        admit_fault(w, "SAME_CONTACT", "/data/previous", -1, "");
    if (admit_faulty(w))
        return;
    w->out->change = w->ev->change;
    admit_add_all(w, FACT_CHANGE, CONTROLLER_ANY, 0);
}
