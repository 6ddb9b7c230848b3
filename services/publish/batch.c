#include "batch.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "codec/lists/entry_json.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_LIMIT 4096

void batch_init(struct batch *b, const struct lists *lists, struct seal *seal)
{
    *b = (struct batch){0};
    judge_init(&b->judge, lists, seal);
    list_writer_init(&b->writer);
    buf_init(&b->value, VALUE_LIMIT);
}

void batch_done(struct batch *b)
{
    dirty_batch_done(&b->dirty);
    judge_done(&b->judge);
    list_writer_done(&b->writer);
    free(b->rows);
    buf_done(&b->value);
}

void batch_connected(struct batch *b)
{
    b->writer.type = 0;
}

/* most: how many were set aside; what comes after them is another's. */
static bool versions_give(struct batch *b, int64_t version, int64_t most, struct err *err)
{
    if ((int64_t)b->judge.n_changes > most)
        return err_set(err, ERR_FATAL, "LIST_VERSION", "a batch needs too many versions");
    for (size_t i = 0; i < b->judge.n_changes; i++)
        b->judge.changes[i].row.version = version + (int64_t)i;
    b->versions_used = (int64_t)b->judge.n_changes;
    return true;
}

/* --- to PostgreSQL --- */

/*
 * All that the batch writes goes in one journey, and the database is at work while Kafka
 * gets the entries.
 *
 * A denial for all channels follows the links of its contact, and the linked contacts
 * become dirty here, not in ingest, because of a race. Link and denial may arrive in two
 * transactions that do not see each other. Each makes its own contact dirty when it
 * commits. Whichever of these marks is taken last is taken after both have committed: if
 * it is the link's, judging finds the denial along it; if it is the denial's, this
 * statement finds the link. Contacts woken here wake no others, so it ends.
 */
static bool words_write(struct batch *b, struct pg *pg, struct err *err)
{
    const struct judge *j = &b->judge;
    const size_t n = j->n_changes;

    if (n > b->rows_cap) {
        b->rows = mem_resize(b->rows, n, sizeof(*b->rows));
        b->rows_cap = n;
    }
    for (size_t i = 0; i < n; i++)
        b->rows[i] = j->changes[i].row;
    return list_writer_ready(&b->writer, pg, err) && pg_pipe_open(pg, err) &&
           list_write(&b->writer, pg, b->rows, n, err) &&
           dirty_linked_ask(pg, j->wide, j->wide_known_us, j->n_wide, err) &&
           due_put(pg, j->due, j->n_due, err) &&
           member_write(pg, j->voices, j->n_voices, err) && pg_pipe_go(pg, err);
}

static bool words_written(struct batch *b, struct pg *pg, struct err *err)
{
    int64_t linked;

    if (!list_write_end(&b->writer, pg, err) ||
        !dirty_linked_answer(pg, b->judge.n_wide, &linked, err) || !pg_pipe_end(pg, err))
        return false;
    metrics_add(METRIC_LINKED, (double)linked);
    return true;
}

/* --- to Kafka --- */

/* What makes a mailing system send less goes out before what makes it send more. */
static bool restricts(const struct change *c)
{
    return c->list->list->polarity == LIST_PERMIT ? c->row.status != LIST_PERMITTED
                                                  : c->row.status == LIST_SUPPRESSED;
}

static bool entry_produce(struct batch *b, struct producer *producer,
                          const struct change *c, int32_t timeout_ms, struct err *err)
{
    struct entry_text text = {
        .list = c->list->list->id,
        .token = c->row.token,
        .status = c->row.status,
        .reason = c->row.reason,
        .effective_us = c->row.effective_us,
        .known_us = c->row.known_us,
        .version = c->row.version,
        .entry = c->row.entry,
    };
    int topic;

    buf_reset(&b->value);
    if (!entry_to_json(&text, &b->value))
        return err_set(err, ERR_FATAL, "ENTRY_LONG", "an entry of list %s does not fit",
                       c->list->list->id);
    return producer_topic(producer, c->list->topic, &topic, err) &&
           producer_put(producer, topic, c->row.token, strlen(c->row.token),
                        b->value.data, b->value.len, timeout_ms, err);
}

