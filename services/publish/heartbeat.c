#include "heartbeat.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "codec/lists/entry_json.h"
#include "store/lists/change_store.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_LIMIT (LIST_MARK_BYTES - 1)

void heartbeat_init(struct heartbeat *h, const struct settings *settings)
{
    h->next_us = clock_mono_us() + settings->heartbeat_s * WHEN_SECOND_US;
    buf_init(&h->value, VALUE_LIMIT);
}

void heartbeat_done(struct heartbeat *h)
{
    buf_done(&h->value);
}

static int32_t left_ms(int64_t until_us)
{
    int64_t us = until_us - clock_mono_us();

    return us > 0 ? (int32_t)(us / 1000) : 0;
}

/* One list's, to each of its partitions. */
static bool list_beat(struct heartbeat *h, struct producer *producer,
                      const struct published_list *list, const struct list_end *end,
                      int64_t epoch, int64_t at_us, int64_t until_us, int *count,
                      struct err *err)
{
    int32_t partitions = 0;
    int topic;

    buf_reset(&h->value);
    if (!heartbeat_to_json(list->list->id, at_us, &end->at, epoch, &h->value))
        return err_set(err, ERR_FATAL, "HEARTBEAT", "a heartbeat does not fit");
    if (!producer_topic(producer, list->topic, &topic, err) ||
        !producer_partitions(producer, topic, left_ms(until_us), &partitions, err))
        return false;
    for (int32_t p = 0; p < partitions; p++) {
        char key[HEARTBEAT_KEY_BYTES];

        heartbeat_key(p, key);
        if (!producer_put_at(producer, topic, p, key, strlen(key), h->value.data,
                             h->value.len, left_ms(until_us), err))
            return false;
        (*count)++;
    }
    return true;
}

static bool beats(const struct published_list *p, const struct again *again,
                  int64_t at_us)
{
    return p->keyed && period_holds(&p->list->valid, at_us) &&
           !again_holds(again, p->list->number);
}

static bool lists_beat(struct heartbeat *h, struct producer *producer,
                       const struct lists *lists, const struct again *again,
                       const struct list_end *ends, int64_t epoch, int64_t at_us,
                       int32_t deliver_ms, int *count, struct err *err)
{
    int64_t until_us = clock_mono_us() + (int64_t)deliver_ms * 1000;

    for (size_t i = 0; i < lists->n; i++)
        if (beats(&lists->lists[i], again, at_us) &&
            !list_beat(h, producer, &lists->lists[i], &ends[i], epoch, at_us, until_us,
                       count, err))
            return false;
    return producer_flush(producer, left_ms(until_us), err);
}

/* Where they stand, for again.h: what this producer sent last to a partition. */
static bool places_keep(struct heartbeat *h, struct pg *pg,
                        const struct producer *producer, const struct lists *lists,
                        const struct again *again, const struct list_end *ends,
                        int64_t epoch, int64_t at_us, int count, struct err *err)
{
    struct list_mark *marks = mem_zalloc((size_t)count + 1, sizeof(*marks));
    size_t n = 0;
    bool ok;

    for (size_t i = 0; i < lists->n; i++) {
        const struct published_list *p = &lists->lists[i];
        int64_t at;

        if (!beats(p, again, at_us))
            continue;
        buf_reset(&h->value);
        (void)heartbeat_to_json(p->list->id, at_us, &ends[i].at, epoch, &h->value);
        for (int32_t k = 0;
             n < (size_t)count && (at = producer_last(producer, p->topic, k)) >= 0; k++) {
            marks[n] = (struct list_mark){p->list->number, k, at, ""};
            memcpy(marks[n++].said, h->value.data, h->value.len);
        }
    }
    ok = list_marks_put(pg, marks, n, err);
    free(marks);
    return ok;
}

bool heartbeat_due(const struct heartbeat *h, const struct lease *lease)
{
    return clock_mono_us() >= h->next_us && lease->held[0];
}

bool heartbeat_send(struct heartbeat *h, struct pg *pg, struct producer *producer,
                    const struct lists *lists, const struct again *again, int64_t epoch,
                    const struct settings *settings, bool *ret_sent, struct err *err)
{
    size_t n = lists->n;
    int64_t now_us = clock_mono_us(), at_us = clock_wall_us();
    struct list_end *ends;
    int32_t *numbers;
    int count = 0;
    bool ok;

    ends = mem_zalloc(n + 1, sizeof(*ends));
    numbers = mem_zalloc(n + 1, sizeof(*numbers));
    for (size_t i = 0; i < n; i++)
        numbers[i] = lists->lists[i].list->number;
    ok = change_ends(pg, numbers, n, ends, err) &&
         lists_beat(h, producer, lists, again, ends, epoch, at_us,
                    (int32_t)settings->deliver_ms, &count, err) &&
         places_keep(h, pg, producer, lists, again, ends, epoch, at_us, count, err);
    free(numbers);
    free(ends);
    *ret_sent = count > 0;
    if (!ok)
        return false;
    metrics_add(METRIC_HEARTBEATS, count);
    h->next_us = now_us + settings->heartbeat_s * WHEN_SECOND_US;
    return true;
}
