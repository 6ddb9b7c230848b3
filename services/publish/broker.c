#include "broker.h"

#include "base/clock.h"
#include "base/log.h"

#define PROBE_MS       1000
#define RECEIPTS_US    (30 * WHEN_SECOND_US)
#define ABLE_AGAIN_US  (2 * WHEN_SECOND_US) /* after the first failure */
#define ABLE_DOUBLINGS 5                    /* a minute at most */

void broker_done(struct broker *b)
{
    producer_close(b->producer);
    *b = (struct broker){0};
}

bool broker_connect(struct broker *b, const struct settings *settings, struct err *err)
{
    struct producer *made;

    if (b->producer != NULL)
        return true;
    if (!producer_open(settings->kafka_brokers, &settings->kafka, &made, err))
        return false;
    if (!producer_probe(made, PROBE_MS, err)) {
        producer_close(made);
        return false;
    }
    b->producer = made;
    return true;
}

void broker_drop(struct broker *b)
{
    producer_close(b->producer);
    b->producer = NULL;
}

void broker_failed(struct broker *b)
{
    b->able_us = clock_mono_us() + (ABLE_AGAIN_US << b->failures);
    if (b->failures < ABLE_DOUBLINGS)
        b->failures++;
}

void broker_worked(struct broker *b)
{
    b->failures = 0;
    b->able_us = 0;
}

bool broker_able(const struct broker *b)
{
    return b->producer != NULL && clock_mono_us() >= b->able_us;
}

void broker_topics_again(struct broker *b, const struct settings *settings)
{
    b->topics_made = b->receipts_made = !settings->create_topics;
    b->receipts_next_us = 0;
}

bool broker_topics(struct broker *b, const struct lists *lists,
                   const struct settings *settings, struct err *err)
{
    int64_t now_us = clock_mono_us();

    if (!b->topics_made && !lists_make_topics(lists, settings, err))
        return false;
    b->topics_made = true;
    if (b->receipts_made || now_us < b->receipts_next_us)
        return true;
    b->receipts_made = lists_make_receipts(lists, settings, err);
    b->receipts_next_us = now_us + RECEIPTS_US;
    if (!b->receipts_made)
        log_err(LOG_LEVEL_WARN, "receipts_topics", err);
    return true;
}
