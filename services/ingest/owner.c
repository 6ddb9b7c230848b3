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
    case HOLD_NONE:
    default: return "none";
    }
}

size_t owner_find(struct ingest *in, const char *topic, int32_t partition)
{
    for (size_t k = 0; k < in->n_parts; k++) {
        size_t i = (in->last_part + k) % in->n_parts;

        if (in->parts[i].partition == partition && strcmp(in->parts[i].topic, topic) == 0)
            return in->last_part = i;
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
    ingest_batch_reset(in->filling);
}

/* Takes the parts in PostgreSQL and starts to read where it says. */
static bool claim(struct ingest *in, struct err *err)
{
    struct consumer_part *at;
    struct err e;
    bool ok;

    for (;;) {
        watchdog_beat();
        if (!database_await(in, err))
            return false;
        if (ingest_claim(in->pg, in->set->owner, in->parts, in->n_parts, &e))
            break;
        if (e.kind != ERR_RETRY) {
            *err = e;
            return false;
        }
        database_trouble(in, &e);
    }
    if (!database_ids(in, err))
        return false;
    at = mem_zalloc(in->n_parts ? in->n_parts : 1, sizeof(*at));
    for (size_t i = 0; i < in->n_parts; i++) {
        const struct ingest_part *p = &in->parts[i];

        memcpy(at[i].topic, p->topic, sizeof(at[i].topic));
        at[i].partition = p->partition;
        at[i].offset = p->next > 0 ? p->next : CONSUMER_BEGINNING;
        in->feeds[i] = (struct feed){.seen = -1, .name = source_name(p->topic)};
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
    in->last_part = 0;
    in->reclaim_us = 0;
    memset(in->parts, 0, n * sizeof(*in->parts));
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

bool owner_hold(struct ingest *in, size_t part, enum hold why, struct err *err)
{
    struct feed *f = &in->feeds[part];
    const struct ingest_part *p = &in->parts[part];
    char topic[CONSUMER_TOPIC_BYTES + 4];

    if (f->hold != HOLD_NONE)
        return true;
    f->hold = why;
    log_write(why == HOLD_TAKEN ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, "partition_held",
              "topic=%s partition=%d position=%lld reason=%s",
              log_quote(p->topic, topic, sizeof(topic)), (int)p->partition,
              (long long)p->next, hold_name(why));
    if (why == HOLD_TAKEN)
        in->reclaim_us = clock_mono_us() + RECLAIM_US;
    return consumer_pause(in->consumer, p->topic, p->partition, err);
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