static bool entries_produce(struct batch *b, struct producer *producer, bool restricting,
                            int64_t until_us, struct err *err)
{
    for (size_t i = 0; i < b->judge.n_changes; i++) {
        const struct change *c = &b->judge.changes[i];
        int64_t left_ms = (until_us - clock_mono_us()) / 1000;

        if (restricts(c) != restricting)
            continue;
        b->sent = true;
        if (!entry_produce(b, producer, c, left_ms > 0 ? (int32_t)left_ms : 0, err))
            return false;
    }
    return true;
}

static bool entries_confirmed(struct producer *producer, int64_t until_us,
                              struct err *err)
{
    int64_t left_ms = (until_us - clock_mono_us()) / 1000;

    return producer_flush(producer, left_ms > 0 ? (int32_t)left_ms : 0, err);
}

/* --- the story --- */

static bool batch_run(struct batch *b, struct pg *pg, struct producer *producer,
                      struct lease *lease, const struct dirty_limit *limit,
                      int64_t version, int32_t deliver_ms, struct batch_result *ret,
                      struct err *err)
{
    int64_t until_us;

    /* Nobody can take our shards until this transaction ends. */
    if (!pg_pipe_open(pg, err) || !pg_begin(pg, err) ||
        !dirty_ask(pg, lease, limit, err) || !pg_pipe_go(pg, err) ||
        !dirty_answer(pg, lease, &b->dirty, err))
        return false;
    ret->lost = b->dirty.lost;
    ret->contacts = b->dirty.n;
    ret->marks = b->dirty.marks;
    ret->denials = b->dirty.denials;
    if (b->dirty.n == 0)
        return true;
    ret->outdated = b->dirty.register_version != b->judge.lists->version;
    if (ret->outdated)
        return err_set(err, ERR_RETRY, "REGISTER_CHANGED", "the register has changed");

    if (!judge_batch(&b->judge, pg, &b->dirty, b->dirty.now_us, err) ||
        !versions_give(b, version, dirty_most(limit) * (int64_t)b->judge.lists->n, err))
        return false;
    ret->entries = b->judge.n_changes;

    until_us = clock_mono_us() + (int64_t)deliver_ms * 1000;
    return words_write(b, pg, err) && entries_produce(b, producer, true, until_us, err) &&
           words_written(b, pg, err) && entries_confirmed(producer, until_us, err) &&
           entries_produce(b, producer, false, until_us, err) &&
           entries_confirmed(producer, until_us, err);
}

static void batch_measure(const struct batch *b, int64_t began_us)
{
    int64_t now_us = clock_wall_us();

    metrics_observe(METRIC_BATCH_TIME, (double)(clock_mono_us() - began_us) / 1e6);
    metrics_observe(METRIC_BATCH_CONTACTS, (double)b->dirty.n);
    metrics_add(METRIC_DOUBTFUL, (double)b->judge.forced);
    metrics_add(METRIC_UNTOKENED, (double)b->judge.untokened);
    for (size_t i = 0; i < b->judge.n_changes; i++) {
        const struct change *c = &b->judge.changes[i];

        log_write(LOG_LEVEL_DEBUG, "published", "list=%s version=%lld ledger=%lld",
                  c->list->list->id, (long long)c->row.version, (long long)c->row.entry);
        metric_add(c->list->entries[c->row.status], 1);
        if (c->known_us != 0)
            metrics_observe(METRIC_LATENCY, (double)(now_us - c->known_us) / 1e6);
    }
}

bool batch_publish(struct batch *b, struct pg *pg, struct producer *producer,
                   struct lease *lease, const struct dirty_limit *limit, int64_t version,
                   int32_t deliver_ms, struct batch_result *ret, struct err *err)
{
    int64_t began_us = clock_mono_us();

    *ret = (struct batch_result){0};
    b->sent = false;
    b->dirty.n = 0;
    b->versions_used = 0;
    if (batch_run(b, pg, producer, lease, limit, version, deliver_ms, ret, err) &&
        pg_commit(pg, err)) {
        if (b->dirty.n > 0)
            batch_measure(b, began_us);
        return true;
    }
    pg_rollback(pg);
    return false;
}
