#include "core/admit_parts.h"

#include <string.h>

/* The rights that change answers, in the words of events (S33). */
static bool right_is(const char *name, const char *one, const char *other)
{
    return strcmp(name, one) == 0 || strcmp(name, other) == 0;
}

/* An event that says no has said so already, with its own limits. */
static void deny_all(struct admit_work *w, enum fact_kind kind, bool as_stated)
{
    bool any = w->any_controller || w->n_controllers == 0;
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

/* Asked for, it takes effect at once; the answer in writing may take its month. */
static bool requested(struct admit_work *w, const char *right, bool entitled)
{
    if (right_is(right, "object", "objection"))
        deny_all(w, FACT_OBJECTION, true);
    else if (right_is(right, "withdraw", "withdraw_consent"))
        deny_all(w, FACT_WITHDRAWAL, true);
    else if (right_is(right, "opt_out_sale", "optout_sale"))
        admit_deny_class(w, FACT_OPTOUT, PURPOSE_CLASS_SHARING, true, CHANNELS_ALL);
    else if (right_is(right, "erase", "erasure")) {
        deny_all(w, FACT_OBJECTION, false); /* stays if the erasure is refused */
        if (entitled)
            admit_add_each(w, FACT_ERASURE, FACT_IS_WIDE);
    } else if (right_is(right, "restrict", "restriction")) {
        if (entitled)
            admit_add_each(w, FACT_RESTRICTION, FACT_IS_WIDE);
        else
            deny_all(w, FACT_OBJECTION, false);
    } else {
        return false;
    }
    return true;
}

/* Done, refused or lifted. An objection to marketing cannot be refused (article 21(3)).
 */
static bool completed(struct admit_work *w, const char *right, const char *outcome)
{
    bool refused = right_is(outcome, "refused", "rejected");
    bool lifted = right_is(outcome, "lifted", "ended");
    if (right_is(right, "restrict", "restriction")) {
        admit_add_each(w, refused || lifted ? FACT_RESTRICTION_LIFTED : FACT_RESTRICTION,
                       FACT_IS_WIDE);
    } else if (right_is(right, "erase", "erasure")) {
        if (refused)
            admit_add_each(w, FACT_ERASURE_REFUSED, FACT_IS_WIDE);
        else
            admit_add_each(w, FACT_ERASURE, FACT_IS_WIDE | FACT_IS_CONFIRMED);
    } else if (right_is(right, "post_mortem_directive", "death")) {
        admit_add_each(w, refused || lifted ? FACT_RESTRICTION_LIFTED : FACT_DEATH,
                       FACT_IS_WIDE);
    } else {
        return !refused && !lifted && requested(w, right, true);
    }
    return true;
}

void admit_rights(struct admit_work *w, bool entitled)
{
    const struct event *ev = w->ev;
    if (!entitled)
        admit_fault(w, "EVENT_NOT_ALLOWED", "/type", -1, "");
    for (size_t i = 0; i < ev->n_rights; i++) {
        if (ev->type == EVENT_RIGHTS_COMPLETED)
            completed(w, ev->rights[i], ev->rights_outcome);
        else
            requested(w, ev->rights[i], entitled);
    }
    if (event_type_class(ev->type) == EVENT_CLASS_RIGHTS)
        admit_add_each(w, FACT_REQUEST, 0);
}
