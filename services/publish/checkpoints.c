#include "checkpoints.h"

#include "base/clock.h"
#include "base/log.h"
#include "codec/put.h"

#include <stdio.h>
#include <string.h>

#define EVERY_US    WHEN_SECOND_US
#define AGAIN_US    (10 * WHEN_SECOND_US)
#define VALUE_LIMIT 8192

void checkpoints_done(struct checkpoints *c)
{
    producer_close(c->producer);
    c->producer = NULL;
}

static bool put(struct checkpoints *c, const char *topic, const char *key,
                const char *value, size_t len, int32_t timeout_ms, struct err *err)
{
    int handle;

    return producer_topic(c->producer, topic, &handle, err) &&
           producer_put(c->producer, handle, key, strlen(key), value, len, timeout_ms,
                        err);
}

/* To the sources whose records became leaves since. */
static bool sources_tell(struct checkpoints *c, const struct proof_sources *sources,
                         const struct proof_seal *seal, const struct lists *lists,
                         int32_t timeout_ms, struct err *err)
{
    struct buf value;
    bool ok = true;

    buf_init(&value, VALUE_LIMIT);
    buf_add_str(&value, "{");
    put_name(&value, "log");
    put_text(&value, proof_log_name(PROOF_EVENTS));
    put_name(&value, ",checkpoint");
    put_text(&value, seal->checkpoint);
    buf_add_str(&value, "}");
    for (size_t i = 0; ok && i < sources->n; i++) {
        const struct source *source = rulebook_source_n(&lists->book, sources->number[i]);
        char topic[LIST_TOPIC_BYTES];

        if (source == NULL)
            continue;
        snprintf(topic, sizeof(topic), "receipts.%s", source->id);
        ok = put(c, topic, "checkpoint", value.data, value.len, timeout_ms, err);
    }
    buf_done(&value);
    return ok;
}

/* One log. *ret_kafka: it is Kafka that failed. */
static bool log_send(struct checkpoints *c, enum proof_log log, struct pg *pg,
                     const struct lists *lists, const struct settings *settings,
                     bool *ret_kafka, struct err *err)
{
    const int32_t wait_ms = (int32_t)settings->deliver_ms;
    uint64_t *sent = &c->sent[log - 1];
    struct proof_sources sources = {0};
    struct proof_seal seal;
    bool found;

    *ret_kafka = false;
    if (!proof_seal_last(pg, log, INT64_MAX, &seal, &found, err) ||
        (found && log == PROOF_EVENTS && *sent > 0 && seal.size > *sent &&
         !proof_sources_since(pg, *sent, &sources, err)))
        return false;
    if (!found || seal.size == *sent)
        return true;
    *ret_kafka = true;
    if (!put(c, CHECKPOINTS_TOPIC, proof_log_name(log), seal.checkpoint,
             strlen(seal.checkpoint), wait_ms, err) ||
        !sources_tell(c, &sources, &seal, lists, wait_ms, err) ||
        !producer_flush(c->producer, wait_ms, err))
        return false;
    *sent = seal.size;
    return true;
}

bool checkpoints_send(struct checkpoints *c, struct pg *pg, const struct lists *lists,
                      const struct settings *settings, struct err *err)
{
    const int64_t now_us = clock_mono_us();
    bool kafka = false, ok = true;

    if (now_us < c->next_us)
        return true;
    c->next_us = now_us + EVERY_US;
    if (c->producer == NULL &&
        !producer_open(settings->kafka_brokers, &settings->kafka, &c->producer, err))
        return false;
    for (int log = 1; ok && log <= PROOF_LOGS; log++)
        ok = log_send(c, (enum proof_log)log, pg, lists, settings, &kafka, err);
    if (ok || !kafka)
        return ok;
    log_err(LOG_LEVEL_WARN, "checkpoints_failed", err);
    checkpoints_done(c);
    c->next_us = now_us + AGAIN_US;
    return true;
}
