#include "ingest.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/stop.h"

#include <stdlib.h>
#include <string.h>

#define ABANDON_US (5 * WHEN_SECOND_US)

static bool insist(struct ingest *in, struct ingest_batch *b, size_t from, size_t to,
                   struct err e, struct err *err);

/* --- after a commit --- */

void commit_hint(struct ingest *in)
{
    struct consumer_part *parts;
    size_t n = 0;

    if (!in->hint_due)
        return;
    in->hint_due = false;
    parts = mem_zalloc(in->n_parts ? in->n_parts : 1, sizeof(*parts));
    for (size_t i = 0; i < in->n_parts; i++) {
        if (in->parts[i].next == 0 || in->feeds[i].hold == HOLD_TAKEN)
            continue;
        memcpy(parts[n].topic, in->parts[i].topic, sizeof(parts[n].topic));
        parts[n].partition = in->parts[i].partition;
        parts[n++].offset = in->parts[i].next;
    }
    if (n > 0)
        consumer_commit(in->consumer, parts, n);
    free(parts);
}

static void moved(struct ingest_part *p, const struct ingest_row *r)
{
    if (ingest_row_next(r) > p->next)
        p->next = ingest_row_next(r);
    if (!r->last || r->offset < p->anchor.offset)
        return;
    p->anchor.offset = r->offset;
    p->anchor.time_us = r->record_us;
    memcpy(p->anchor.digest, r->record_digest, sizeof(p->anchor.digest));
    if (p->sure.offset < 0)
        p->sure = p->anchor; /* the first that was ever taken in */
}

/* By its number in the ledger an event is found again in publish's log. No word of the
 * event's: its id is the source's to choose, and may say who it is about. */
static void taken_say(const struct ingest_part *p, const struct ingest_row *r)
{
    log_write(LOG_LEVEL_DEBUG, "taken",
              "topic=%s partition=%d offset=%lld ledger=%lld outcome=%d", p->topic,
              (int)p->partition, (long long)r->offset, (long long)r->ledger_id,
              (int)r->outcome);
}

/* Rows from..to are in: our positions follow. */
static void went_in(struct ingest *in, const struct ingest_batch *b, size_t from,
                    size_t to, const struct ingest_done *done)
{
    for (size_t i = from; i < to; i++) {
        const struct ingest_row *r = &b->rows[i];

        if (r->slot < 0)
            continue;
        moved(&in->parts[r->slot], r);
        if (log_wants(LOG_LEVEL_DEBUG))
            taken_say(&in->parts[r->slot], r);
    }
    if (done != NULL)
        budget_settle(in, b, from, to, done);
    measure_batch(in, b, from, to, done);
    database_fine(in);
    in->hint_due = true;
    consumer_wake(in->consumer);
}

static bool attempt(struct ingest *in, struct ingest_batch *b, size_t from, size_t to,
                    struct err *err)
{
    struct ingest_done done;

    if (!ingest_send(in->sender, in->pg, b, from, to, in->parts, in->n_parts, err) ||
        !ingest_collect(in->sender, in->pg, &done, err))
        return false;
    went_in(in, b, from, to, &done);
    return true;
}

/* --- when it does not go in --- */

/* Somebody was faster: the row that ours meets has been committed, so that the next try
 * sees it. As often as this in a row it is no race. */
#define UNIQUE_VIOLATION "PG_23505"
#define RACES_MAX        20

/* SQLSTATE classes that blame the data: the batch is divided until it is one record. */
static bool blames_data(const struct err *e)
{
    return strncmp(e->code, "PG_22", 5) == 0 || strncmp(e->code, "PG_23", 5) == 0 ||
           strncmp(e->code, "PG_54", 5) == 0;
}

/* How many refusals in a row it takes until the data are to blame. */
static int patience(const struct err *e, size_t rows)
{
    if (strcmp(e->code, UNIQUE_VIOLATION) == 0)
        return RACES_MAX;
    return rows > 1 ? 1 : 2;
}

static bool insist_part(struct ingest *in, struct ingest_batch *b, size_t from, size_t to,
                        struct err *err)
{
    struct err e;

    return attempt(in, b, from, to, &e) || insist(in, b, from, to, e, err);
}

static bool divide(struct ingest *in, struct ingest_batch *b, size_t from, size_t to,
                   const struct err *e, struct err *err)
{
    size_t middle = from + (to - from) / 2;
    const struct ingest_row *r = &b->rows[from];

    if (to - from > 1)
        return insist_part(in, b, from, middle, err) &&
               insist_part(in, b, middle, to, err);
    if (!ingest_batch_reduce(b, from)) {
        *err = *e;
        return false;
    }
    log_write(LOG_LEVEL_ERROR, "poison",
              "code=%s partition=%d offset=%lld facts=%zu "
              "text=\"PostgreSQL does not take this record: it goes to quarantine\"",
              e->code, (int)in->parts[r->slot].partition, (long long)r->offset,
              r->n_facts);
    return insist_part(in, b, from, to, err);
}

/* Compares what we believe of one partition with what PostgreSQL holds. */
static bool compare(struct ingest *in, struct ingest_batch *b, size_t part,
                    const struct ingest_part *now, int64_t target, bool *ret_in,
                    struct err *err)
{
    if (now->epoch == in->parts[part].epoch && now->next == target &&
        target != in->parts[part].next) { /* within a record nothing can be told */
        *ret_in = true;
        return true;
    }
    if (now->epoch == in->parts[part].epoch && now->next == in->parts[part].next)
        return true;
    ingest_batch_drop(b, (int32_t)part);
    lanes_drop(in, part);
    return owner_hold(in, part, HOLD_TAKEN, err);
}

