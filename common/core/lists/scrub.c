#include "scrub.h"

const char *scrub_status_name(enum scrub_status status)
{
    static const char *const names[] = {
#define X(id, name) name,
        SCRUB_STATUSES(X)
#undef X
    };
    return names[status];
}

struct scrub_verdict scrub_of_entry(const struct list *list, enum list_status status,
                                    enum reason reason)
{
    struct scrub_verdict v = {.reason = reason_name(reason)};

    switch (status) { /* GCOVR_EXCL_BR_LINE: every status has its case */
    case LIST_SUPPRESSED: v.status = SCRUB_SUPPRESSED; break;
    case LIST_PERMITTED:
        v.status = SCRUB_PERMITTED;
        v.may_mail = true;
        break;
    case LIST_RELEASED:
        v.status = SCRUB_RELEASED;
        v.may_mail = list->polarity == LIST_DENY;
        break;
    case LIST_ABSENT: v.status = SCRUB_UNKNOWN; break;
    }
    return v;
}

struct scrub_verdict scrub_of_voice(const struct list *list, enum list_voice voice,
                                    enum reason reason, bool spoken)
{
    struct scrub_verdict v =
        scrub_of_entry(list, list_of_voice(list, voice, LIST_RELEASED), reason);

    if (!v.may_mail && !spoken)
        v.status = SCRUB_SUPPRESSED; /* a permit list that has never permitted it */
    return v;
}

struct scrub_verdict scrub_stricter(struct scrub_verdict one, struct scrub_verdict other)
{
    if (one.status == SCRUB_SUPPRESSED || !one.may_mail)
        return other.status == SCRUB_SUPPRESSED ? other : one;
    return other;
}

struct scrub_verdict scrub_of_facts(const struct rulebook *rb, const struct list *list,
                                    const struct fact *facts, size_t n, bool known,
                                    int64_t at_us, enum list_status last)
{
    struct question q = {.controller = list->controller,
                         .purpose = list->purpose,
                         .channel = list->channel,
                         .at_us = at_us,
                         .known_us = rb->known_us};
    struct decision d;

    if (!known || (last == LIST_ABSENT && !list_concerns(rb, list, facts, n))) {
        known = false;
        n = 0;
    }
    /* What a broker ahead of our clock has stamped has happened. */
    for (size_t i = 0; i < n; i++)
        if (facts[i].known_us > q.at_us)
            q.at_us = facts[i].known_us;
    decide_any(rb, facts, n, &q, &d, NULL);

    struct scrub_verdict v = {.may_mail = d.verdict == VERDICT_PERMIT,
                              .reason = reason_name(d.reason)};
    if (!known)
        v.status = SCRUB_UNKNOWN;
    else if (v.may_mail)
        v.status = last == LIST_SUPPRESSED ? SCRUB_RELEASED : SCRUB_PERMITTED;
    else
        v.status = SCRUB_SUPPRESSED;
    return v;
}
