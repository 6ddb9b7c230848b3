/* desk_feed.h - what a desk has to say, as an event on a feed like any other. */
#ifndef CONSENT_LOOKUP_DESK_FEED_H
#define CONSENT_LOOKUP_DESK_FEED_H

#include "worker.h"

/* The feed of the officer's mailbox: the source of the type dpo. NULL: the reply has a
 * problem. */
const struct source *desk_feed(struct call *c);

/* What is taken here is never found wrong afterwards: who said it has gone by then.
 * *ret false, with a problem: it would be. */
bool desk_sound(struct call *c, const struct source *feed, const struct buf *event,
                bool *ret, struct err *err);

/* False, with a problem: Kafka did not take it. key: what keeps its order. */
bool desk_send(struct call *c, const struct source *feed, const char *key,
               const struct buf *event);

#endif