/* Is the range in after all? Takes out of it what is no longer ours. Waits for as long as
 * PostgreSQL is away. */
static bool find_out(struct ingest *in, struct ingest_batch *b, size_t from, size_t to,
                     bool *ret_in, struct err *err)
{
    struct ingest_part *now = mem_zalloc(in->n_parts, sizeof(*now));
    struct err e;
    bool ok = true;

    *ret_in = false;
    for (;;) {
        memcpy(now, in->parts, in->n_parts * sizeof(*now));
        ok = database_await(in, err);
        if (!ok || ingest_positions(in->pg, now, in->n_parts, &e))
            break;
        ok = e.kind == ERR_RETRY;
        if (!ok) {
            *err = e;
            break;
        }
        database_trouble(in, &e);
    }
    for (size_t i = 0; ok && i < in->n_parts; i++) {
        int64_t target = ingest_next(b, from, to, (int32_t)i);

        if (target >= 0)
            ok = compare(in, b, i, &now[i], target, ret_in, err);
    }
    free(now);
    return ok;
}

static bool any_left(const struct ingest_batch *b, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (b->rows[i].slot >= 0)
            return true;
    return false;
}

/* Another contact secret counts now, and perhaps it is one of ours: then the next try is
 * under that one, and else no connection is let in. */
static bool secret_changed(const struct ingest *in, const struct err *e)
{
    return strcmp(e->code, INGEST_SECRET) == 0 && contact_keyer_marks(in->keyer)->n > 1;
}

/* The range did not go in, and e says why; until it has, or is no longer ours. */
static bool insist(struct ingest *in, struct ingest_batch *b, size_t from, size_t to,
                   struct err e, struct err *err)
{
    int refused = 0;

    for (;;) {
        bool is_in, data = blames_data(&e);

        refused = data ? refused + 1 : 0;
        if (data && refused >= patience(&e, to - from))
            return divide(in, b, from, to, &e, err);
        if (!data && e.kind != ERR_RETRY) {
            *err = e;
            return false;
        }
        measure_retry(&e);
        if (!data && strcmp(e.code, INGEST_MOVED) != 0 && !secret_changed(in, &e))
            database_trouble(in, &e);
        if (stop_asked()) {
            err_clear(err);
            return false;
        }
        if (!find_out(in, b, from, to, &is_in, err))
            return false;
        if (is_in) {
            went_in(in, b, from, to, NULL);
            return true;
        }
        if (!any_left(b, from, to) || attempt(in, b, from, to, &e))
            return true;
    }
}

/* --- the flow's side --- */

/* The batch that was sent is nobody's again. */
static void release(struct ingest *in)
{
    ingest_batch_reset(in->sent);
    in->spare = in->sent;
    in->sent = NULL;
}

static bool settled(struct ingest *in, struct err *err)
{
    const int64_t took_us = clock_mono_us() - in->sent_at_us;

    measure_commit(took_us, in->sent->n_rows);
    lanes_took(in, took_us, in->sent->n_rows);
    release(in);
    return database_ids(in, err);
}

void commit_prepare(struct ingest *in, enum lane lane)
{
    const struct ingest_batch *b = in->lanes[lane].filling;

    if (contact_keyer_marks(in->keyer)->n > 1)
        return; /* PostgreSQL has to be asked first who is known by which key */
    if (ingest_batch_full(b) && !ingest_encoded(in->ahead, b))
        ingest_encode(in->ahead, b, in->parts, in->n_parts);
}

/* The sender that has the batch encoded, if one has. */
static void choose_sender(struct ingest *in, const struct ingest_batch *b)
{
    struct ingest_sender *other = in->sender;

    if (!ingest_encoded(in->ahead, b))
        return;
    in->sender = in->ahead;
    in->ahead = other;
}

bool commit_send(struct ingest *in, enum lane lane, struct err *err)
{
    struct ingest_batch *b = in->lanes[lane].filling;
    struct err e;

    if (!database_await(in, err) || !database_ids(in, err))
        return false;
    in->sent = b;
    in->sent_at_us = clock_mono_us();
    lanes_sent(in, lane);
    in->lanes[lane].filling = in->spare;
    in->spare->rows_max = lanes_rows(in);
    in->spare = NULL;
    if (!any_left(b, 0, b->n_rows))
        return settled(in, err);
    choose_sender(in, b);
    in->flying =
        ingest_send(in->sender, in->pg, b, 0, b->n_rows, in->parts, in->n_parts, &e);
    return in->flying || (insist(in, b, 0, b->n_rows, e, err) && settled(in, err));
}

bool commit_ready(struct ingest *in)
{
    return pg_ready(in->pg);
}

bool commit_settle(struct ingest *in, struct err *err)
{
    struct ingest_batch *b = in->sent;
    struct ingest_done done = {.register_version = in->reg_version};
    struct err e;

    in->flying = false;
    if (ingest_collect(in->sender, in->pg, &done, &e))
        went_in(in, b, 0, b->n_rows, &done);
    else if (!insist(in, b, 0, b->n_rows, e, err))
        return false;
    return settled(in, err) && database_register(in, done.register_version, err);
}

void commit_abandon(struct ingest *in)
{
    int64_t until_us = clock_mono_us() + ABANDON_US;
    struct ingest_done done;
    struct err e;

    if (in->sent == NULL)
        return;
    while (in->flying && !pg_wait(in->pg, 100) && clock_mono_us() < until_us)
        watchdog_beat();
    if (in->flying && pg_ready(in->pg) && ingest_collect(in->sender, in->pg, &done, &e))
        went_in(in, in->sent, 0, in->sent->n_rows, &done);
    else
        database_close(in); /* in or not: the next owner finds out by the position */
    in->flying = false;
    release(in);
}
