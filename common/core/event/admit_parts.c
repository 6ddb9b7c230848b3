/* What admit is said with: a fault, facts. */
#include "admit_parts.h"

#include <stdio.h>

void admit_fault(struct admit_work *w, const char *reason, const char *pointer, int index,
                 const char *tail)
{
    struct fault *f = &w->out->fault;
    if (f->reason[0] != '\0')
        return;
    snprintf(f->reason, sizeof(f->reason), "%s", reason);
    if (index < 0)
        snprintf(f->pointer, sizeof(f->pointer), "%s", pointer);
    else
        snprintf(f->pointer, sizeof(f->pointer), "%s/%d%s", pointer, index, tail);
}

bool admit_faulty(const struct admit_work *w)
{
    return w->out->fault.reason[0] != '\0';
}

uint16_t admit_suited(const struct admit_work *w, size_t contact)
{
    return contact_kind_channels(w->in->contacts[contact].kind);
}

void admit_add(struct admit_work *w, size_t contact, const struct fact *fact)
{
    struct admission *out = w->out;
    if (w->in->contacts[contact].doubtful &&
        !fact_kind_denial((enum fact_kind)fact->kind))
        return; /* it would be another person who is let off, erased or counted */
    for (size_t i = 0; i < out->n_facts; i++) { /* said twice in one event */
        const struct fact *f = &out->facts[i];
        if (out->fact_contact[i] == contact && f->kind == fact->kind &&
            f->controller == fact->controller && f->purpose == fact->purpose &&
            f->channels == fact->channels)
            return;
    }
    if (out->n_facts == ADMIT_FACTS_MAX) {
        w->overflow = true;
        return;
    }
    struct fact *f = &out->facts[out->n_facts];
    *f = *fact;
    f->part = (uint8_t)out->n_facts;
    f->flags |= w->flags;
    out->fact_contact[out->n_facts++] = (uint8_t)contact;
}

void admit_add_all(struct admit_work *w, enum fact_kind kind, int16_t controller,
                   uint32_t flags)
{
    struct fact f = w->base;
    f.kind = (uint8_t)kind;
    f.controller = controller;
    f.purpose = PURPOSE_ANY;
    f.channels = CHANNELS_ALL;
    f.flags = flags;
    for (size_t c = 0; c < w->in->n_contacts; c++)
        admit_add(w, c, &f);
}

void admit_add_each(struct admit_work *w, enum fact_kind kind, uint32_t flags)
{
    if (w->any_controller)
        admit_add_all(w, kind, CONTROLLER_ANY, flags);
    for (size_t k = 0; !w->any_controller && k < w->n_controllers; k++)
        admit_add_all(w, kind, w->controllers[k], flags);
}

const struct purpose *admit_purpose(const struct admit_work *w, const char *id)
{
    const struct purpose *p = rulebook_purpose(w->rb, id, w->occurred.to_us);
    return p != NULL || !w->restricts ? p : rulebook_purpose(w->rb, id, w->in->known_us);
}
