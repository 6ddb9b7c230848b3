/*
 * again.h - is a list's topic still the log that was written? If not, everybody with an
 * entry on the list is said again.
 *
 * Somebody deletes a topic and makes it again, a broker loses its tail, a cluster comes
 * back from nothing: whoever reads it from then on lacks what was said before, and writes
 * to people who said no. Nothing else would tell. To say a thing twice is harmless.
 *
 * Whoever holds shard 0 compares: when it gets it, when the database was connected, and
 * before every heartbeat, so that a new log does not get one as if it were whole. The
 * last heartbeat of each partition must be where it was confirmed; compaction leaves it
 * alone, for no newer record has its key. Besides, every publisher sees by itself when a
 * record is confirmed at a place that one of its own has.
 */
#ifndef CONSENT_PUBLISH_AGAIN_H
#define CONSENT_PUBLISH_AGAIN_H

#include "broker.h"
#include "logs.h"

#include "store/lists/lease.h"
#include "store/lists/log_store.h"

struct again {
    struct logs *looking; /* NULL: nobody is */
    bool for_beat;        /* it was begun when heartbeats were due */
    bool compared;        /* since shard 0 is ours, and the database connected */
    bool fresh;           /* and since the last heartbeats */
    struct err away;      /* Kafka's, until a look succeeds; no code: none */
    int64_t compare_next_us, look_next_us, step_next_us; /* monotonic */
    size_t n, n_open;
    struct list_again *rows; /* of the last day, and those that are not done */
};

void again_done(struct again *a);

/* The database was connected: it is compared again. */
void again_forget(struct again *a);

/* Never waits for Kafka. second: the other hand's producer, or NULL. beat_due: heartbeats
 * are sent as soon as `fresh` is true. False: the database's errors, and Kafka's of a
 * look that failed, until one succeeds: that Kafka is away would not be noticed else
 * while there is nothing to send. */
bool again_keep(struct again *a, struct pg *pg, struct broker *broker,
                struct producer *second, const struct lists *lists,
                const struct lease *lease, const struct settings *settings, bool beat_due,
                struct err *err);

/* Is the list not whole? Then it gets no heartbeat. */
bool again_holds(const struct again *a, int32_t list);

#endif
