#include "admit_parts.h"

/* An event that says no has said so already, with its own limits. */
static void deny_all(struct admit_work *w, enum fact_kind kind, bool as_stated)
{
    bool any = w->any_controller;
    if (as_stated && event_type_class(w->ev->type) == EVENT_CLASS_DENIAL)
        return;
    if (as_stated && w->ev->n_scopes > 0) {
        for (size_t i = 0; i < w->ev->n_scopes; i++)
            admit_deny_scope(w, kind, i, any);
        return;
    }
    if (any)
        admit_deny(w, kind, CONTROLLER_ANY, PURPOSE_ANY, CHANNELS_ALL);
    for (size_t k = 0; !any && k < w->n_controllers; k++)
        admit_deny(w, kind, w->controllers[k], PURPOSE_ANY, CHANNELS_ALL);
}

/* Which letter: FNV-1a of its request's id. Never 0. */
static int64_t letter_of(const struct event *ev)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (const char *s = ev->request_id; *s != '\0'; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    return (int64_t)(h >> 1 | 1);
}

/* A letter that nothing recognises is an objection to direct marketing, and to sale and
 * rental, until a person has read it. */
static void unread(struct admit_work *w)
{
    const int64_t form = w->base.form;
    w->base.form = letter_of(w->ev);
    if (w->any_controller)
        admit_deny(w, FACT_UNREAD, CONTROLLER_ANY, PURPOSE_PROMOTIONAL, CHANNELS_ALL);
    for (size_t k = 0; !w->any_controller && k < w->n_controllers; k++)
        admit_deny(w, FACT_UNREAD, w->controllers[k], PURPOSE_PROMOTIONAL, CHANNELS_ALL);
    admit_deny_class(w, FACT_UNREAD, PURPOSE_CLASS_SHARING, w->any_controller,
                     CHANNELS_ALL);
    w->base.form = form;
}

static void read_at_last(struct admit_work *w)
{
    const int64_t form = w->base.form;
    w->base.form = letter_of(w->ev);
    admit_add_all(w, FACT_READ, CONTROLLER_ANY, FACT_IS_WIDE);
    w->base.form = form;
}

/* Asked for, it takes effect at once; the answer in writing may take its month. */
static void requested(struct admit_work *w, enum right right, bool entitled)
{
    switch (right) { /* GCOVR_EXCL_BR_LINE: every word has its case */
    case RIGHT_OBJECT: deny_all(w, FACT_OBJECTION, true); break;
    case RIGHT_WITHDRAW: deny_all(w, FACT_WITHDRAWAL, true); break;
    case RIGHT_OPT_OUT_SALE:
        admit_deny_class(w, FACT_OPTOUT, PURPOSE_CLASS_SHARING, true, CHANNELS_ALL);
        break;
    case RIGHT_ERASE:
        deny_all(w, FACT_OBJECTION, false); /* stays if the erasure is refused */
        if (entitled)
            admit_add_each(w, FACT_ERASURE, FACT_IS_WIDE);
        break;
    case RIGHT_RESTRICT:
        if (entitled)
            admit_add_each(w, FACT_RESTRICTION, FACT_IS_WIDE);
        else
            deny_all(w, FACT_OBJECTION, false);
        break;
    case RIGHT_UNCLASSIFIED: unread(w); break;
    case RIGHT_NONE:
    case RIGHT_ACCESS:
    case RIGHT_RECTIFY:
    case RIGHT_PORTABILITY:
    case RIGHT_POST_MORTEM_DIRECTIVE:
    case RIGHT_COMPLAINT:
    case RIGHT_END: break;
    }
}

/* Done, refused or lifted. An objection to marketing cannot be refused (article 21(3)).
 */
static void completed(struct admit_work *w, enum right right, enum rights_outcome outcome)
{
    bool refused = outcome == RIGHTS_REFUSED;
    bool undone = refused || outcome == RIGHTS_LIFTED;
    if (right == RIGHT_UNCLASSIFIED) {
        if (outcome == RIGHTS_READ)
            read_at_last(w);
    } else if (right == RIGHT_RESTRICT) {
        admit_add_each(w, undone ? FACT_RESTRICTION_LIFTED : FACT_RESTRICTION,
                       FACT_IS_WIDE);
    } else if (right == RIGHT_ERASE) {
        if (refused)
            admit_add_each(w, FACT_ERASURE_REFUSED, FACT_IS_WIDE);
        else
            admit_add_each(w, FACT_ERASURE, FACT_IS_WIDE | FACT_IS_CONFIRMED);
    } else if (right == RIGHT_POST_MORTEM_DIRECTIVE) {
        admit_add_each(w, undone ? FACT_RESTRICTION_LIFTED : FACT_DEATH, FACT_IS_WIDE);
    } else if (!undone) {
        requested(w, right, true);
    }
}

/* Data that a customer had us process are the customer's to decide on (S36): the request
 * is on record, and nothing else follows from it. An answer that only changes the
 * deadline, or sends the person elsewhere, changes no decision either. */
static bool takes_effect(const struct event *ev, enum rights_outcome outcome)
{
    if (ev->processor && event_type_class(ev->type) == EVENT_CLASS_RIGHTS)
        return false;
    return ev->type != EVENT_RIGHTS_COMPLETED ||
           (rights_outcome_closes(outcome) && outcome != RIGHTS_REFERRED);
}

void admit_rights(struct admit_work *w, bool entitled)
{
    const struct event *ev = w->ev;
    const enum rights_outcome outcome = rights_outcome_parse(ev->rights_outcome);
    if (!entitled)
        admit_fault(w, "EVENT_NOT_ALLOWED", "/type", -1, "");
    for (size_t i = 0; i < ev->n_rights && takes_effect(ev, outcome); i++) {
        if (ev->type == EVENT_RIGHTS_COMPLETED)
            completed(w, right_parse(ev->rights[i]), outcome);
        else
            requested(w, right_parse(ev->rights[i]), entitled && !ev->unverified);
    }
    if (event_type_class(ev->type) == EVENT_CLASS_RIGHTS)
        admit_add_each(w, FACT_REQUEST, 0);
}
