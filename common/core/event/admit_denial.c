#include "admit_parts.h"

#include <string.h>

/* How a denial came to us, as far as it tells its reach (rules, part 3). */
enum reach {
    REACH_STATED,      /* as the event says                          */
    REACH_UNSUBSCRIBE, /* a link in a message, one click             */
    REACH_UNQUALIFIED, /* mail, telephone, letter: "leave me alone"  */
    REACH_SMS,         /* STOP                                       */
    REACH_COMPLAINT,   /* the button in a mail program               */
    REACH_PLATFORM,    /* a list kept by others for everybody        */
};

static bool starts_with(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

static bool via_mailbox(const struct event *ev)
{
    return starts_with(ev->via, "email:");
}

static enum reach reach_of(const struct admit_work *w)
{
    const char *via = w->ev->via;
    if (w->source->type == SOURCE_PLATFORM || strcmp(via, "platform_list") == 0)
        return REACH_PLATFORM;
    if (w->ev->type == EVENT_FEEDBACK_COMPLAINED || strcmp(via, "complaint_fbl") == 0)
        return REACH_COMPLAINT;
    if (w->ev->type != EVENT_OPTOUT_RECORDED && w->ev->type != EVENT_OBJECTION_RECORDED)
        return REACH_STATED;
    if (!source_type_direct((enum source_type)w->source->type))
        return REACH_STATED; /* a relay is taken at its word (P11) */
    if (strcmp(via, "sms_stop") == 0)
        return REACH_SMS;
    if (strcmp(via, "unsubscribe_link") == 0 || strcmp(via, "rfc8058_one_click") == 0 ||
        strcmp(via, "list_unsubscribe_mailto") == 0)
        return REACH_UNSUBSCRIBE;
    if (w->ev->limited_by_subject || strcmp(via, "preference_centre") == 0)
        return REACH_STATED;
    if (via_mailbox(w->ev) || strcmp(via, "phone") == 0 || strcmp(via, "post") == 0)
        return REACH_UNQUALIFIED;
    return REACH_STATED;
}

static enum fact_kind kind_of(const struct admit_work *w, enum reach reach)
{
    if (reach == REACH_PLATFORM)
        return FACT_PLATFORM;
    if (reach == REACH_COMPLAINT)
        return FACT_COMPLAINT;
    switch ((int)w->ev->type) {
    case EVENT_CONSENT_REFUSED: return FACT_REFUSAL;
    case EVENT_CONSENT_WITHDRAWN: return FACT_WITHDRAWAL;
    case EVENT_OBJECTION_RECORDED: return FACT_OBJECTION;
    default: return FACT_OPTOUT;
    }
}

/* A pause is an opt-out that ends. It is one only if the person chose it with us, of
 * advertising and nothing else, for at most a year: whatever is in doubt has no end. */
static int64_t pause_end(const struct admit_work *w, enum fact_kind kind)
{
    static const struct when_length longest = {.months = 12};
    const struct event *ev = w->ev;

    if (!ev->has_until || kind != FACT_OPTOUT || ev->n_scopes == 0 || ev->n_rights > 0 ||
        (w->flags & FACT_IS_DIRECT) == 0 || strcmp(ev->via, "preference_centre") != 0 ||
        admit_faulty(w) || ev->until_us <= w->occurred.to_us ||
        ev->until_us > when_add(w->occurred.to_us, longest))
        return WHEN_NEVER;
    for (size_t i = 0; i < ev->n_scopes; i++) {
        const struct purpose *p = admit_purpose(w, ev->scopes[i].purpose);

        if (strcmp(ev->scopes[i].purpose, "*promotional") != 0 &&
            (p == NULL || p->class != PURPOSE_CLASS_PROMOTIONAL))
            return WHEN_NEVER;
    }
    return ev->until_us;
}

static void deny_contact(struct admit_work *w, size_t contact, struct fact *f,
                         uint16_t channels)
{
    f->channels = channels;
    admit_add(w, contact, f);
}

void admit_deny(struct admit_work *w, enum fact_kind kind, int16_t controller,
                int16_t purpose, uint16_t channels)
{
    struct fact f = w->base;
    f.kind = (uint8_t)kind;
    f.controller = controller;
    f.purpose = purpose;
    f.effective_us = w->effective_us;
    bool wide = (channels & CHANNELS_ALL) == CHANNELS_ALL;
    if (wide)
        f.flags |= FACT_IS_WIDE;
    bool touched = false;
    for (size_t c = 0; c < w->in->n_contacts; c++) {
        uint16_t fits = wide ? CHANNELS_ALL : channels & admit_suited(w, c);
        if (fits != 0) {
            deny_contact(w, c, &f, fits);
            touched = true;
        }
    }
    /* "no more e-mail" and a telephone number: better too wide than lost */
    for (size_t c = 0; !touched && c < w->in->n_contacts; c++)
        deny_contact(w, c, &f, channels | admit_suited(w, c));
}

static void deny_each(struct admit_work *w, enum fact_kind kind, bool any_controller,
                      int16_t purpose, uint16_t channels)
{
    if (any_controller) {
        admit_deny(w, kind, CONTROLLER_ANY, purpose, channels);
        return;
    }
    for (size_t k = 0; k < w->n_controllers; k++)
        admit_deny(w, kind, w->controllers[k], purpose, channels);
}

void admit_deny_class(struct admit_work *w, enum fact_kind kind, enum purpose_class class,
                      bool any_controller, uint16_t channels)
{
    for (size_t i = 0; i < w->rb->n_purposes; i++) {
        const struct purpose *p = &w->rb->purposes[i];
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again = again || w->rb->purposes[j].number == p->number;
        if (p->class == class && !again)
            deny_each(w, kind, any_controller, p->number, channels);
    }
}

/* A scope as the event has it. A sale refused is every sale, by anybody (row 8). */
void admit_deny_scope(struct admit_work *w, enum fact_kind kind, size_t i, bool any)
{
    const struct event_scope *s = &w->ev->scopes[i];
    uint16_t channels = s->any_channel || s->channels == 0 ? CHANNELS_ALL : s->channels;
    if (strcmp(s->purpose, "*") == 0 || s->purpose[0] == '\0') {
        deny_each(w, kind, any, PURPOSE_ANY, channels);
        return;
    }
    if (strcmp(s->purpose, "*promotional") == 0) {
        deny_each(w, kind, any, PURPOSE_PROMOTIONAL, channels);
        return;
    }
    const struct purpose *p = admit_purpose(w, s->purpose);
    if (p == NULL) {
        admit_fault(w, "PURPOSE_NOT_DISCLOSED", "/data/scope", (int)i, "/purpose");
        deny_each(w, kind, any, PURPOSE_ANY, channels);
    } else if (p->class == PURPOSE_CLASS_SHARING) {
        admit_deny_class(w, kind, PURPOSE_CLASS_SHARING, true, CHANNELS_ALL);
    } else {
        deny_each(w, kind, any, p->number, channels);
    }
}

/* The channels of the contacts given, or those the event names. */
static uint16_t channels_of_list(const struct admit_work *w)
{
    uint16_t named = 0, suited = 0;
    for (size_t i = 0; i < w->ev->n_scopes; i++)
        named |= w->ev->scopes[i].any_channel ? CHANNELS_ALL : w->ev->scopes[i].channels;
    for (size_t c = 0; c < w->in->n_contacts; c++)
        suited |= admit_suited(w, c) & (uint16_t) ~(CHANNEL_WEB | CHANNEL_SOCIAL);
    return named != 0 ? named : suited;
}

void admit_denial(struct admit_work *w)
{
    const struct event *ev = w->ev;
    enum reach reach = reach_of(w);
    enum fact_kind kind = kind_of(w, reach);
    bool any = w->any_controller;
    if (strcmp(ev->via, "rfc8058_one_click") == 0)
        w->flags |= FACT_IS_ONE_CLICK;
    if (via_mailbox(ev) && (w->flags & FACT_IS_DIRECT) != 0 &&
        (reach == REACH_UNQUALIFIED || kind == FACT_OBJECTION || ev->n_scopes == 0))
        any = true; /* the mailbox belongs to the whole group */
    w->base.expires_us = pause_end(w, kind);
    switch (reach) { /* GCOVR_EXCL_BR_LINE: every reach has its case */
    case REACH_UNSUBSCRIBE:
        deny_each(w, kind, any, PURPOSE_PROMOTIONAL, CHANNEL_EMAIL);
        break;
    case REACH_SMS:
        deny_each(w, kind, any, PURPOSE_PROMOTIONAL, CHANNEL_SMS | CHANNEL_PHONE);
        break;
    case REACH_COMPLAINT:
        deny_each(w, kind, any, PURPOSE_PROMOTIONAL, channels_of_list(w));
        break;
    case REACH_PLATFORM:
        deny_each(w, kind, true, PURPOSE_PROMOTIONAL, channels_of_list(w));
        admit_deny_class(w, kind, PURPOSE_CLASS_SHARING, true, channels_of_list(w));
        break;
    case REACH_UNQUALIFIED:
        any = true;
        if (kind == FACT_OBJECTION) {
            deny_each(w, kind, any, PURPOSE_ANY, CHANNELS_ALL);
            break;
        }
        deny_each(w, kind, any, PURPOSE_PROMOTIONAL, CHANNELS_ALL);
        admit_deny_class(w, kind, PURPOSE_CLASS_WEB, any, CHANNELS_ALL); /* profiling */
        admit_deny_class(w, kind, PURPOSE_CLASS_SHARING, any, CHANNELS_ALL);
        break;
    case REACH_STATED:
        if (kind == FACT_OBJECTION && !ev->limited_by_subject &&
            (w->flags & FACT_IS_DIRECT) != 0)
            deny_each(w, kind, any, PURPOSE_ANY, CHANNELS_ALL);
        else if (ev->n_scopes == 0 && (kind == FACT_WITHDRAWAL || kind == FACT_REFUSAL))
            deny_each(w, kind, any, PURPOSE_ANY, CHANNELS_ALL);
        else if (ev->n_scopes == 0)
            deny_each(w, kind, any, PURPOSE_PROMOTIONAL, CHANNELS_ALL);
        break;
    }
    if (w->in->fault.reason[0] != '\0' && ev->n_scopes == 0)
        deny_each(w, kind, any, PURPOSE_ANY,
                  CHANNELS_ALL); /* its scope may be the fault */
    /* what the event says in so many words holds as well */
    for (size_t i = 0; i < ev->n_scopes; i++)
        admit_deny_scope(w, kind, i, any);
    if (ev->n_rights > 0)
        admit_rights(w,
                     w->source->type == SOURCE_DPO || w->source->type == SOURCE_DIRECT);
}
