#include "ingest.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/stop.h"

#include <stdlib.h>
#include <string.h>

#define RECLAIM_US (30 * WHEN_SECOND_US)

const char *hold_name(enum hold why)
{
    switch (why) {
    case HOLD_TAKEN: return "taken";
    case HOLD_OUT_OF_RANGE: return "out_of_range";
    case HOLD_CREATE_TIME: return "create_time";
    case HOLD_OTHER_LOG: return "other_log";
    case HOLD_DOUBT: return "doubt";
    case HOLD_NONE:
    default: return "none";
    }
}

bool hold_lasts(enum hold why)
{
    return why == HOLD_OUT_OF_RANGE || why == HOLD_CREATE_TIME || why == HOLD_OTHER_LOG;
}

size_t owner_find(struct ingest *in, enum lane lane, const char *topic, int32_t partition)
{
    size_t *last = &in->lanes[lane].last_part;

    for (size_t k = 0; k < in->n_parts; k++) {
        size_t i = (*last + k) % in->n_parts;

        if (in->parts[i].partition == partition && strcmp(in->parts[i].topic, topic) == 0)
            return *last = i;
    }
    return in->n_parts;
}

static const char *source_name(const char *topic)
{
    const char *dot = strchr(topic, '.');

    return dot ? dot + 1 : topic;
}

/* Forgets what was read and not committed: it will be read again. */
static void forget(struct ingest *in)
{
    commit_abandon(in);
    lanes_forget(in);
}

/* What was doubted is compared with the anchor from before the doubt, also by whoever
 * comes after us. */
static bool restore_anchors(struct ingest *in, struct err *err)
{
    for (size_t i = 0; i < in->n_parts; i++) {
        struct ingest_part *p = &in->parts[i];

        if (in->feeds[i].hold != HOLD_DOUBT || p->sure.offset < 0)
            continue;
        if (!ingest_set_anchor(in->pg, p, &p->sure, err))
            return false;
        p->anchor = p->sure;
    }
    return true;
}

/* One round trip with PostgreSQL, repeated until it has succeeded. */
static bool take(struct ingest *in, struct err *err)
{
    struct err e;

    for (;;) {
        watchdog_beat();
        if (!database_await(in, err))
            return false;
        if (ingest_claim(in->pg, in->set->owner, in->parts, in->n_parts, &e) &&
            restore_anchors(in, &e))
            return true;
        if (e.kind != ERR_RETRY) {
            *err = e;
            return false;
        }
        database_trouble(in, &e);
    }
}

/* Takes the parts in PostgreSQL and starts to read where it says: at the record taken in
 * last, to see whether it is still that one. */
static bool claim(struct ingest *in, struct err *err)
{
    struct consumer_part *at;
    bool ok;

    if (!take(in, err) || !database_ids(in, err))
        return false;
    at = mem_zalloc(in->n_parts ? in->n_parts : 1, sizeof(*at));
    for (size_t i = 0; i < in->n_parts; i++) {
        const struct ingest_part *p = &in->parts[i];

        memcpy(at[i].topic, p->topic, sizeof(at[i].topic));
        at[i].partition = p->partition;
        at[i].offset = p->anchor.offset >= 0 ? p->anchor.offset : p->next;
        at[i].front = in->feeds[i].lane == LANE_FRONT;
        in->feeds[i] = (struct feed){.seen = -1,
                                     .lane = in->feeds[i].lane,
                                     .last_end = in->feeds[i].last_end,
                                     .name = source_name(p->topic),
                                     .checking = p->anchor.offset >= 0,
                                     .doubt_us = in->feeds[i].doubt_us,
                                     .low = -1,
                                     .high = -1,
                                     .asked = {.offset = -1}};
    }
    ok = consumer_assign(in->consumer, at, in->n_parts, err);
    free(at);
    return ok;
}

