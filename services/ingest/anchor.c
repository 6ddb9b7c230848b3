#include "ingest.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* How long what a log's ends say must hold: a new leader may know less for a moment. */
#define SURE_AFTER_US (3 * WHEN_SECOND_US)

/* A statement beside the batches did not succeed: what time heals is done a second later.
 */
static bool forgive(struct ingest *in, size_t part, const struct err *e, struct err *err)
{
    if (strcmp(e->code, INGEST_MOVED) == 0)
        return owner_hold(in, part, HOLD_TAKEN, err);
    if (e->kind != ERR_RETRY) {
        *err = *e;
        return false;
    }
    measure_retry(e);
    database_trouble(in, e);
    return true;
}

/* --- is it the record that was taken in last? --- */

bool anchor_check(struct ingest *in, size_t part, const struct consumer_record *rec,
                  const uint8_t digest[INGEST_DIGEST_BYTES], struct err *err)
{
    const struct ingest_anchor *a = &in->parts[part].anchor;
    struct feed *f = &in->feeds[part];

    f->checking = false;
    if (rec->offset != a->offset || rec->time_us != a->time_us ||
        memcmp(digest, a->digest, sizeof(a->digest)) != 0)
        return owner_hold(in, part, HOLD_OTHER_LOG, err);
    f->seen = rec->offset;
    f->doubt_us = 0;
    return true;
}

bool anchor_end(struct ingest *in, size_t part, int64_t offset, struct err *err)
{
    struct feed *f = &in->feeds[part];

    f->end = offset;
    if (!f->checking || f->hold != HOLD_NONE)
        return true;
    return anchor_doubt(in, part, "the record taken in last is not there", err);
}

/* --- doubt --- */

bool anchor_doubt(struct ingest *in, size_t part, const char *why, struct err *err)
{
    const struct ingest_part *p = &in->parts[part];
    struct feed *f = &in->feeds[part];
    char topic[CONSUMER_TOPIC_BYTES + 4];

    if (f->hold != HOLD_NONE)
        return true;
    if (f->doubt_us == 0)
        f->doubt_us = clock_mono_us();
    f->hold = HOLD_DOUBT;
    f->low = f->high = -1;
    lanes_drop(in, part);
    log_write(LOG_LEVEL_WARN, "log_in_doubt",
              "topic=%s partition=%d position=%lld text=\"%s\"",
              log_quote(p->topic, topic, sizeof(topic)), (int)p->partition,
              (long long)p->next, why);
    return consumer_pause(in->consumer, f->lane == LANE_FRONT, p->topic, p->partition,
                          err);
}

/* Reading goes on at to, where the log begins; what is skipped is a gap. */
static bool skip(struct ingest *in, size_t part, int64_t to, struct err *err)
{
    const struct ingest_part *p = &in->parts[part];
    char topic[CONSUMER_TOPIC_BYTES + 4];
    struct err e;

    if (in->pg == NULL)
        return true; /* at the next survey */
    if (!ingest_skip(in->pg, p, to, &e))
        return forgive(in, part, &e, err);
    if (to > p->next)
        log_write(
            LOG_LEVEL_ERROR, "records_missed",
            "topic=%s partition=%d from=%lld to=%lld text=\"they were deleted before "
            "they were read: see consentctl feed gaps\"",
            log_quote(p->topic, topic, sizeof(topic)), (int)p->partition,
            (long long)p->next, (long long)to);
    in->reclaim_us = clock_mono_us();
    return true;
}

/* It is shorter than our position, or lacks our record, and stays so. */
static bool refuse(struct ingest *in, size_t part, enum hold why, struct err *err)
{
    struct feed *f = &in->feeds[part];

    if (clock_mono_us() - f->doubt_us < SURE_AFTER_US)
        return true;
    f->hold = HOLD_NONE;
    return owner_hold(in, part, why, err);
}

static bool settle(struct ingest *in, size_t part, struct err *err)
{
    const struct ingest_part *p = &in->parts[part];
    const struct feed *f = &in->feeds[part];
    bool anchored = p->anchor.offset >= 0;

    if (f->low > p->next)
        return skip(in, part, f->low, err);
    if (f->high < p->next)
        return refuse(in, part, anchored ? HOLD_OTHER_LOG : HOLD_OUT_OF_RANGE, err);
    if (anchored && f->low > p->anchor.offset)
        return skip(in, part, f->low, err); /* the anchor has expired, and nothing else */
    if (anchored && clock_mono_us() - f->doubt_us >= SURE_AFTER_US)
        return refuse(in, part, HOLD_OTHER_LOG, err);
    in->reclaim_us = clock_mono_us(); /* to read the record itself */
    return true;
}

bool anchor_settle(struct ingest *in, struct err *err)
{
    for (size_t i = 0; i < in->n_parts; i++)
        if (in->feeds[i].hold == HOLD_DOUBT && in->feeds[i].low >= 0 &&
            !settle(in, i, err))
            return false;
    return true;
}

/* --- what holds no record --- */

bool anchor_pass(struct ingest *in, struct err *err)
{
    int64_t *to = mem_zalloc(in->n_parts ? in->n_parts : 1, sizeof(*to));
    size_t n = 0, last = 0;
    struct err e;
    bool ok = true;

    for (size_t i = 0; i < in->n_parts; i++) {
        const struct feed *f = &in->feeds[i];

        /* everything that was read is in */
        if (f->hold != HOLD_NONE || f->checking || f->end <= in->parts[i].next ||
            f->seen >= in->parts[i].next)
            continue;
        to[i] = f->end;
        last = i;
        n++;
    }
    if (n > 0 && in->pg != NULL) {
        ok = ingest_pass(in->sender, in->pg, in->parts, to, in->n_parts, &e);
        for (size_t i = 0; ok && i < in->n_parts; i++)
            if (to[i] > in->parts[i].next)
                in->parts[i].next = to[i];
        in->hint_due = in->hint_due || ok;
        ok = ok || forgive(in, last, &e, err);
    }
    free(to);
    return ok;
}
