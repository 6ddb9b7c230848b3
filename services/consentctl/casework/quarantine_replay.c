/*
 * consentctl quarantine replay: the same bytes on the same feed once more, after whatever
 * was wrong with the register or the program has been fixed. The row is settled when the
 * broker has confirmed the record; a crash in between sends it twice, which the ledger
 * knows as a duplicate.
 */
#include "commands.h"
#include "quarantine.h"

#include "base/mem.h"
#include "codec/event/header_json.h"
#include "kafka/producer.h"
#include "vault/vault.h"

#include <stdlib.h>
#include <string.h>

#define WAIT_MS 30000

static bool replayable(const struct quarantined *q, struct err *err)
{
    if (q->raw == NULL)
        return err_set(err, ERR_INPUT, "NO_BYTES",
                       "number %lld: its bytes are %s, so it cannot be replayed; "
                       "discard it",
                       (long long)q->id, kept_name(q->kept));
    if (q->ledger_id != 0)
        return err_set(err, ERR_INPUT, "IN_LEDGER",
                       "number %lld is in the ledger already (%lld), a replay would be a "
                       "duplicate; discard it with what was found",
                       (long long)q->id, (long long)q->ledger_id);
    return true;
}

static bool send_one(struct producer *producer, const struct quarantined *q,
                     struct err *err)
{
    struct producer_header *list;
    struct header_set headers = {0};
    int topic;
    bool ok;

    ok = producer_topic(producer, q->topic, &topic, err) &&
         (q->headers == NULL ||
          headers_from_json(q->headers, q->headers_len, &headers, err));
    list = mem_zalloc(headers.n + 1, sizeof(*list));
    for (size_t i = 0; ok && i < headers.n; i++)
        list[i] = (struct producer_header){headers.list[i].name, headers.list[i].value};
    ok = ok && producer_put_headers(producer, topic, list, headers.n, q->raw, q->raw_len,
                                    WAIT_MS, err);
    free(list);
    headers_done(&headers);
    return ok;
}

static bool send_all(struct ctl *ctl, const struct quarantine_set *set, struct err *err)
{
    struct producer *producer;
    bool ok = true;

    if (!ctl_kafka(ctl, err) ||
        !producer_open(ctl->settings.kafka_brokers, &ctl->kafka, &producer, err))
        return false;
    for (size_t i = 0; ok && i < set->n; i++)
        ok = send_one(producer, &set->rows[i], err);
    ok = ok && producer_flush(producer, WAIT_MS, err);
    producer_close(producer);
    return ok;
}

static bool replay(struct ctl *ctl, struct quarantine_set *set, int64_t *ret_n,
                   struct err *err)
{
    int64_t ids[QUARANTINE_IDS_MAX];
    size_t n;

    if (!quarantine_ids(ctl, ids, &n, err) || !ctl_pg(ctl, err) ||
        !quarantine_get(ctl->pg, ids, n, set, err) ||
        !quarantine_all_there(set, ids, n, err) || !ctl_vault(ctl, err) ||
        !vault_quarantine(ctl->vault, ctl->pg, "quarantine replay", set, err))
        return false;
    for (size_t i = 0; i < set->n; i++)
        if (!replayable(&set->rows[i], err))
            return false;
    return send_all(ctl, set, err) &&
           quarantine_settle(ctl->pg, ids, n, QUARANTINE_REPLAYED, NULL,
                             ctl_option(ctl, "reason"), ret_n, err);
}

int quarantine_replay_run(struct ctl *ctl)
{
    struct quarantine_set set = {0};
    int64_t settled = 0;
    struct err err;
    const int code = replay(ctl, &set, &settled, &err)
                         ? quarantine_settled_say(ctl, "replayed", settled)
                         : ctl_fail(ctl, &err);

    quarantine_done(&set);
    return code;
}
