/*
 * sink.h - records out to Kafka, and proof that they arrived.
 *
 * Only a delivery report proves delivery. The protocol is: sink_put any number, then
 * sink_flush; when it returns true all of them are with the brokers (acks=all). When it
 * does not, nobody knows which are: close the sink, open another, and send the same
 * again. Never goes back to an old sink after a failure, because of what librdkafka's
 * idempotent producer makes of a time-out followed by a success.
 *
 * Keys choose partitions as those of Java clients do (murmur2_random).
 */
#ifndef CONSENT_KAFKA_SINK_H
#define CONSENT_KAFKA_SINK_H

#include "base/conf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct sink;

/* Makes the producer; does not wait for a broker. pass may be NULL. */
bool sink_open(const char *brokers, const struct conf_pass *pass, struct sink **ret,
               struct err *err);

/* Gives up what is not confirmed. NULL is fine. */
void sink_close(struct sink *s);

/* A handle for sink_put, the same for the same name; good until sink_close. */
bool sink_topic(struct sink *s, const char *name, int *ret, struct err *err);

/* Hands over a copy. When the queue is full, waits for room, at most timeout_ms. value
 * NULL: a tombstone. */
bool sink_put(struct sink *s, int topic, const void *key, size_t key_len,
              const void *value, size_t value_len, int32_t timeout_ms, struct err *err);

/* How many partitions the topic has; asks the broker. */
bool sink_partitions(struct sink *s, int topic, int32_t timeout_ms, int32_t *ret,
                     struct err *err);

/* As sink_put, to a partition of the caller's choice. */
bool sink_put_at(struct sink *s, int topic, int32_t partition, const void *key,
                 size_t key_len, const void *value, size_t value_len, int32_t timeout_ms,
                 struct err *err);

/* As sink_put without a key, with Kafka headers; for what is sent again as it came. */
struct sink_header {
    const char *name;
    const char *value; /* NULL: a null value */
};
bool sink_put_headers(struct sink *s, int topic, const struct sink_header *headers,
                      size_t n, const void *value, size_t value_len, int32_t timeout_ms,
                      struct err *err);

/* Waits until everything is confirmed, at most timeout_ms; ends early on a failure. */
bool sink_flush(struct sink *s, int32_t timeout_ms, struct err *err);

/* Does a broker answer? Waits at most timeout_ms. */
bool sink_probe(struct sink *s, int32_t timeout_ms, struct err *err);

#endif
