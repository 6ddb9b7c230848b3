/*
 * heartbeat.h - every list says on its topic, now and then, that it is alive.
 *
 * So that a reader can tell a list on which nothing happens from one that nobody
 * publishes, and knows how far what it has read reaches. Whoever holds shard 0 does it
 * for all. The version is read from what is committed, and nothing is committed before
 * Kafka has it, so all up to it stands before the heartbeat.
 */
#ifndef CONSENT_PUBLISH_HEARTBEAT_H
#define CONSENT_PUBLISH_HEARTBEAT_H

#include "again.h"

#include "kafka/producer.h"
#include "store/lists/lease.h"

struct heartbeat {
    int64_t next_us; /* monotonic */
    struct buf value;
};

/* The first comes heartbeat_s from now. */
void heartbeat_init(struct heartbeat *h, const struct settings *settings);
void heartbeat_done(struct heartbeat *h);

/* Is it time, and ours to do? */
bool heartbeat_due(const struct heartbeat *h, const struct lease *lease);

/* Sends them, but not of lists that are not whole (again.h), and keeps where they stand.
 * *ret_sent: something was handed to the producer; on failure it must then be closed. */
bool heartbeat_send(struct heartbeat *h, struct pg *pg, struct producer *producer,
                    const struct lists *lists, const struct again *again, int64_t epoch,
                    const struct settings *settings, bool *ret_sent, struct err *err);

#endif
