/*
 * receipts.h - what became of their events, back to the sources.
 *
 * A transaction and a producer of their own: a receipts topic that is missing or full
 * must not hold up a suppression. A receipt may come twice, never not at all. A source
 * whose receipts cannot be delivered is passed over for a while.
 */
#ifndef CONSENT_PUBLISH_RECEIPTS_H
#define CONSENT_PUBLISH_RECEIPTS_H

#include "lists.h"

#include "kafka/producer.h"

#define RECEIPTS_SKIP_MAX 32

struct receipts {
    struct producer *producer;
    bool careful;   /* after a failure: one source at a time, to find the one at fault */
    int32_t source; /* of the last attempt, when careful */
    size_t n_skip;
    int32_t skip[RECEIPTS_SKIP_MAX];
    int64_t skip_until_us; /* by the monotonic clock */
    int64_t pause_until_us;
    int64_t pace_until_us;
    struct buf value;
};

void receipts_init(struct receipts *r);
void receipts_done(struct receipts *r);

/* Sends some; not at every call where busy: lists have work, and would wait. A failure of
 * Kafka is noted, measured and tried again later, and is no failure of ours; *ret_more:
 * call again soon. */
bool receipts_send(struct receipts *r, struct pg *pg, const struct lists *lists,
                   const struct settings *settings, bool busy, bool *ret_more,
                   struct err *err);

#endif
