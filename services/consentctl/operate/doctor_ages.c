/* doctor: how long records have waited that are not yet in; is the database older than
 * what it has sent? */
#include "doctor.h"

#include "base/mem.h"
#include "codec/lists/entry_json.h"
#include "codec/lists/entry_read.h"
#include "kafka/reader.h"
#include "store/lists/epoch_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS   5000
#define LATE_US   (60 * WHEN_SECOND_US)
#define TAIL_MOST 200 /* offsets of a partition */

/* --- the age of what waits --- */

/* The positions come by topic: one finding a feed. */
static void feed_say(struct doctor *d, const char *topic, int64_t oldest_us, int64_t n)
{
    char at[64], since[WHEN_TEXT_BYTES];

    if (oldest_us == INT64_MIN || d->now_us - oldest_us <= LATE_US)
        return;
    doctor_say(d, FINDING_WRONG, "waiting",
               "see what doctor says of ingest and of its positions; a no may be among "
               "them",
               "%s: %lld records are not yet in, the oldest came %s (%s)", topic,
               (long long)n, doctor_ago(d, oldest_us, at), when_format(oldest_us, since));
}

static void stamps_say(struct doctor *d, const struct topic_stamp *stamps,
                       const int64_t *counts, size_t n)
{
    int64_t first_us = INT64_MIN;
    size_t untold = 0;

    for (size_t i = 0; i < n;) {
        const char *topic = stamps[i].topic;
        int64_t oldest_us = INT64_MIN;
        int64_t waiting = 0;

        for (; i < n && strcmp(stamps[i].topic, topic) == 0; i++) {
            waiting += counts[i];
            untold += stamps[i].stamp_us == INT64_MIN;
            if (stamps[i].stamp_us != INT64_MIN &&
                (oldest_us == INT64_MIN || stamps[i].stamp_us < oldest_us))
                oldest_us = stamps[i].stamp_us;
        }
        feed_say(d, topic, oldest_us, waiting);
        if (oldest_us != INT64_MIN && (first_us == INT64_MIN || oldest_us < first_us))
            first_us = oldest_us;
    }
    if (untold > 0)
        doctor_say(d, FINDING_NOTE, "waiting", NULL,
                   "of %zu partitions it could not be seen how old what waits is",
                   untold);
    if (first_us == INT64_MIN || d->now_us - first_us <= LATE_US)
        doctor_say(d, FINDING_OK, "waiting", NULL,
                   "no record has waited for a minute to be taken in");
}

void doctor_ages(struct doctor *d, const struct doctor_position *positions,
                 const struct topic_bound *bounds, size_t n)
{
    struct topic_stamp *stamps = mem_zalloc(n + 1, sizeof(*stamps));
    int64_t *counts = mem_zalloc(n + 1, sizeof(*counts));
    struct err err;
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        const int64_t from = positions[i].next_offset > bounds[i].first
                                 ? positions[i].next_offset
                                 : bounds[i].first;

        if (!bounds[i].known || from >= bounds[i].next)
            continue;
        counts[k] = bounds[i].next - from;
        stamps[k++] = (struct topic_stamp){.topic = positions[i].topic,
                                           .partition = positions[i].partition,
                                           .from = from};
    }
    if (k == 0 || topic_stamps(d->ctl->settings.kafka_brokers, &d->ctl->kafka, stamps, k,
                               WAIT_MS, &err))
        stamps_say(d, stamps, counts, k);
    else
        doctor_err(d, "waiting", "may we read the feeds' topics?", &err);
    free(counts);
    free(stamps);
}

/* --- what the lists' topics have, that the database never gave out --- */

struct ahead {
    int64_t highest, epoch;
    char topic[REGISTER_ID_BYTES + 16];
    char later[REGISTER_ID_BYTES + 16]; /* with heartbeats of a later epoch */
};

static bool record_look(void *arg, const struct reader_record *rec, struct err *err)
{
    static struct entry_seen seen;
    struct ahead *a = arg;
    struct cursor beat;
    int64_t epoch;

    (void)err;
    if (rec->value == NULL)
        return true;
    if (heartbeat_key_is(rec->key, rec->key_len)) {
        if (heartbeat_from_json(rec->value, rec->value_len, &beat, &epoch) &&
            epoch > a->epoch) {
            a->epoch = epoch;
            snprintf(a->later, sizeof(a->later), "%s", rec->topic);
        }
    } else if (entry_from_json(rec->value, rec->value_len, &seen) &&
               seen.version > a->highest) {
        a->highest = seen.version;
        snprintf(a->topic, sizeof(a->topic), "%s", rec->topic);
    }
    return true;
}

static void epochs_say(struct doctor *d, const struct ahead *a)
{
    static const char *const fix = "was the database restored, or is another one meant? "
                                   "consentctl restored --dry-run";
    struct epoch_state db;
    struct err err;

    if (!epoch_look(d->ctl->pg, &db,
                    &err)) /* after the topics, which it must be ahead of */
        doctor_err(d, "versions", NULL, &err);
    else if (a->highest >= db.next)
        doctor_say(d, FINDING_WRONG, "versions", fix,
                   "%s has version %lld, and the database gave out none from %lld on",
                   a->topic, (long long)a->highest, (long long)db.next);
    else if (a->epoch > db.epoch)
        doctor_say(d, FINDING_WRONG, "versions", fix,
                   "%s is in epoch %lld, and the database in %lld", a->later,
                   (long long)a->epoch, (long long)db.epoch);
    else
        doctor_say(d, FINDING_OK, "versions", NULL,
                   "epoch %lld; the topics have no version that it did not give out",
                   (long long)db.epoch);
}

void doctor_epochs(struct doctor *d)
{
    char(*names)[REGISTER_ID_BYTES + 16] = mem_zalloc(d->s->n_lists + 1, sizeof(*names));
    const char **topics = mem_zalloc(d->s->n_lists + 1, sizeof(*topics));
    struct ahead a = {0};
    struct err err = {0};
    size_t n = 0, failed = 0;

    for (size_t i = 0; i < d->s->n_lists; i++)
        if (period_holds(&d->s->lists[i].valid, d->now_us)) {
            snprintf(names[n], sizeof(names[n]), "suppression.%s", d->s->lists[i].id);
            topics[n] = names[n];
            n++;
        }
    /* one at a time: that a topic is missing has been said already */
    for (size_t i = 0; i < n; i++)
        if (!topic_tails(d->ctl->settings.kafka_brokers, &d->ctl->kafka, &topics[i], 1,
                         TAIL_MOST, WAIT_MS, record_look, &a, &err) &&
            err.kind != ERR_CONFIG)
            failed++;
    if (failed > 0)
        doctor_err(d, "versions", "may we read the lists' topics?", &err);
    else
        epochs_say(d, &a);
    free(topics);
    free(names);
}
