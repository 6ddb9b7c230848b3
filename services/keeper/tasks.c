#include "tasks.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP       50 /* in one turn */
#define FIRST_US   WHEN_SECOND_US
#define REFUSED_US (30 * WHEN_SECOND_US)  /* at most, of what PostgreSQL refuses */
#define LOST_US    (600 * WHEN_SECOND_US) /* and of what costs the connection */

void tasks_done(struct tasks *t)
{
    free(t->keys);
    free(t->aside);
    *t = (struct tasks){0};
}

void erased_tell(const struct erasure_done *done, const char *ground)
{
    if (done->erasure == 0)
        return;
    metrics_add(METRIC_ERASED, 1);
    metrics_add(METRIC_ERASED_EVENTS, (double)done->events);
    log_write(LOG_LEVEL_INFO, "erased", "erasure=%lld ground=%s events=%lld",
              (long long)done->erasure, ground, (long long)done->events);
}

/* --- set aside --- */

static size_t aside_find(const struct tasks *t, const struct contact_key *key)
{
    size_t i = 0;

    while (i < t->n && memcmp(&t->keys[i], key, sizeof(*key)) != 0)
        i++;
    return i;
}

static void aside_put(struct tasks *t, const struct contact_key *key, bool lost)
{
    const int64_t most_us = lost ? LOST_US : REFUSED_US;
    const size_t i = aside_find(t, key);
    struct task_aside *a;

    if (i == t->cap) {
        t->cap = t->cap * 2 + 16;
        t->keys = mem_resize(t->keys, t->cap, sizeof(*t->keys));
        t->aside = mem_resize(t->aside, t->cap, sizeof(*t->aside));
    }
    a = &t->aside[i];
    if (i == t->n) {
        t->keys[t->n++] = *key;
        a->pause_us = FIRST_US / 2;
    }
    a->pause_us = a->pause_us * 2 < most_us ? a->pause_us * 2 : most_us;
    a->until_us = clock_mono_us() + a->pause_us;
}

static void aside_take(struct tasks *t, const struct contact_key *key)
{
    const size_t i = aside_find(t, key);

    if (i == t->n)
        return;
    t->n--;
    t->keys[i] = t->keys[t->n];
    t->aside[i] = t->aside[t->n];
}

/* Those whose pause is not over to the front; how many. */
static size_t aside_sort(struct tasks *t)
{
    const int64_t now_us = clock_mono_us();
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        const struct contact_key key = t->keys[i];
        const struct task_aside a = t->aside[i];

        if (a.until_us <= now_us)
            continue;
        t->keys[i] = t->keys[n];
        t->aside[i] = t->aside[n];
        t->keys[n] = key;
        t->aside[n++] = a;
    }
    return n;
}

/* --- the tasks --- */

static void failed(struct tasks *t, const struct erasure_task *task, bool lost,
                   const struct err *err)
{
    char which[32];

    snprintf(which, sizeof(which), "ledger=%lld", (long long)task->ledger_id);
    aside_put(t, &task->key, lost);
    log_err_of(LOG_LEVEL_ERROR, "erase_failed", which, err);
}

bool tasks_do(struct tasks *t, struct forget *f, struct pg *pg, bool *ret_more,
              struct err *err)
{
    struct erasure_task tasks[STEP];
    struct erasure_done done;
    size_t n;

    if (!erasure_tasks(pg, clock_wall_us(), t->keys, aside_sort(t), STEP, tasks, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct forget_wish wish = {.by = "consent-keeper",
                                         .ground = tasks[i].minor ? "minor" : "request",
                                         .ledger_id = tasks[i].ledger_id,
                                         .before_us = WHEN_ALWAYS,
                                         .minor = tasks[i].minor};

        if (forget_do(f, pg, &tasks[i].key, &wish, &done, err) &&
            (done.erasure != 0 || tasks[i].erasure == 0 ||
             erasure_looked(pg, &tasks[i], err))) {
            aside_take(t, &tasks[i].key);
            erased_tell(&done, wish.ground);
            erasure_done_free(&done);
            continue;
        }
        if (err->kind == ERR_CONFIG)
            return false;
        failed(t, &tasks[i], pg_broken(pg), err);
        if (pg_broken(pg))
            return false;
    }
    *ret_more = *ret_more || n == STEP;
    return true;
}
