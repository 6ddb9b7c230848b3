/*
 * consumer.h - the records of the feeds, one at a time, from positions that we keep.
 *
 * A consumer group shares the partitions of all topics that match a pattern. The group
 * only says who reads what: where to start is the caller's to say at every assignment,
 * and Kafka's own committed offset is a hint for lag displays. Nothing is ever skipped: a
 * position that the topic no longer holds stops its partition (CONSUMER_STALLED), and the
 * others go on.
 *
 * One thread uses a consumer, and everything happens inside consumer_next and
 * consumer_front. Back-pressure is not calling it.
 */
#ifndef CONSENT_KAFKA_CONSUMER_H
#define CONSENT_KAFKA_CONSUMER_H

#include "base/conf.h"
#include "base/record_header.h"

#include <stdint.h>

#define CONSUMER_TOPIC_BYTES 250           /* Kafka's 249 and a NUL */
#define CONSUMER_NOTHING     ((int64_t)-1) /* it has none */
#define CONSUMER_UNTOLD      ((int64_t)-2) /* not asked, or no answer */

struct consumer;

struct consumer_settings {
    const char *brokers;
    const char *group;
    const char *instance; /* static membership; "": none */
    const char *topics;   /* "^feed\\.": a regular expression */
    const char *client;   /* client.id */
    const struct conf_pass *pass;
};

struct consumer_part {
    char topic[CONSUMER_TOPIC_BYTES];
    int32_t partition;
    int64_t offset; /* consumer_assign: the first to read */
    bool front;     /* consumer_assign: by the front client, see consumer_front */
};

enum consumer_event {
    CONSUMER_IDLE,    /* nothing within the time given                             */
    CONSUMER_RECORD,  /* *ret is a record                                          */
    CONSUMER_ASSIGN,  /* see consumer_parts; answer with consumer_assign               */
    CONSUMER_REVOKE,  /* see consumer_parts; finish with them, then consumer_unassign  */
    CONSUMER_STALLED, /* ret names a partition that stands still: its position is
                    not (or no longer) in the topic                           */
    CONSUMER_END,     /* ret names a partition and an offset: all before it has been read,
                    also where transactions left no record                         */
    CONSUMER_GONE,    /* ret names a partition whose topic is not there (any more)     */
    CONSUMER_TROUBLE, /* *err says what; librdkafka goes on trying. Told every few
                       seconds while no broker can be reached (consumer_away),
                       else the same not again before a record has come     */
};

enum consumer_stamp { CONSUMER_STAMP_NONE, CONSUMER_STAMP_CREATE, CONSUMER_STAMP_APPEND };

/* Borrowed from the source until the next call of consumer_next or consumer_front. */
struct consumer_record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t time_us; /* since 1970 */
    enum consumer_stamp stamp;
    const char *value; /* NULL: a tombstone */
    size_t value_len;
    size_t n_headers;
    const struct record_header *headers;
};

/* No connection is made yet: a broker that is away is ERR_RETRY's of consumer_next.
 * ERR_CONFIG: a setting is wrong. */
bool consumer_open(const struct consumer_settings *settings, struct consumer **ret,
                   struct err *err);

/* Leaves the group (static members stay until their session ends). Given up after some
 * seconds when the broker, or a topic that is no more, keeps librdkafka from ending: see
 * aside_left. NULL is fine. */
void consumer_close(struct consumer *s);

/* Waits up to timeout_ms, 0 to look only. False: ERR_FATAL, or ERR_CONFIG when the broker
 * refuses us. */
bool consumer_next(struct consumer *s, int32_t timeout_ms, enum consumer_event *ret,
                   struct consumer_record *record, struct err *err);

/* The partitions that were assigned with front are read by a client of their own: what it
 * has, has not waited behind what others have fetched. Tells no ASSIGN and no REVOKE. */
bool consumer_front(struct consumer *s, int32_t timeout_ms, enum consumer_event *ret,
                    struct consumer_record *record, struct err *err);
