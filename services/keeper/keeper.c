#include "keeper.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/operate/schema.h"
#include "store/lists/due.h"
#include "store/casework/forget_store.h"
#include "store/operate/partition_store.h"

#include <stdio.h>

#define LOOK_US       (10 * WHEN_SECOND_US)
#define FORGET_US     (3600 * WHEN_SECOND_US)
#define PARTITION_US  (60 * WHEN_SECOND_US)
#define FORGET_ROWS   10000
#define BUSY_MS       20 /* pause when publish has enough to do */
#define PG_TIMEOUT_MS 60000

static void show_up(bool up)
{
    metrics_set(METRIC_UP, up);
}

bool keeper_init(struct keeper *k, const struct settings *settings, atomic_bool *working,
                 struct err *err)
{
    const struct pg_session_settings database = {
        .conninfo = settings->database_url,
        .app = "consent-keeper",
        .fits = schema_fits,
        .lookups = true,
        .timeout_ms = PG_TIMEOUT_MS,
    };

    *k = (struct keeper){.settings = settings};
    pg_loop_init(&k->loop, &database, working, show_up);
    seen_init(&k->seen, "keeper", settings->http_port);
    return proof_keeper_init(&k->proof, settings, err);
}

void keeper_done(struct keeper *k)
{
    proof_keeper_done(&k->proof);
    rights_watch_done(&k->rights);
    eraser_done(&k->eraser);
    pg_loop_done(&k->loop);
}

/* Gauges, and what a person must be told of. */
static bool look(struct keeper *k, struct err *err)
{
    int64_t overdue_us = clock_wall_us() - k->settings->delete_overdue_days * WHEN_DAY_US;
    int64_t now_us = clock_mono_us(), waiting;
    struct keeper_view view;

    if (now_us < k->look_next_us)
        return true;
    if (!keeper_look(k->loop.session.pg, k->settings->backlog_rows, overdue_us, &view,
                     err) ||
        !due_waiting(k->loop.session.pg, &waiting, err))
        return false;
    k->look_next_us = now_us + LOOK_US;
    metrics_set(METRIC_WAITING, (double)waiting);
    metrics_set(METRIC_CASCADES, (double)view.cascades);
    metrics_set(METRIC_DELETES_OPEN, (double)view.deletes_open);
    metrics_set(METRIC_DELETES_OVERDUE, (double)view.deletes_overdue);
    return true;
}

static bool wake_due(struct keeper *k, bool *ret_more, struct err *err)
{
    int32_t step = (int32_t)k->settings->step_contacts;
    int64_t n, late_us;

    if (!due_wake(k->loop.session.pg, step, &n, &late_us, err))
        return false;
    if (n == 0)
        return true;
    metrics_add(METRIC_DUE, (double)n);
    metrics_observe(METRIC_LATE, (double)late_us / 1e6);
    log_write(LOG_LEVEL_DEBUG, "due", "contacts=%lld late_ms=%lld", (long long)n,
              (long long)late_us / 1000);
    *ret_more = *ret_more || n == step;
    return true;
}

static bool go_on_cascade(struct keeper *k, bool *ret_more, struct err *err)
{
    struct cascade_step step;

    if (!cascade_run(k->loop.session.pg, (int32_t)k->settings->step_contacts, &step, err))
        return false;
    if (!step.found)
        return true;
    metrics_add(METRIC_CASCADED, (double)step.n);
    if (step.finished)
        log_write(LOG_LEVEL_INFO, "cascade_finished", "cascade=%lld",
                  (long long)step.cascade_id);
    *ret_more = true;
    return true;
}

/* The next partitions, long before anybody needs them. */
static bool partition(struct keeper *k, struct err *err)
{
    const int64_t now_us = clock_mono_us();
    struct partitions_view view;
    int32_t made;

    if (now_us < k->partition_next_us)
        return true;
    if (!partitions_make(k->loop.session.pg, &made, err) ||
        !partitions_look(k->loop.session.pg, &view, err))
        return false;
    k->partition_next_us = now_us + PARTITION_US;
    if (made > 0)
        log_write(LOG_LEVEL_INFO, "partitions_made", "partitions=%d", (int)made);
    metrics_set(METRIC_PARTITIONS, (double)view.partitions);
    metrics_set(METRIC_PARTITIONS_LATE, (double)view.late);
    return true;
}

/* A step at a time, until nothing old is left; then again in an hour. */
static bool forget(struct keeper *k, bool *ret_more, struct err *err)
{
    int64_t before_us = clock_wall_us() - k->settings->audit_days * WHEN_DAY_US;
    int64_t now_us = clock_mono_us(), days, rows;

    if (now_us < k->forget_next_us)
        return true;
    if (!forget_days(k->loop.session.pg, FORGET_ROWS, &days, err) ||
        !forget_audit(k->loop.session.pg, before_us, FORGET_ROWS, &rows, err))
        return false;
    metrics_add(METRIC_FORGOTTEN, (double)(days + rows));
    if (days + rows > 0)
        *ret_more = true;
    else
        k->forget_next_us = now_us + FORGET_US;
    return true;
}

/* Has publish enough to do? Counting what waits for it walks over what it has just taken,
 * so it is asked only when something can wait for it. */
static bool held_back(struct keeper *k, bool *ret, struct err *err)
{
    int64_t dirty;

    if (!dirty_count(k->loop.session.pg, k->settings->backlog_rows, &dirty, err))
        return false;
    *ret = dirty >= k->settings->backlog_rows;
    if (*ret)
        metrics_add(METRIC_HELD_BACK, 1);
    return true;
}

static bool turn(void *self, int32_t *ret_pause_ms, struct err *err)
{
    struct keeper *k = self;
    bool more = false, any, held = false;

    if (!pg_session_begin(&k->loop.session, err))
        return false;
    seen_turn(&k->seen, k->loop.session.pg);
    if (!proof_keeper_turn(&k->proof, k->loop.session.pg, !k->loop.session.found, &more,
                           err) ||
        !look(k, err) || !partition(k, err) ||
        !rights_watch_look(&k->rights, k->loop.session.pg, err) ||
        !due_any(k->loop.session.pg, &any, err) ||
        ((any || k->eraser.walking) && !held_back(k, &held, err)))
        return false;
    /* A million contacts of the same minute are handed over no faster than publish takes
     * them: an opt-out that arrives meanwhile must not stand behind them all. */
    if ((any && !held && (!wake_due(k, &more, err) || !go_on_cascade(k, &more, err))) ||
        (!held && !forget(k, &more, err)) ||
        !eraser_turn(&k->eraser, k->loop.session.pg, k->settings, held, &more, err))
        return false;
    if (held && any)
        *ret_pause_ms = BUSY_MS;
    else if (held || !more)
        *ret_pause_ms = (int32_t)k->settings->poll_ms;
    return true;
}

bool keeper_run(struct keeper *k, struct err *err)
{
    return pg_loop_run(&k->loop, turn, k, err);
}
