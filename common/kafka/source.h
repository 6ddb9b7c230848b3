/*
 * source.h - the records of the feeds, one at a time, from positions that we keep.
 *
 * A consumer group shares the partitions of all topics that match a pattern. The group
 * only says who reads what: where to start is the caller's to say at every assignment,
 * and Kafka's own committed offset is a hint for lag displays. Nothing is ever skipped: a
 * position that the topic no longer holds stops its partition (SOURCE_HELD), and the
 * others go on.
 *
 * One thread uses a source, and everything happens inside source_next. Back-pressure is
 * not calling it.
 */
#ifndef CONSENT_KAFKA_SOURCE_H
#define CONSENT_KAFKA_SOURCE_H

#include "base/conf.h"

#include <stdint.h>

#define SOURCE_TOPIC_BYTES 250 /* Kafka's 249 and a NUL */
#define SOURCE_HEADERS_MAX 64
#define SOURCE_BEGINNING   ((int64_t)-2)

struct source;

struct source_settings {
    const char *brokers;
    const char *group;
    const char *instance; /* static membership; "": none */
    const char *topics;   /* "^feed\\.": a regular expression */
    const char *client;   /* client.id */
    const struct conf_pass *pass;
};

struct source_part {
    char topic[SOURCE_TOPIC_BYTES];
    int32_t partition;
    int64_t offset; /* source_assign: the first to read, or SOURCE_BEGINNING */
};

enum source_event {
    SOURCE_IDLE,    /* nothing within the time given                             */
    SOURCE_RECORD,  /* *ret is a record                                          */
    SOURCE_ASSIGN,  /* see source_parts; answer with source_assign               */
    SOURCE_REVOKE,  /* see source_parts; finish with them, then source_unassign  */
    SOURCE_HELD,    /* ret names a partition that stands still: its position is
                       not (or no longer) in the topic                           */
    SOURCE_TROUBLE, /* *err says what; librdkafka goes on trying, and the same is
                       not told again before a record has come              */
};

enum source_stamp { SOURCE_STAMP_NONE, SOURCE_STAMP_CREATE, SOURCE_STAMP_APPEND };

struct source_header {
    const char *key;
    const char *value; /* NULL: a null value */
    size_t value_len;
};

/* Borrowed from the source until the next call of source_next. */
struct source_record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t time_us; /* since 1970 */
    enum source_stamp stamp;
    const char *value; /* NULL: a tombstone */
    size_t value_len;
    size_t n_headers; /* at most SOURCE_HEADERS_MAX; more are cut, see headers_cut */
    bool headers_cut;
    struct source_header headers[SOURCE_HEADERS_MAX];
};

/* No connection is made yet: a broker that is away is ERR_RETRY's of source_next.
 * ERR_CONFIG: a setting is wrong. */
bool source_open(const struct source_settings *settings, struct source **ret,
                 struct err *err);

/* Leaves the group (static members stay until their session ends). NULL is fine. */
void source_close(struct source *s);

/* Waits up to timeout_ms, 0 to look only. False: ERR_FATAL, or ERR_CONFIG when the broker
 * refuses us. */
bool source_next(struct source *s, int32_t timeout_ms, enum source_event *ret,
                 struct source_record *record, struct err *err);

/* The partitions of the assignment at hand, in a stable order. */
const struct source_part *source_parts(const struct source *s, size_t *ret_n);

/* Starts to read; also at any later time, to start anew from other positions. Records
 * fetched before are forgotten. */
bool source_assign(struct source *s, const struct source_part *parts, size_t n,
                   struct err *err);
bool source_unassign(struct source *s, struct err *err);

/* Stops reading one partition until the next source_assign; a record of it that was
 * fetched before may still come. */
bool source_pause(struct source *s, const char *topic, int32_t partition,
                  struct err *err);

/* Tells Kafka how far we are, for those who look at the lag there. Does not wait. */
void source_hint(struct source *s, const struct source_part *parts, size_t n);

/* Says that there is room again for records. Once its queue has been full,
 * librdkafka 2.0.2 looks again only after a second; this makes it look at once, at the
 * price of a request of which nobody awaits the answer. Blocks for a millisecond at most.
 */
void source_nudge(struct source *s);

/* Offset after the last record of the partition, as last heard; -1: not heard yet. */
int64_t source_end(const struct source *s, const char *topic, int32_t partition);

/* Is any broker connected, as far as known? */
bool source_up(const struct source *s);

#endif