/* May it have something? When that begins, a consumer_next that waits comes back. */
bool consumer_front_waits(const struct consumer *s);

/* The partitions of the assignment at hand, in a stable order. */
const struct consumer_part *consumer_parts(const struct consumer *s, size_t *ret_n);

/* Starts to read; also at any later time, to start again from other positions. Records
 * fetched before are forgotten. */
bool consumer_assign(struct consumer *s, const struct consumer_part *parts, size_t n,
                     struct err *err);
bool consumer_unassign(struct consumer *s, struct err *err);

/* Stops reading one partition until the next consumer_assign; a record of it that was
 * fetched before may still come. */
bool consumer_pause(struct consumer *s, bool front, const char *topic, int32_t partition,
                    struct err *err);

/* Tells Kafka how far we are, for those who look at the lag there. Does not wait. */
void consumer_commit(struct consumer *s, const struct consumer_part *parts, size_t n);

/* What Kafka knows of a partition beside its records. */
struct consumer_survey {
    char topic[CONSUMER_TOPIC_BYTES];
    int32_t partition;
    bool bounds;       /* in: low and high are wanted too */
    bool expected;     /* in: it had a position of ours the last time */
    int64_t commit;    /* in: the position to be told, as by consumer_commit; NOTHING */
    int64_t low, high; /* first offset there is, and the one after the last; or UNTOLD */
    int64_t committed; /* the position it had before; NOTHING, or UNTOLD               */
    bool kept;         /* it has a position of ours now                                */
};

/* Asks, on a thread of its own: librdkafka 2.0.2 may wait for a broker for a minute. What
 * was expected and is not there any more is not told again: Kafka forgets positions when
 * a topic is deleted. One question at a time; false: one is under way. */
bool consumer_survey_start(struct consumer *s, const struct consumer_survey *parts,
                           size_t n);
/* True once it has been answered: *ret (free it) has what was asked. Never waits. */
bool consumer_survey_take(struct consumer *s, struct consumer_survey **ret,
                          size_t *ret_n);

/* What is read from outside, to see whether a log is still the one that was read. */
enum consumer_peeked {
    CONSUMER_PEEK_UNTOLD = 0, /* no answer in time            */
    CONSUMER_PEEK_THERE,      /* consumer_peek_record has it  */
    CONSUMER_PEEK_ABSENT,     /* the log has none there       */
    CONSUMER_PEEK_EXPIRED,    /* the log begins after it      */
};

struct consumer_peek {
    char topic[CONSUMER_TOPIC_BYTES];
    int32_t partition;
    int64_t at[2];                /* in: of one record, and of another; NOTHING */
    enum consumer_peeked what[2]; /* EXPIRED is said of the second alone        */
    void *held[2];
};

/* Reads records by a client of its own, on a thread of its own. A second record is asked
 * for only after the first of its partition has come: if the second one is known to be of
 * a log, so is the first, for a log that was deleted does not come back. One question at
 * a time; false: one is under way. */
bool consumer_peek_start(struct consumer *s, const struct consumer_peek *parts, size_t n);
/* True once it has been answered: *ret has what was asked. Never waits. */
bool consumer_peek_take(struct consumer *s, struct consumer_peek **ret, size_t *ret_n);
/* The first (0) or the second (1), borrowed until it is freed, or consumer_next called.
 */
void consumer_peek_record(struct consumer *s, const struct consumer_peek *p, int k,
                          struct consumer_record *ret);
void consumer_peek_free(struct consumer_peek *parts, size_t n);

/* Says that there is room again for records. Once its queue has been full, librdkafka
 * before 2.2 looks again only after a second; this makes it look at once. Never waits. */
void consumer_wake(struct consumer *s);

/* Offset after the last record of the partition, as this client heard it last, which may
 * be long ago; -1: not heard yet. */
int64_t consumer_end(const struct consumer *s, bool front, const char *topic,
                     int32_t partition);

/* Is any broker there? Neither: that is not known yet. */
bool consumer_up(const struct consumer *s);
bool consumer_away(const struct consumer *s);

#endif
