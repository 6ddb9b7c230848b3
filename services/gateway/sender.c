#include "sender.h"

#include "base/clock.h"
#include "base/mem.h"
#include "core/register/rulebook.h"
#include "kafka/producer.h"

#include <stdio.h>
#include <stdlib.h>

#define LOOK_US  (5 * WHEN_SECOND_US)
#define PROBE_MS 1000

/* --- are they there? --- */

void broker_open(struct broker *b, const struct settings *settings)
{
    *b = (struct broker){.settings = settings};
    atomic_init(&b->there, false);
    atomic_init(&b->doubted, true);
}

void broker_close(struct broker *b)
{
    producer_close(b->producer);
    b->producer = NULL;
}

bool broker_look(struct broker *b, struct err *err)
{
    bool due = clock_mono_us() - b->looked_us >= LOOK_US;
    bool ok;

    if (atomic_load(&b->there) && !atomic_load(&b->doubted) && !due)
        return true;
    atomic_store(&b->doubted, false);
    ok = (b->producer != NULL || producer_open(b->settings->kafka_brokers,
                                               &b->settings->kafka, &b->producer, err)) &&
         producer_probe(b->producer, PROBE_MS, err);
    atomic_store(&b->there, ok);
    b->looked_us = clock_mono_us();
    return ok;
}

/* --- a thread's --- */

struct sender {
    struct broker *broker;
    struct producer *producer;
};

struct sender *sender_open(struct broker *broker)
{
    struct sender *s = mem_zalloc(1, sizeof(*s));

    s->broker = broker;
    return s;
}

void sender_close(struct sender *s)
{
    if (s == NULL)
        return;
    producer_close(s->producer);
    free(s);
}

/* Never goes back to a producer that has failed: see producer.h. */
static bool failed(struct sender *s)
{
    producer_close(s->producer);
    s->producer = NULL;
    atomic_store(&s->broker->doubted, true);
    return false;
}

bool sender_there(const struct sender *s, struct err *err)
{
    return atomic_load(&s->broker->there) ||
           err_set(err, ERR_RETRY, "KAFKA_AWAY", "no broker answers");
}

static bool put(struct sender *s, const char *prefix, const char *of,
                const struct record_header *headers, size_t n, const char *value,
                size_t len, struct err *err)
{
    const struct settings *settings = s->broker->settings;
    char name[REGISTER_ID_BYTES + 16];
    int topic;

    if (!sender_there(s, err))
        return false;
    if (s->producer == NULL &&
        !producer_open(settings->kafka_brokers, &settings->kafka, &s->producer, err))
        return failed(s);
    snprintf(name, sizeof(name), "%s.%s", prefix, of);
    return (producer_topic(s->producer, name, &topic, err) &&
            producer_put_headers(s->producer, topic, headers, n, value, len,
                                 (int32_t)settings->deliver_ms, err)) ||
           failed(s);
}

bool sender_put_record(struct sender *s, const char *feed,
                       const struct record_header *headers, size_t n, const char *value,
                       size_t len, struct err *err)
{
    return put(s, "feed", feed, headers, n, value, len, err);
}

bool sender_put(struct sender *s, const char *feed, const struct buf *event,
                struct err *err)
{
    if (event->overrun)
        return err_set(err, ERR_FATAL, "TOO_LONG", "an event became too long");
    return sender_put_record(s, feed, NULL, 0, event->data, event->len, err);
}

bool sender_put_letter(struct sender *s, const char *source, const struct buf *letter,
                       struct err *err)
{
    if (letter->overrun)
        return err_set(err, ERR_FATAL, "TOO_LONG", "a letter became too long");
    return put(s, "confirmations", source, NULL, 0, letter->data, letter->len, err);
}

bool sender_flush(struct sender *s, struct err *err)
{
    return producer_flush(s->producer, (int32_t)s->broker->settings->deliver_ms, err) ||
           failed(s);
}
