/*
 * sender.h - the way to the feeds: an event is taken when the brokers have acknowledged
 * it.
 *
 * A sender a thread. While the brokers are away no thread is to wait for them time and
 * again: one looks (broker_look), and the others are told at once.
 */
#ifndef CONSENT_GATEWAY_SENDER_H
#define CONSENT_GATEWAY_SENDER_H

#include "settings.h"

#include "base/buf.h"
#include "base/err.h"

#include <stdatomic.h>

/* Whether the brokers answer; the process's. */
struct broker {
    const struct settings *settings;
    atomic_bool there, doubted;
    struct producer *producer; /* the looking thread's */
    int64_t looked_us;
};

void broker_open(struct broker *b, const struct settings *settings);
void broker_close(struct broker *b);

/* By one thread, a few times a second: asks when somebody doubts, when they were away,
 * and now and then. False, with the reason: nobody answers. */
bool broker_look(struct broker *b, struct err *err);

struct sender;

struct sender *sender_open(struct broker *broker);
void sender_close(struct sender *s); /* NULL is fine */

/* Hands over any number of events, then waits for all of them. Only when sender_flush has
 * returned true do the brokers have them (acks=all). After a failure of either they may
 * have some; the next sender_put begins again. Each takes at most deliver_ms. */
bool sender_put(struct sender *s, const char *feed, const struct buf *event,
                struct err *err);

/* For who reads: false, at once, while the brokers are away. */
bool sender_there(const struct sender *s, struct err *err);

/* To confirmations.SOURCE, for the mail program of that site. */
bool sender_put_letter(struct sender *s, const char *source, const struct buf *letter,
                       struct err *err);

/* The same with header fields of Kafka. */
struct record_header;
bool sender_put_record(struct sender *s, const char *feed,
                       const struct record_header *headers, size_t n, const char *value,
                       size_t len, struct err *err);
bool sender_flush(struct sender *s, struct err *err);

#endif
