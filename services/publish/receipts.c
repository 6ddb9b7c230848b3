#include "receipts.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "codec/event/receipt_json.h"
#include "store/event/receipt_store.h"

#include <stdio.h>
#include <string.h>

#define ROWS_AT_ONCE 8 /* of one source and one batch of ingest each */
#define VALUE_LIMIT  8192
#define SKIP_US      (30 * WHEN_SECOND_US)
#define PAUSE_US     WHEN_SECOND_US
#define PACE_US      (WHEN_SECOND_US / 40) /* while lists have work */
#define CAREFUL_MS   500                   /* lists wait meanwhile  */

void receipts_init(struct receipts *r)
{
    *r = (struct receipts){0};
    buf_init(&r->value, VALUE_LIMIT);
}

void receipts_done(struct receipts *r)
{
    producer_close(r->producer);
    buf_done(&r->value);
}

static bool receipt_produce(struct receipts *r, const struct receipt_row *row, int topic,
                            int32_t timeout_ms, struct err *err)
{
    struct receipt_text text = {
        .event_id = row->event_id,
        .outcome = row->outcome,
        .reason = row->reason,
        .pointer = row->pointer,
        .ledger_id = row->ledger_id,
        .known_us = row->known_us,
    };

    buf_reset(&r->value);
    if (!receipt_to_json(&text, &r->value))
        return err_set(err, ERR_FATAL, "RECEIPT_LONG", "a receipt does not fit");
    return producer_put(r->producer, topic, row->event_id, strlen(row->event_id),
                        r->value.data, r->value.len, timeout_ms, err);
}

/* What was sent to one source: a queue's row is of one source. */
struct tally {
    int32_t source;
    const char *name; /* NULL: a feed of nobody, there is no one to tell */
    int topic;
    int64_t n;
};

struct tallies {
    size_t n;
    struct tally list[ROWS_AT_ONCE];
};

static bool tally_open(struct receipts *r, struct tally *t, int32_t number,
                       const struct lists *lists, struct err *err)
{
    const struct source *source = rulebook_source_n(&lists->book, number);
    char topic[LIST_TOPIC_BYTES];

    *t = (struct tally){.source = number, .name = source != NULL ? source->id : NULL};
    r->source = number;
    if (t->name == NULL)
        return true;
    snprintf(topic, sizeof(topic), "receipts.%s", t->name);
    return producer_topic(r->producer, topic, &t->topic, err);
}

static void tallies_count(const struct tallies *all)
{
    for (size_t i = 0; i < all->n; i++) {
        char labels[REGISTER_ID_BYTES + 16];

        if (all->list[i].name == NULL)
            continue;
        snprintf(labels, sizeof(labels), "source=\"%s\"", all->list[i].name);
        metric_add(metrics_child(METRIC_RECEIPTS, labels), (double)all->list[i].n);
    }
}

static bool set_produce(struct receipts *r, struct receipt_set *set,
                        const struct lists *lists, int32_t timeout_ms,
                        struct tallies *all, struct err *err)
{
    struct receipt_row row;

    while (receipt_next(set, &row)) {
        struct tally *t = all->n > 0 ? &all->list[all->n - 1] : NULL;

        if (t == NULL || t->source != row.source) {
            t = &all->list[all->n++];
            if (!tally_open(r, t, row.source, lists, err))
                return false;
        }
        if (t->name != NULL && !receipt_produce(r, &row, t->topic, timeout_ms, err))
            return false;
        t->n++;
    }
    return true;
}

static bool some_send(struct receipts *r, struct pg *pg, const struct lists *lists,
                      int32_t deliver_ms, bool *ret_kafka, bool *ret_more,
                      struct err *err)
{
    struct receipt_set *set = NULL;
    struct tallies all = {0};

    if (!receipt_take(pg, r->careful ? 1 : ROWS_AT_ONCE, r->skip, r->n_skip, &set, err))
        return false;
    *ret_kafka = !set_produce(r, set, lists, deliver_ms, &all, err) ||
                 !producer_flush(r->producer, deliver_ms, err);
    receipt_set_free(set);
    if (*ret_kafka || !pg_commit(pg, err))
        return false;
    tallies_count(&all);
    *ret_more = all.n > 0;
    return true;
}

/* Finds out whose receipts it is, passes that source over, and goes on with the others.
 */
static void kafka_failed(struct receipts *r, const struct err *err)
{
    int64_t now_us = clock_mono_us();

    metrics_add(METRIC_RECEIPT_FAILURES, 1);
    log_err(LOG_LEVEL_WARN, "receipts_failed", err);
    producer_close(r->producer);
    r->producer = NULL;
    if (r->careful && r->n_skip < RECEIPTS_SKIP_MAX) {
        r->skip[r->n_skip++] = r->source;
        r->skip_until_us = now_us + SKIP_US;
    }
    r->careful = true;
    r->pause_until_us = now_us + PAUSE_US;
}

bool receipts_send(struct receipts *r, struct pg *pg, const struct lists *lists,
                   const struct settings *settings, bool busy, bool *ret_more,
                   struct err *err)
{
    int32_t deliver_ms = r->careful ? CAREFUL_MS : (int32_t)settings->deliver_ms;
    int64_t now_us = clock_mono_us();
    bool kafka = false;

    *ret_more = false;
    if (now_us < r->pause_until_us || (busy && now_us < r->pace_until_us))
        return true;
    r->pace_until_us = now_us + PACE_US;
    if (r->n_skip > 0 && now_us >= r->skip_until_us)
        r->n_skip = 0;
    if (r->producer == NULL &&
        !producer_open(settings->kafka_brokers, &settings->kafka, &r->producer, err))
        return false;
    if (r->careful && !producer_probe(r->producer, CAREFUL_MS, err)) {
        r->pause_until_us = now_us + PAUSE_US; /* no broker: no source is at fault */
        return true;
    }
    if (!pg_begin(pg, err))
        return false;
    if (some_send(r, pg, lists, deliver_ms, &kafka, ret_more, err)) {
        r->careful = r->n_skip > 0;
        return true;
    }
    pg_rollback(pg);
    if (kafka)
        kafka_failed(r, err);
    return kafka;
}
