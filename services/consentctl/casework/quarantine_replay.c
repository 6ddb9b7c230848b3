/*
 * consentctl quarantine replay: the same bytes on the same feed once more, after whatever
 * was wrong with the register or the program has been fixed. The row is settled when the
 * broker has confirmed the record; a crash in between sends it twice, which the ledger
 * knows as a duplicate.
 */
#include "commands.h"
#include "quarantine.h"

#include "codec/event/header_json.h"
#include "kafka/producer.h"
#include "vault/vault.h"

#include <stdio.h>

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
    struct header_set headers = {0};
    int topic;
    bool ok;

    ok = producer_topic(producer, q->topic, &topic, err) &&
         (q->headers == NULL ||
          headers_from_json(q->headers, q->headers_len, &headers, err)) &&
         producer_put_headers(producer, topic, headers.list, headers.n, q->raw,
                              q->raw_len, WAIT_MS, err);
    headers_done(&headers);
    return ok;
}

static bool send_all(struct producer *producer, const struct quarantine_set *set,
                     struct err *err)
{
    for (size_t i = 0; i < set->n; i++)
        if (!send_one(producer, &set->rows[i], err))
            return false;
    return producer_flush(producer, WAIT_MS, err);
}

/* Of all that wait, what cannot be sent again goes on waiting. */
static bool keep_replayable(struct quarantine_set *set, bool all, int64_t *ids, size_t *n,
                            size_t *left, struct err *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < set->n; i++) {
        if (replayable(&set->rows[i], err)) {
            ids[kept] = set->rows[i].id;
            set->rows[kept++] = set->rows[i];
        } else if (!all) {
            return false;
        }
    }
    *left += set->n - kept;
    set->n = *n = kept;
    return true;
}

/* Some of them; *ret_more false: there were none. */
static bool replay_some(struct ctl *ctl, struct quarantine_pick *pick,
                        struct producer *producer, int64_t *settled, size_t *left,
                        bool *ret_more, struct err *err)
{
    struct quarantine_set set = {0};
    int64_t ids[QUARANTINE_IDS_MAX], done = 0;
    size_t n;
    bool ok = quarantine_pick_next(ctl, pick, &set, ids, &n, err);

    *ret_more = ok && n > 0;
    ok = ok && (n == 0 ||
                (vault_quarantine(ctl->vault, ctl->pg, "quarantine replay", &set, err) &&
                 keep_replayable(&set, pick->all, ids, &n, left, err) &&
                 (n == 0 || (send_all(producer, &set, err) &&
                             quarantine_settle(ctl->pg, ids, n, QUARANTINE_REPLAYED, NULL,
                                               quarantine_note(ctl), &done, err)))));
    *settled += done;
    quarantine_done(&set);
    return ok;
}

static bool replay(struct ctl *ctl, int64_t *settled, size_t *left, struct err *err)
{
    struct producer *producer;
    struct quarantine_pick pick;
    bool ok, more = true;

    if (!quarantine_pick_begin(ctl, &pick, err) || !ctl_vault(ctl, err) ||
        !ctl_kafka(ctl, err) ||
        !producer_open(ctl->settings.kafka_brokers, &ctl->kafka, &producer, err))
        return false;
    do
        ok = replay_some(ctl, &pick, producer, settled, left, &more, err);
    while (ok && more);
    producer_close(producer);
    return ok;
}

int quarantine_replay_run(struct ctl *ctl)
{
    int64_t settled = 0;
    size_t left = 0;
    struct err err;

    if (!replay(ctl, &settled, &left, &err)) {
        if (settled > 0)
            fprintf(stderr, "replayed %lld before that\n", (long long)settled);
        return ctl_fail(ctl, &err);
    }
    if (left > 0)
        fprintf(stderr,
                "%zu cannot be replayed: their bytes are not kept, or they are in "
                "the ledger\n",
                left);
    return quarantine_settled_say(ctl, "replayed", settled);
}
