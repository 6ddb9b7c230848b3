/*
 * scrub.h - one line of a mailing list against a list: may it be mailed?
 *
 * What is looked at, in this order:
 *
 * 1. What the list last said of the contact (list_entry). On a deny list suppressed is
 *    no and released is yes; on a permit list permitted is yes and released is no.
 * 2. The decision, from the facts, for a contact that is known but of whom the list has
 *    not spoken (a deny list says nothing of somebody who was always permitted), and for
 *    one of whom the publisher has something to say that it has not said yet.
 * 3. Of a contact that nobody has told us of, or who is none of this list's: the decision
 *    without any fact. Where the purpose needs consent it is no, since there is none.
 *
 * On a list on which contacts share tokens (list.h) it is the token that is asked about,
 * whichever of its contacts the line names: what its members have to say (list_member)
 * and, of those of whom the publisher has something to say that it has not said yet, the
 * facts; the strictest voice counts. Where nobody has a voice it is 2 and 3 for the
 * line's own contact.
 *
 * A token of which the list has not spoken says nothing about who is behind it: a token
 * cannot be turned back. It is unknown, and its verdict that of 3.
 */
#ifndef CONSENT_CORE_SCRUB_H
#define CONSENT_CORE_SCRUB_H

#include "list.h"

#define SCRUB_STATUSES(X)                                                                \
    X(SUPPRESSED, "suppressed") /* known: no                                     */      \
    X(PERMITTED, "permitted")   /* known: yes                                    */      \
    X(RELEASED, "released")     /* was on the list once, and is not any more     */      \
    X(UNKNOWN, "unknown")       /* nobody has told us of this contact            */      \
    X(INVALID, "invalid")       /* no contact, or a line that cannot be read     */      \
    X(REFUSED, "refused")       /* not asked: the day's budget is spent          */

enum scrub_status {
#define X(id, name) SCRUB_##id,
    SCRUB_STATUSES(X)
#undef X
        N_SCRUB_STATUSES
};

struct scrub_verdict {
    bool may_mail;
    enum scrub_status status;
    const char *reason; /* a code; static */
};

const char *scrub_status_name(enum scrub_status status);

/* 1: status is not LIST_ABSENT. */
struct scrub_verdict scrub_of_entry(const struct list *list, enum list_status status,
                                    enum reason reason);

/* A token whose strictest voice this is, not VOICE_SILENT. spoken: it is on the list. */
struct scrub_verdict scrub_of_voice(const struct list *list, enum list_voice voice,
                                    enum reason reason, bool spoken);

/* Of a contact with two readings: what is said of the one and the other. Suppressed is a
 * no whoever was meant; yes takes both. */
struct scrub_verdict scrub_stricter(struct scrub_verdict one, struct scrub_verdict other);

/* 2 and 3: the facts of a contact that is known, n 0 for one that is not. last: what the
 * list said, LIST_ABSENT when nothing. */
struct scrub_verdict scrub_of_facts(const struct rulebook *rb, const struct list *list,
                                    const struct fact *facts, size_t n, bool known,
                                    int64_t at_us, enum list_status last);

#endif
