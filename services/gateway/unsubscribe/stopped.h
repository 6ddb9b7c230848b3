/*
 * stopped.h - what the person of a link has stopped already, for the page to show.
 *
 * The one thing here that asks PostgreSQL while somebody waits: with little patience, one
 * at a time, and not at all for a while when it was slow. Without an answer the page says
 * nothing about it. Needs contact_secret_file; without one nobody is looked up.
 */
#ifndef CONSENT_GATEWAY_STOPPED_H
#define CONSENT_GATEWAY_STOPPED_H

#include "unsubscribe.h"

/* *ret NULL: it is not configured. */
bool stopped_open(const struct settings *settings, struct stopped **ret, struct err *err);
void stopped_close(struct stopped *s); /* NULL is fine */

/* Of the contact secrets that it knows, as long as it is open; of NULL NULL. */
const struct contact_marks *stopped_marks(const struct stopped *s);

/* What may be told of a purpose, by the link's channel. Why, since when and by whom is
 * not for whoever holds a link to know. */
enum topic_state { TOPIC_OFF, TOPIC_ON, TOPIC_STOPPED, TOPIC_PAUSED };

struct stopped_list {
    bool known; /* somebody could be asked */
    /* by place in known.purposes */
    enum topic_state state[CHOICE_PURPOSES_MAX];
    /* of a pause; and WHEN_NEVER: stopped by a no that has no end */
    int64_t until_us[CHOICE_PURPOSES_MAX];
};

/* s NULL is fine: nothing is known. From any thread. */
void stopped_find(struct stopped *s, const struct visit *v, struct stopped_list *ret);

#endif
