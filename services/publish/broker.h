/*
 * broker.h - Kafka as one publisher finds it: the producer, the topics, and whether this
 * process is the one to publish.
 *
 * A publisher that cannot reach Kafka gives way (lease.h) while another one can. After a
 * delivery that failed it counts as able again only when some time has passed, each time
 * twice as much, for a broker may answer and yet confirm nothing, and every try holds up
 * its shards.
 */
#ifndef CONSENT_PUBLISH_BROKER_H
#define CONSENT_PUBLISH_BROKER_H

#include "lists.h"

#include "kafka/producer.h"

struct broker {
    struct producer *producer; /* NULL: not connected */
    bool topics_made;
    bool receipts_made;
    int64_t receipts_next_us; /* when their topics are tried again */
    unsigned failures;        /* in a row */
    int64_t able_us;          /* not able before then */
};

void broker_done(struct broker *b);

/* Has a broker answer, once; waits a second at most. */
bool broker_connect(struct broker *b, const struct settings *settings, struct err *err);

/* The producer is of no more use. */
void broker_drop(struct broker *b);

/* Something could not be delivered; everything was. */
void broker_failed(struct broker *b);
void broker_worked(struct broker *b);

/* Could this process deliver, as far as it knows? */
bool broker_able(const struct broker *b);

/* The register has changed: topics may be missing. */
void broker_topics_again(struct broker *b, const struct settings *settings);
/* Makes those that are. Without the topic of a list nothing can go on; without one of
 * receipts, the lists can. */
bool broker_topics(struct broker *b, const struct lists *lists,
                   const struct settings *settings, struct err *err);

#endif