bool owner_assign(struct ingest *in, struct err *err)
{
    size_t n;
    const struct consumer_part *parts = consumer_parts(in->consumer, &n);

    forget(in);
    in->parts = mem_resize(in->parts, n ? n : 1, sizeof(*in->parts));
    in->feeds = mem_resize(in->feeds, n ? n : 1, sizeof(*in->feeds));
    in->n_parts = n;
    in->reclaim_us = in->ask_us = 0;
    memset(in->parts, 0, n * sizeof(*in->parts));
    memset(in->feeds, 0, n * sizeof(*in->feeds));
    for (size_t i = 0; i < n; i++) {
        memcpy(in->parts[i].topic, parts[i].topic, sizeof(in->parts[i].topic));
        in->parts[i].partition = parts[i].partition;
    }
    if (!claim(in, err))
        return false;
    in->assigned = true;
    measure_state(in);
    log_write(LOG_LEVEL_INFO, "assigned", "partitions=%zu", n);
    return true;
}

bool owner_revoke(struct ingest *in, struct err *err)
{
    forget(in);
    commit_hint(in);
    log_write(LOG_LEVEL_INFO, "revoked", "partitions=%zu", in->n_parts);
    in->n_parts = 0;
    return consumer_unassign(in->consumer, err);
}

static const char *advice(enum hold why)
{
    switch (why) {
    case HOLD_TAKEN: return "another process has it: it is claimed again in a while";
    case HOLD_OUT_OF_RANGE:
    case HOLD_OTHER_LOG:
        return "the topic was made again, or cut off: say where to go on, with "
               "consentctl "
               "feed reset";
    case HOLD_CREATE_TIME:
        return "set message.timestamp.type=LogAppendTime on the topic, then consentctl "
               "feed reset --from end";
    case HOLD_DOUBT:
    case HOLD_NONE:
    default: return "";
    }
}

/* For those who ask PostgreSQL; they can wait. */
static void note_held(struct ingest *in, size_t part)
{
    struct err e;

    if (in->pg != NULL && !in->flying &&
        !ingest_note_held(in->pg, &in->parts[part], hold_name(in->feeds[part].hold), &e))
        measure_retry(&e);
}

bool owner_hold(struct ingest *in, size_t part, enum hold why, struct err *err)
{
    struct feed *f = &in->feeds[part];
    const struct ingest_part *p = &in->parts[part];
    char topic[CONSUMER_TOPIC_BYTES + 4];

    if (f->hold != HOLD_NONE)
        return true;
    f->hold = why;
    log_write(
        why == HOLD_TAKEN ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, "partition_held",
        "topic=%s partition=%d position=%lld first=%lld end=%lld reason=%s text=\"%s\"",
        log_quote(p->topic, topic, sizeof(topic)), (int)p->partition, (long long)p->next,
        (long long)f->low, (long long)f->high, hold_name(why), advice(why));
    lanes_drop(in, part);
    if (why == HOLD_TAKEN)
        in->reclaim_us = clock_mono_us() + RECLAIM_US;
    else
        f->untold = true;
    measure_state(in);
    return consumer_pause(in->consumer, f->lane == LANE_FRONT, p->topic, p->partition,
                          err);
}

/* Has a person said meanwhile where to go on? */
bool owner_watch(struct ingest *in, struct err *err)
{
    struct ingest_part *now = mem_zalloc(in->n_parts ? in->n_parts : 1, sizeof(*now));
    bool ok;

    for (size_t i = 0; i < in->n_parts; i++) {
        if (in->feeds[i].untold)
            note_held(in, i);
        in->feeds[i].untold = false;
        now[i] = in->parts[i];
    }
    ok = ingest_positions(in->pg, now, in->n_parts, err);
    for (size_t i = 0; ok && i < in->n_parts; i++)
        if (now[i].reset)
            in->reclaim_us = clock_mono_us();
    free(now);
    return ok;
}

bool owner_reclaim(struct ingest *in, struct err *err)
{
    if (in->reclaim_us == 0 || clock_mono_us() < in->reclaim_us)
        return true;
    in->reclaim_us = 0;
    forget(in);
    log_write(LOG_LEVEL_WARN, "claiming_anew", "partitions=%zu", in->n_parts);
    return claim(in, err);
}
