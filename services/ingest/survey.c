#include "ingest.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define ASK_US   WHEN_SECOND_US
#define EAGER_US (ASK_US - WHEN_SECOND_US / 20) /* sooner by so much */

/* A feed's topic may be deleted and made again within a moment, and records of the new
 * one come at the offsets where the old one was left: librdkafka 2.0.2 cannot tell. But
 * Kafka forgets a group's position when it deletes a topic: if it had ours and has it no
 * more, the log is in doubt. That is quick, and not certain; verify.c is. */

static bool hear_one(struct ingest *in, const struct consumer_survey *s, struct err *err)
{
    size_t part = owner_find(in, LANE_BACK, s->topic, s->partition);
    struct feed *f = &in->feeds[part];

    if (part == in->n_parts)
        return true;
    if (s->low >= 0 && s->high >= 0) {
        f->low = s->low;
        f->high = s->high;
    }
    if (s->committed == CONSUMER_NOTHING && f->committed && s->expected) {
        f->committed = false;
        return anchor_doubt(in, part, "Kafka has forgotten our position", err);
    }
    if (s->kept) {
        f->committed = true;
    }
    return true;
}

static void ask(struct ingest *in)
{
    struct consumer_survey *all = mem_zalloc(in->n_parts, sizeof(*all));

    for (size_t i = 0; i < in->n_parts; i++) {
        const struct ingest_part *p = &in->parts[i];
        struct feed *f = &in->feeds[i];

        memcpy(all[i].topic, p->topic, sizeof(all[i].topic));
        all[i].partition = p->partition;
        all[i].bounds = f->hold != HOLD_NONE && f->hold != HOLD_TAKEN;
        all[i].expected = f->committed;
        all[i].commit = in->hint_due && p->next > 0 && f->hold == HOLD_NONE
                            ? p->next
                            : CONSUMER_NOTHING;
    }
    in->hint_due = false;
    in->ask_us = clock_mono_us() + ASK_US;
    in->surveying = consumer_survey_start(in->consumer, all, in->n_parts);
    free(all);
}

/* The first positions are told at once: until then a new log could not be told. */
static bool eager(const struct ingest *in)
{
    for (size_t i = 0; in->hint_due && i < in->n_parts; i++)
        if (!in->feeds[i].committed && in->parts[i].next > 0)
            return true;
    return false;
}

bool survey_look(struct ingest *in, struct err *err)
{
    struct consumer_survey *heard;
    size_t n;
    bool ok = true;

    if (in->n_parts == 0)
        return true;
    if (!in->surveying && clock_mono_us() >= in->ask_us - (eager(in) ? EAGER_US : 0))
        ask(in);
    if (!consumer_survey_take(in->consumer, &heard, &n))
        return true;
    in->surveying = false;
    for (size_t i = 0; ok && i < n; i++)
        ok = hear_one(in, &heard[i], err);
    free(heard);
    return ok && anchor_settle(in, err) && anchor_pass(in, err);
}

/* Is what we know of a log's end less than what we have read of it? */
bool survey_ends(struct ingest *in, struct err *err)
{
    for (size_t i = 0; i < in->n_parts; i++) {
        const struct ingest_part *p = &in->parts[i];
        int64_t end = lanes_end(in, i);

        if (in->feeds[i].heard && in->feeds[i].hold == HOLD_NONE &&
            !in->feeds[i].checking && end >= 0 && end < p->next &&
            !anchor_doubt(in, i, "it ends before our position", err))
            return false;
    }
    return true;
}
