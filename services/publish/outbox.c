#include "outbox.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/casework/outbox_store.h"

#include <string.h>

#define ROWS_AT_ONCE 500
#define LOOK_US      (WHEN_SECOND_US / 5)
#define PAUSE_US     (5 * WHEN_SECOND_US)

void outbox_done(struct outbox *o)
{
    producer_close(o->producer);
    o->producer = NULL;
}

static bool row_put(struct outbox *o, const struct pg_result *r, int row,
                    int32_t timeout_ms, struct err *err)
{
    const char *key = pg_get_text(r, row, 1), *value = pg_get_text(r, row, 2);
    int topic;

    return producer_topic(o->producer, pg_get_text(r, row, 0), &topic, err) &&
           producer_put(o->producer, topic, key, strlen(key), value, strlen(value),
                        timeout_ms, err);
}

/* *ret_kafka: it is Kafka that failed. */
static bool some_send(struct outbox *o, struct pg *pg, const struct settings *settings,
                      bool *ret_kafka, bool *ret_more, struct err *err)
{
    const int32_t deliver_ms = (int32_t)settings->deliver_ms;
    struct pg_result *r = NULL;
    bool ok;

    if (!outbox_take(pg, ROWS_AT_ONCE, &r, err))
        return false;
    if (r == NULL || pg_rows(r) == 0) {
        pg_result_free(r);
        pg_rollback(pg);
        return true;
    }
    ok = o->producer != NULL ||
         producer_open(settings->kafka_brokers, &settings->kafka, &o->producer, err);
    for (int row = 0; ok && row < pg_rows(r); row++)
        ok = row_put(o, r, row, deliver_ms, err);
    ok = ok && producer_flush(o->producer, deliver_ms, err);
    *ret_kafka = !ok;
    *ret_more = ok;
    if (ok)
        metrics_add(METRIC_OUTBOX, (double)pg_rows(r));
    pg_result_free(r);
    return ok && pg_commit(pg, err);
}

bool outbox_send(struct outbox *o, struct pg *pg, const struct settings *settings,
                 bool *ret_more, struct err *err)
{
    const int64_t now_us = clock_mono_us();
    bool kafka = false;

    if (now_us < o->next_us)
        return true;
    o->next_us = now_us + LOOK_US;
    if (!pg_begin(pg, err))
        return false;
    if (some_send(o, pg, settings, &kafka, ret_more, err))
        return true;
    pg_rollback(pg);
    if (kafka) { /* lists do not wait for a topic that is not theirs */
        log_err(LOG_LEVEL_WARN, "outbox_failed", err);
        outbox_done(o);
        o->next_us = now_us + PAUSE_US;
    }
    return kafka;
}
