/*
 * checkpoints.h - what the logs say of themselves (schemas/proof/README.md), to Kafka:
 * onto the topic consent.checkpoints, and into the receipts of the sources whose records
 * are new in it.
 *
 * Whoever holds shard 0 does it. Each checkpoint contains the ones before, so after a
 * pause or a restart the last is enough; one may come twice.
 */
#ifndef CONSENT_PUBLISH_CHECKPOINTS_H
#define CONSENT_PUBLISH_CHECKPOINTS_H

#include "lists.h"

#include "kafka/producer.h"
#include "store/proof/tree.h"

struct checkpoints {
    struct producer *producer;
    int64_t next_us;           /* by the monotonic clock */
    uint64_t sent[PROOF_LOGS]; /* leaves of the last that is confirmed; 0: none yet */
};

void checkpoints_done(struct checkpoints *c);

/* What is new, once a second. A failure of Kafka is logged and tried again later, and is
 * no failure of ours. */
bool checkpoints_send(struct checkpoints *c, struct pg *pg, const struct lists *lists,
                      const struct settings *settings, struct err *err);

#endif
