#include "ingest.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Whoever says no does not wait for those who say yes. A partition stands in front, read
 * by a client of its own, as long as it says no for the most part, or has little to read.
 * One with a backlog of other things stands back, until it has caught up. Within a
 * partition order stays: nothing passes what came before it. */

#define MANY      250  /* records that wait: a backlog */
#define FEW       50   /* it has caught up */
#define MOSTLY    0.5  /* of what is in front, so many say no, or more */
#define CLEARLY   0.75 /* so many in what is to come to the front */
#define RECORDS   8    /* in a row from the front while others wait */
#define BATCHES   3    /* the same of batches */
#define LOOK_US   WHEN_SECOND_US
#define LOOK_ROWS 64

/* While both lanes have something, a batch is to take no longer, for the other waits. */
#define TURN_US   (80 * 1000)
#define TURN_ROWS 250
#define BOTH_US   (5 * WHEN_SECOND_US)

void lanes_init(struct ingest *in)
{
    for (size_t i = 0; i < LANES; i++) {
        in->lanes[i].filling = &in->batches[i];
        in->lanes[i].idle = true;
    }
    in->spare = &in->batches[LANES];
}

void lanes_forget(struct ingest *in)
{
    for (size_t i = 0; i < LANES; i++)
        ingest_batch_reset(in->lanes[i].filling);
}

void lanes_drop(struct ingest *in, size_t part)
{
    ingest_batch_drop(in->lanes[in->feeds[part].lane].filling, (int32_t)part);
}

/* --- reading --- */

bool lanes_next(struct ingest *in, int32_t wait_ms, enum lane *ret,
                enum consumer_event *event, struct consumer_record *rec, struct err *err)
{
    struct lane_state *front = &in->lanes[LANE_FRONT], *back = &in->lanes[LANE_BACK];
    const bool room = !ingest_batch_full(back->filling);
    const bool has = consumer_front_waits(in->consumer);
    bool waits = !ingest_batch_full(front->filling) && (!room || has);

    front->idle = front->idle || !has; /* what is gathered need not wait for more */
    *ret = LANE_FRONT;
    if (waits && (!room || in->front_records++ < RECORDS)) {
        if (!consumer_front(in->consumer, room ? 0 : wait_ms, event, rec, err))
            return false;
        front->idle = *event != CONSUMER_RECORD;
        if (!front->idle || *event != CONSUMER_IDLE || !room)
            return true;
        waits = false;
    }
    in->front_records = 0;
    *ret = LANE_BACK;
    if (!consumer_next(in->consumer, waits ? 0 : wait_ms, event, rec, err))
        return false;
    back->idle = *event != CONSUMER_RECORD;
    return true;
}

/* --- sending --- */

static bool due(const struct ingest *in, enum lane lane)
{
    const struct lane_state *l = &in->lanes[lane];

    return l->filling->n_rows > 0 &&
           (l->idle || ingest_batch_full(l->filling) ||
            clock_mono_us() - l->since_us >= in->set->linger_ms * 1000);
}

enum lane lanes_due(const struct ingest *in)
{
    const bool back = due(in, LANE_BACK);

    if (due(in, LANE_FRONT) && (!back || in->front_batches < BATCHES))
        return LANE_FRONT;
    return back ? LANE_BACK : LANES;
}

void lanes_sent(struct ingest *in, enum lane lane)
{
    in->front_batches = lane == LANE_FRONT ? in->front_batches + 1 : 0;
}

void lanes_took(struct ingest *in, int64_t took_us, size_t rows)
{
    const double now_us = (double)took_us / (double)(rows > 0 ? rows : 1);

    if (rows >= TURN_ROWS)
        in->row_us += (now_us - in->row_us) / (in->row_us > 0 ? 4 : 1);
}

size_t lanes_rows(const struct ingest *in)
{
    const int64_t now_us = clock_mono_us();
    const size_t most = (size_t)in->set->batch_events;
    size_t rows;

    for (size_t i = 0; i < LANES; i++)
        if (now_us - in->lanes[i].since_us > BOTH_US)
            return most;
    if (in->row_us <= 0)
        return most;
    rows = (size_t)(TURN_US / in->row_us);
    rows = rows < TURN_ROWS ? TURN_ROWS : rows;
    return rows < most ? rows : most;
}

