/*
 * POST /v1/quarantine/{id}/replay: the same bytes on the same feed once more, after
 * whatever was wrong has been fixed. The row is settled when the brokers have the
 * record; a crash in between sends it twice, which the ledger knows as a duplicate.
 */
#include "quarantine.h"
#include "routes.h"

#include "base/log.h"
#include "codec/event/header_json.h"
#include "kafka/producer.h"

#define WAIT_MS 5000

static bool replayable(struct call *c, const struct quarantined *q)
{
    if (c->w->settings->kafka_brokers[0] == '\0') {
        http_problem(c->reply, 501, "no-kafka",
                     "this service has no way to Kafka: say consentctl quarantine replay",
                     NULL);
        return false;
    }
    if (q->raw == NULL) {
        http_problem(c->reply, 409, "no-bytes",
                     "its bytes are not there any more: discard it", NULL);
        return false;
    }
    if (q->ledger_id != 0) {
        http_problem(
            c->reply, 409, "in-ledger",
            "it is in the ledger already, a replay would be a duplicate: discard "
            "it with what was found",
            NULL);
        return false;
    }
    return true;
}

static bool send_once(struct producer *producer, const struct quarantined *q,
                      struct err *err)
{
    struct header_set headers = {0};
    int topic;
    bool ok;

    ok = producer_topic(producer, q->topic, &topic, err) &&
         (q->headers == NULL ||
          headers_from_json(q->headers, q->headers_len, &headers, err)) &&
         producer_put_headers(producer, topic, headers.list, headers.n, q->raw,
                              q->raw_len, WAIT_MS, err) &&
         producer_flush(producer, WAIT_MS, err);
    headers_done(&headers);
    return ok;
}

/* Once in a while, by a person: a producer of its own is soon made. */
static bool send_again(struct call *c, const struct quarantined *q)
{
    const struct settings *s = c->w->settings;
    struct producer *producer = NULL;
    struct err err;
    bool ok;

    if (!replayable(c, q))
        return false;
    ok = producer_open(s->kafka_brokers, &s->kafka, &producer, &err) &&
         send_once(producer, q, &err);
    producer_close(producer);
    if (ok)
        return true;
    log_err(LOG_LEVEL_WARN, "replay_failed", &err);
    http_problem(c->reply, 503, "kafka", "Kafka did not take it: nothing was settled",
                 NULL);
    c->reply->retry_after_s = 5;
    return false;
}

bool answer_replay(struct call *c, struct err *err)
{
    return quarantine_change(c, QUARANTINE_REPLAYED, false, send_again, err);
}
