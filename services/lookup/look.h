/*
 * look.h - looks beside the workers: do PostgreSQL and Kafka answer, how do lists stand?
 *
 * So /readyz recovers also when nobody asks, and what is away is told before somebody
 * needs it. Kafka is looked at when it is configured: only a replay needs it, so without
 * it the service is ready, and says what it lacks.
 */
#ifndef CONSENT_LOOKUP_LOOK_H
#define CONSENT_LOOKUP_LOOK_H

#include "settings.h"

#include "base/peer.h"
#include "kafka/producer.h"
#include "pg/pg_session.h"
#include "store/operate/seen_store.h"

struct look {
    const struct settings *settings;
    struct pg_session database;
    struct seen seen;
    struct peer postgresql, kafka;
    struct producer *producer;
    int64_t kafka_us, show_us; /* when it is due again */
};

/* marks: of the contact secrets, borrowed. */
void look_init(struct look *l, const struct settings *settings,
               const struct contact_marks *marks);
void look_done(struct look *l);

/* One turn; waits for a second or two at most. */
void look_turn(struct look *l);

#endif
