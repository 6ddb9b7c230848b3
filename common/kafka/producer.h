/*
 * producer.h - records out to Kafka, and proof that they arrived.
 *
 * Only a delivery report proves delivery. The protocol is: producer_put any number, then
 * producer_flush; when it returns true all of them are with the brokers (acks=all). When
 * it does not, nobody knows which are: close the producer, open another, and send the
 * same again. Never goes back to an old producer after a failure, because of what
 * librdkafka's idempotent producer makes of a time-out followed by a success.
 *
 * Keys choose partitions as those of Java clients do (murmur2_random).
 */
#ifndef CONSENT_KAFKA_PRODUCER_H
#define CONSENT_KAFKA_PRODUCER_H

#include "base/conf.h"
#include "base/err.h"
#include "base/record_header.h"

#include <stddef.h>
#include <stdint.h>

struct producer;

/* Would it be made? ERR_CONFIG as for producer_open; opens nothing. For the start, where
 * an operator still looks. */
bool producer_settings_check(const char *brokers, const struct conf_pass *pass,
                             struct err *err);

/* Makes the producer; does not wait for a broker. pass may be NULL. */
bool producer_open(const char *brokers, const struct conf_pass *pass,
                   struct producer **ret, struct err *err);

/* Gives up what is not confirmed. NULL is fine. */
void producer_close(struct producer *s);

/* A handle for producer_put, the same for the same name; good until producer_close. */
bool producer_topic(struct producer *s, const char *name, int *ret, struct err *err);

/* Hands over a copy. When the queue is full, waits for room, at most timeout_ms. value
 * NULL: a tombstone. */
bool producer_put(struct producer *s, int topic, const void *key, size_t key_len,
                  const void *value, size_t value_len, int32_t timeout_ms,
                  struct err *err);

/* How many partitions the topic has; asks the broker. */
bool producer_partitions(struct producer *s, int topic, int32_t timeout_ms, int32_t *ret,
                         struct err *err);

/* As producer_put, to a partition of the caller's choice. */
bool producer_put_at(struct producer *s, int topic, int32_t partition, const void *key,
                     size_t key_len, const void *value, size_t value_len,
                     int32_t timeout_ms, struct err *err);

/* As producer_put without a key, with headers; for what is sent again as it came. */
bool producer_put_headers(struct producer *s, int topic,
                          const struct record_header *headers, size_t n,
                          const void *value, size_t value_len, int32_t timeout_ms,
                          struct err *err);

/* Waits until everything is confirmed, at most timeout_ms; ends early on a failure. */
bool producer_flush(struct producer *s, int32_t timeout_ms, struct err *err);

/* Where the record stands that was confirmed last; -1: none has been. */
int64_t producer_last(const struct producer *s, const char *topic, int32_t partition);

/* A topic of which a record was confirmed at a place that one had already: it is another
 * log, or has lost its end. Told once; NULL: none. */
const char *producer_fell(struct producer *s);

/* One record and its proof, by a producer of its own: for what people send now and then.
 */
bool producer_send(const char *brokers, const struct conf_pass *pass, const char *topic,
                   const char *key, const void *value, size_t value_len,
                   int32_t timeout_ms, struct err *err);

/* Does a broker answer? Waits at most timeout_ms. */
bool producer_probe(struct producer *s, int32_t timeout_ms, struct err *err);

#endif
