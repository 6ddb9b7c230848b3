/*
 * reader.h - a topic from its beginning to its end of now, for tools.
 *
 * No group, no commit: the ends are asked for first, then every partition is read up to
 * them. Records of one partition come in order; partitions come as they like.
 */
#ifndef CONSENT_KAFKA_READER_H
#define CONSENT_KAFKA_READER_H

#include "base/conf.h"
#include "base/err.h"

#include <stdint.h>

struct reader_record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    const char *key; /* NULL: none */
    size_t key_len;
    const char *value; /* NULL: a tombstone */
    size_t value_len;
};

/* Calls each for every record; its false ends the reading with its err. ERR_CONFIG: no
 * such topic. ERR_RETRY when nothing has come for idle_ms although the end is not
 * reached. */
bool topic_read(const char *brokers, const struct conf_pass *pass, const char *topic,
                int32_t idle_ms,
                bool (*each)(void *arg, const struct reader_record *rec, struct err *err),
                void *arg, struct err *err);

/* The last `most` offsets of each partition of some topics, all of which exist. wait_ms:
 * for each answer. */
bool topic_tails(const char *brokers, const struct conf_pass *pass,
                 const char *const *topics, size_t n, int64_t most, int32_t wait_ms,
                 bool (*each)(void *arg, const struct reader_record *rec,
                              struct err *err),
                 void *arg, struct err *err);

/* The first and the next offset of partitions. known false: the broker has no such one.
 */
struct topic_bound {
    const char *topic;
    int32_t partition;
    bool known;
    int64_t first;
    int64_t next;
};
/* Is there, or was there once before compaction, a record at that offset? */
bool topic_bound_has(const struct topic_bound *b, int64_t offset);
bool topic_bounds(const char *brokers, const struct conf_pass *pass,
                  struct topic_bound *bounds, size_t n, struct err *err);

/* All partitions of a topic, in their order: *ret_n of them, at most n. ERR_CONFIG: no
 * such topic, or it has more. */
bool topic_ends(const char *brokers, const struct conf_pass *pass, const char *topic,
                struct topic_bound *bounds, size_t n, size_t *ret_n, struct err *err);

/* When the first record from an offset on was stamped, of partitions that have some. */
struct topic_stamp {
    const char *topic;
    int32_t partition;
    int64_t from;
    int64_t stamp_us;   /* INT64_MIN: none came, or none is there */
    const char *wanted; /* NULL, or the value that it is expected to have */
    bool same;          /* and it has */
};
/* Waits wait_ms at most, for all of them together. */
bool topic_stamps(const char *brokers, const struct conf_pass *pass,
                  struct topic_stamp *stamps, size_t n, int32_t wait_ms, struct err *err);

#endif
