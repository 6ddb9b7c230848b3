#include "desk_feed.h"

#include "base/clock.h"
#include "base/log.h"
#include "codec/people/told_json.h"
#include "core/event/fault_codes.h"
#include "intake/check.h"
#include "kafka/producer.h"

#include <stdio.h>

#define WAIT_MS 5000

const struct source *desk_feed(struct call *c)
{
    const struct rulebook *book = &c->w->reg->book;
    const int64_t now_us = clock_wall_us();
    const struct source *found = NULL;

    for (size_t i = 0; i < book->n_sources; i++) {
        const struct source *one = &book->sources[i];

        if (one->type != SOURCE_DPO || !period_holds(&one->valid, now_us))
            continue;
        if (found != NULL) {
            (void)call_refuse(
                c, 409, "several-feeds",
                "the register has several sources of the type dpo: say it with "
                "consentctl");
            return NULL;
        }
        found = one;
    }
    if (found == NULL)
        (void)call_refuse(c, 409, "no-feed",
                          "the register has no source of the type dpo");
    return found;
}

bool desk_sound(struct call *c, const struct source *feed, const struct buf *event,
                bool *ret, struct err *err)
{
    struct check *check;
    struct fault fault;
    bool ok;

    if (!check_open(&check, err))
        return false;
    ok = check_made(check, &c->w->reg->book, feed, event, &fault, err);
    check_close(check);
    *ret = ok && fault.reason[0] == '\0';
    if (ok && !*ret) {
        char words[256];

        snprintf(words, sizeof(words), "%s %s", fault_sentence(fault.reason),
                 fault_advice(fault.reason));
        http_problem(c->reply, 422, "event", words, told_pointer(fault.pointer));
    }
    return ok;
}

bool desk_send(struct call *c, const struct source *feed, const char *key,
               const struct buf *event)
{
    const struct settings *s = c->w->settings;
    char topic[REGISTER_ID_BYTES + 8];
    struct err err;

    snprintf(topic, sizeof(topic), "feed.%s", feed->id);
    if (producer_send(s->kafka_brokers, &s->kafka, topic, key, event->data, event->len,
                      WAIT_MS, &err))
        return true;
    log_err(LOG_LEVEL_WARN, "told_failed", &err);
    c->reply->retry_after_s = 5;
    return call_refuse(c, 503, "kafka", "Kafka did not take it: ask again");
}