/* --- which partition goes where --- */

void lanes_note(struct feed *f, const struct admission *a)
{
    bool no = false;

    for (size_t i = 0; i < a->n_facts && !no; i++)
        no = ingest_fact_safe((uint8_t)a->facts[i].kind);
    f->read += f->read < LANES_WEIGHT;
    f->denials += ((no ? 1.0 : 0.0) - f->denials) / f->read;
}

int64_t lanes_end(const struct ingest *in, size_t part)
{
    const struct ingest_part *p = &in->parts[part];
    const struct feed *f = &in->feeds[part];

    if (!f->heard) /* what this client once knew may be long ago */
        return f->last_end;
    return consumer_end(in->consumer, f->lane == LANE_FRONT, p->topic, p->partition);
}

static enum lane lane_of(const struct feed *f, int64_t waiting)
{
    if (f->lane == LANE_FRONT)
        return waiting > MANY && f->denials < MOSTLY ? LANE_BACK : LANE_FRONT;
    return waiting < FEW || f->denials > CLEARLY ? LANE_FRONT : LANE_BACK;
}

static bool gathered(const struct ingest *in, size_t part)
{
    const struct ingest_batch *b = in->lanes[in->feeds[part].lane].filling;

    return ingest_next(b, 0, b->n_rows, (int32_t)part) >= 0;
}

/* Moves it, if it should be elsewhere and none of its records waits to be sent: those of
 * a partition go in one after the other. */
static bool move(struct ingest *in, size_t part, bool forth)
{
    const struct ingest_part *p = &in->parts[part];
    struct feed *f = &in->feeds[part];
    char topic[CONSUMER_TOPIC_BYTES + 4];
    enum lane lane;

    if (!f->heard || f->checking || f->hold != HOLD_NONE || f->read == 0 || f->seen < 0)
        return false;
    f->last_end = lanes_end(in, part);
    lane = lane_of(f, f->last_end - f->seen - 1);
    if (lane == f->lane || (lane == LANE_FRONT && !forth) || gathered(in, part))
        return false;
    f->lane = lane;
    f->heard = false;
    log_write(LOG_LEVEL_INFO, "lane_changed",
              "topic=%s partition=%d front=%d waiting=%lld denials=%.2f",
              log_quote(p->topic, topic, sizeof(topic)), (int)p->partition,
              lane == LANE_FRONT, (long long)(f->last_end - f->seen - 1), f->denials);
    return true;
}

/* All go on where they were. */
static bool read_on(struct ingest *in, struct err *err)
{
    struct consumer_part *at = mem_zalloc(in->n_parts, sizeof(*at));
    bool ok;

    for (size_t i = 0; i < in->n_parts; i++) {
        const struct ingest_part *p = &in->parts[i];
        const struct feed *f = &in->feeds[i];

        memcpy(at[i].topic, p->topic, sizeof(at[i].topic));
        at[i].partition = p->partition;
        at[i].front = f->lane == LANE_FRONT;
        at[i].offset = f->seen >= 0                           ? f->seen + 1
                       : f->checking && p->anchor.offset >= 0 ? p->anchor.offset
                                                              : p->next;
    }
    ok = consumer_assign(in->consumer, at, in->n_parts, err);
    for (size_t i = 0; ok && i < in->n_parts; i++)
        if (in->feeds[i].hold != HOLD_NONE)
            ok = consumer_pause(in->consumer, at[i].front, at[i].topic, at[i].partition,
                                err);
    free(at);
    consumer_wake(in->consumer);
    return ok;
}

bool lanes_look(struct ingest *in, struct err *err)
{
    const int64_t now_us = clock_mono_us();
    const bool forth = now_us >= in->lanes_us; /* seldom: no going back and forth */
    size_t moved = 0;

    if (!forth && (in->sent == NULL || in->sent->n_rows < LOOK_ROWS))
        return true;
    if (forth)
        in->lanes_us = now_us + LOOK_US;
    for (size_t i = 0; i < in->n_parts; i++)
        moved += move(in, i, forth);
    return moved == 0 || read_on(in, err);
}
