/* doctor: are the lists' topics the logs that were written? */
#include "doctor.h"

#include "base/mem.h"
#include "kafka/reader.h"
#include "store/lists/log_store.h"

#include <stdio.h>
#include <stdlib.h>

#define LOGS "logs"

/* --- what the publisher has seen --- */

static size_t again_say(struct doctor *d)
{
    struct list_again *of;
    char at[64], since[WHEN_TEXT_BYTES];
    struct err err;
    size_t n;

    if (!list_again_look(d->ctl->pg, d->now_us - 7 * WHEN_DAY_US, &of, &n, &err)) {
        doctor_err(d, LOGS, NULL, &err);
        return 1;
    }
    for (size_t i = 0; i < n; i++) {
        const struct list *l = register_list_numbered(d->s, of[i].list);
        const bool done = of[i].done_us != WHEN_NEVER;

        doctor_say(d, done ? FINDING_WARN : FINDING_WRONG, LOGS,
                   done ? "find out who deleted it, or which broker lost it; its readers "
                          "begin again at the beginning of the topic, or with a snapshot"
                        : "let consent-publish run until it is done; its readers then "
                          "begin again at the beginning of the topic",
                   "suppression.%s was found to be another log %s (%s): %s; %lld entries "
                   "%s",
                   l != NULL ? l->id : "?", doctor_ago(d, of[i].since_us, at),
                   when_format(of[i].since_us, since), of[i].why,
                   (long long)of[i].entries,
                   done ? "were said again" : "are marked so far, to be said again");
    }
    free(of);
    return n;
}

/* --- what it will see --- */

static size_t mark_say(struct doctor *d, const char *topic, const struct list_mark *m,
                       const struct topic_bound *b)
{
    if (topic_bound_has(b, m->offset))
        return 0;
    doctor_say(d, FINDING_WRONG, LOGS,
               "is kafka_brokers right? Then let consent-publish run: it says everybody "
               "on the list again, and its log tells log_lost",
               "%s, partition %d does not have record %lld, which was confirmed: the "
               "topic was made again, or its log was lost",
               topic, (int)m->partition, (long long)m->offset);
    return 1;
}

static size_t marks_say(struct doctor *d, const struct list_mark *marks, size_t n)
{
    char(*names)[REGISTER_ID_BYTES + 16] = mem_zalloc(n + 1, sizeof(*names));
    struct topic_bound *bounds = mem_zalloc(n + 1, sizeof(*bounds));
    struct list_mark *of = mem_zalloc(n + 1, sizeof(*of));
    size_t k = 0, bad = 0;
    struct err err;

    for (size_t i = 0; i < n; i++) {
        const struct list *l = register_list_numbered(d->s, marks[i].list);

        if (l == NULL || !period_holds(&l->valid, d->now_us))
            continue;
        snprintf(names[k], sizeof(names[k]), "suppression.%s", l->id);
        bounds[k] =
            (struct topic_bound){.topic = names[k], .partition = marks[i].partition};
        of[k++] = marks[i];
    }
    if (!topic_bounds(d->ctl->settings.kafka_brokers, &d->ctl->kafka, bounds, k, &err)) {
        doctor_err(d, LOGS, NULL, &err);
        bad++;
        k = 0;
    }
    for (size_t i = 0; i < k; i++)
        bad += mark_say(d, bounds[i].topic, &of[i], &bounds[i]);
    free(of);
    free(bounds);
    free(names);
    return bad;
}

void doctor_logs(struct doctor *d)
{
    struct list_mark *marks;
    struct err err;
    size_t n, bad;

    if (!list_marks_get(d->ctl->pg, &marks, &n, &err)) {
        doctor_err(d, LOGS, NULL, &err);
        return;
    }
    bad = again_say(d) + marks_say(d, marks, n);
    if (bad == 0 && n > 0)
        doctor_say(d, FINDING_OK, LOGS, NULL,
                   "the lists' topics have the %zu heartbeats that came last", n);
    free(marks);
}
