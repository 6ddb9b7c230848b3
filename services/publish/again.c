#include "again.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_US   WHEN_SECOND_US
#define STEP_US   (WHEN_SECOND_US / 5)
#define AGAIN_US  (5 * WHEN_SECOND_US) /* when the topics did not tell */
#define STEP_MOST 5000
#define BACKLOG   20000
/* Of a topic that deletes its records by age or size this would never end. */
#define DELETED_US WHEN_HOUR_US

void again_forget(struct again *a)
{
    logs_done(a->looking);
    a->looking = NULL;
    a->compared = a->fresh = false;
}

void again_done(struct again *a)
{
    logs_done(a->looking);
    free(a->rows);
    *a = (struct again){0};
}

bool again_holds(const struct again *a, int32_t list)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->rows[i].list == list && a->rows[i].done_us == WHEN_NEVER)
            return true;
    return false;
}

static bool lost(struct again *a, struct pg *pg, const struct published_list *p,
                 const char *why, struct err *err)
{
    if (!list_again_begin(pg, p->list->number, why, err))
        return false;
    log_write(LOG_LEVEL_ERROR, "log_lost",
              "topic=%s why=\"%s: everybody with an entry is said again\"", p->topic,
              why);
    a->look_next_us = 0;
    return true;
}

/* --- what a publisher sees of its own records --- */

static bool fell(struct again *a, struct pg *pg, struct producer *producer,
                 const struct lists *lists, struct err *err)
{
    const char *topic;

    while (producer != NULL && (topic = producer_fell(producer)) != NULL)
        for (size_t i = 0; i < lists->n; i++)
            if (strcmp(lists->lists[i].topic, topic) == 0 &&
                !lost(a, pg, &lists->lists[i],
                      "a record was confirmed at a place that another one has", err))
                return false;
    return true;
}

/* --- the last heartbeats --- */

/* Is the list said again since a short while ago? */
static bool lately(const struct again *a, int32_t list)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->rows[i].list == list && clock_wall_us() - a->rows[i].since_us < DELETED_US)
            return true;
    return false;
}

/* By list, as they come: one reason each is enough. *sure is false when one did not tell.
 */
static bool verdicts(struct again *a, struct pg *pg, struct broker *broker,
                     const struct lists *lists, const struct settings *settings,
                     const struct logs_part *of, size_t n, bool *sure, struct err *err)
{
    const struct published_list *p, *last = NULL;
    char why[AGAIN_TEXT_BYTES];

    for (size_t i = 0; i < n; i++) {
        const enum logs_verdict is = logs_judge(of, n, &of[i], why);

        p = logs_list(lists, of[i].mark.list);
        if (p == NULL || p == last || is == LOGS_SAME ||
            (is == LOGS_BEGINS && lately(a, of[i].mark.list)))
            continue;
        if (is == LOGS_GONE)
            broker_topics_again(broker, settings);
        if (is == LOGS_GONE || is == LOGS_UNSURE) {
            *sure = false;
            continue;
        }
        last = p;
        if (!lost(a, pg, p, why, err))
            return false;
    }
    return true;
}

static bool compared(struct again *a, struct pg *pg, struct broker *broker,
                     const struct lists *lists, const struct settings *settings,
                     struct err *err)
{
    const struct logs_part *of;
    size_t n;
    bool ok = true, sure;

    a->away = (struct err){0};
    sure = logs_found(a->looking, &of, &n, &a->away);
    if (sure)
        ok = verdicts(a, pg, broker, lists, settings, of, n, &sure, err);
    logs_done(a->looking);
    a->looking = NULL;
    a->compared = ok && sure;
    a->fresh = a->compared && a->for_beat; /* one of the start may be long ago by then */
    a->compare_next_us = clock_mono_us() + (sure ? 0 : AGAIN_US);
    return ok;
}

static bool compare(struct again *a, struct pg *pg, struct broker *broker,
                    const struct lists *lists, const struct settings *settings,
                    bool beat_due, struct err *err)
{
    if (a->looking == NULL && !a->fresh && (beat_due || !a->compared) &&
        clock_mono_us() >= a->compare_next_us) {
        a->looking = logs_begin(pg, lists, settings, err);
        if (a->looking == NULL)
            return false;
        a->for_beat = beat_due;
    }
    return a->looking == NULL || !logs_ended(a->looking) ||
           compared(a, pg, broker, lists, settings, err);
}

/* --- until everybody has been said again --- */

static bool look(struct again *a, struct pg *pg, struct err *err)
{
    struct list_again *rows;
    size_t n, open = 0;

    if (!list_again_look(pg, clock_wall_us() - WHEN_DAY_US, &rows, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        open += rows[i].done_us == WHEN_NEVER;
    if (open == 0 && a->n_open > 0)
        log_write(LOG_LEVEL_INFO, "said_again", "lists=%zu", a->n_open);
    free(a->rows);
    a->rows = rows;
    a->n = n;
    a->n_open = open;
    a->look_next_us = clock_mono_us() + LOOK_US;
    metrics_set(METRIC_LOGS_LOST, (double)n);
    return true;
}

bool again_keep(struct again *a, struct pg *pg, struct broker *broker,
                struct producer *second, const struct lists *lists,
                const struct lease *lease, const struct settings *settings, bool beat_due,
                struct err *err)
{
    const int64_t now_us = clock_mono_us();

    if (!fell(a, pg, broker->producer, lists, err) || !fell(a, pg, second, lists, err) ||
        (now_us >= a->look_next_us && !look(a, pg, err)))
        return false;
    if (!lease->held[0]) {
        again_forget(a);
        return true;
    }
    if (!compare(a, pg, broker, lists, settings, beat_due, err))
        return false;
    if (a->look_next_us == 0 && !look(a, pg, err))
        return false;
    if (a->away.code[0] != '\0') {
        *err = a->away;
        return false;
    }
    if (a->n_open == 0 || now_us < a->step_next_us)
        return true;
    a->step_next_us = now_us + STEP_US;
    return list_again_step(pg, STEP_MOST, BACKLOG, err);
}
