#include "logs.h"

#include "base/aside.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_MS 2000

struct logs {
    struct aside *aside; /* NULL: it has ended */
    const struct settings *settings;
    size_t n;
    struct logs_part *of;
    bool ok;
    struct err away;
};

const struct published_list *logs_list(const struct lists *lists, int32_t number)
{
    const int64_t now_us = clock_wall_us();

    for (size_t i = 0; i < lists->n; i++) {
        const struct published_list *p = &lists->lists[i];

        if (p->list->number == number)
            return p->keyed && period_holds(&p->list->valid, now_us) ? p : NULL;
    }
    return NULL;
}

/* --- on the thread --- */

static bool bounds_look(struct logs *l)
{
    struct topic_bound *bounds = mem_zalloc(l->n + 1, sizeof(*bounds));
    bool ok;

    for (size_t i = 0; i < l->n; i++)
        bounds[i] = (struct topic_bound){.topic = l->of[i].topic,
                                         .partition = l->of[i].mark.partition};
    ok = topic_bounds(l->settings->kafka_brokers, &l->settings->kafka, bounds, l->n,
                      &l->away);
    for (size_t i = 0; ok && i < l->n; i++)
        l->of[i].bound = bounds[i];
    free(bounds);
    return ok;
}

static bool inside(const struct logs_part *p)
{
    return topic_bound_has(&p->bound, p->mark.offset);
}

static bool records_look(struct logs *l)
{
    struct topic_stamp *stamps = mem_zalloc(l->n + 1, sizeof(*stamps));
    size_t k = 0;
    bool ok;

    for (size_t i = 0; i < l->n; i++)
        if (inside(&l->of[i]))
            stamps[k++] = (struct topic_stamp){.topic = l->of[i].topic,
                                               .partition = l->of[i].mark.partition,
                                               .from = l->of[i].mark.offset,
                                               .wanted = l->of[i].mark.said};
    ok = k == 0 || topic_stamps(l->settings->kafka_brokers, &l->settings->kafka, stamps,
                                k, RECORDS_MS, &l->away);
    k = 0;
    for (size_t i = 0; ok && i < l->n; i++)
        if (inside(&l->of[i])) {
            l->of[i].told = stamps[k].stamp_us != INT64_MIN;
            l->of[i].same = stamps[k++].same;
        }
    free(stamps);
    return ok;
}

static void work(void *arg)
{
    struct logs *l = arg;

    l->ok = bounds_look(l) && records_look(l);
}

static void drop(void *arg)
{
    struct logs *l = arg;

    free(l->of);
    free(l);
}

/* --- by the loop --- */

struct logs *logs_begin(struct pg *pg, const struct lists *lists,
                        const struct settings *settings, struct err *err)
{
    struct list_mark *marks;
    struct logs *l;
    size_t n;

    if (!list_marks_get(pg, &marks, &n, err))
        return NULL;
    l = mem_zalloc(1, sizeof(*l));
    l->settings = settings;
    l->of = mem_zalloc(n + 1, sizeof(*l->of));
    for (size_t i = 0; i < n; i++) {
        const struct published_list *p = logs_list(lists, marks[i].list);
        struct logs_part *part = &l->of[l->n];

        if (p == NULL)
            continue;
        part->mark = marks[i];
        memcpy(part->topic, p->topic, sizeof(part->topic));
        l->n++;
    }
    free(marks);
    l->ok = true;
    if (l->n > 0)
        l->aside = aside_start(work, drop, l);
    return l;
}

bool logs_ended(const struct logs *l)
{
    return l->aside == NULL || aside_wait(l->aside, 0);
}

bool logs_found(const struct logs *l, const struct logs_part **ret, size_t *ret_n,
                struct err *err)
{
    *ret = l->of;
    *ret_n = l->n;
    if (!l->ok)
        *err = l->away;
    return l->ok;
}

void logs_done(struct logs *l)
{
    if (l == NULL)
        return;
    if (l->aside != NULL && !aside_wait(l->aside, 0)) {
        aside_leave(l->aside);
        return;
    }
    if (l->aside != NULL)
        aside_take(l->aside);
    drop(l);
}

/* --- what it means --- */

/* Has its topic at least one partition that is known? */
static bool topic_there(const struct logs_part *of, size_t n, int32_t list)
{
    for (size_t i = 0; i < n; i++)
        if (of[i].mark.list == list && of[i].bound.known)
            return true;
    return false;
}

enum logs_verdict logs_judge(const struct logs_part *of, size_t n,
                             const struct logs_part *part, char why[AGAIN_TEXT_BYTES])
{
    const int partition = (int)part->mark.partition;
    const int64_t at = part->mark.offset;

    if (!part->bound.known) {
        snprintf(why, AGAIN_TEXT_BYTES, "partition %d is not there any more", partition);
        return topic_there(of, n, part->mark.list) ? LOGS_ANOTHER : LOGS_GONE;
    }
    if (at >= part->bound.next) {
        snprintf(why, AGAIN_TEXT_BYTES,
                 "partition %d ends at %lld, and record %lld had been confirmed",
                 partition, (long long)part->bound.next, (long long)at);
        return LOGS_ANOTHER;
    }
    if (part->bound.first > at) {
        snprintf(why, AGAIN_TEXT_BYTES,
                 "partition %d begins at %lld: what came before was deleted", partition,
                 (long long)part->bound.first);
        return LOGS_BEGINS;
    }
    if (!part->told)
        return LOGS_UNSURE;
    snprintf(why, AGAIN_TEXT_BYTES,
             "record %lld of partition %d is another than the one that was confirmed",
             (long long)at, partition);
    return part->same ? LOGS_SAME : LOGS_ANOTHER;
}
