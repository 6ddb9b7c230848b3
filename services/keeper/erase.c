#include "erase.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/hex.h"
#include "base/log.h"
#include "codec/put.h"
#include "store/casework/certificate_store.h"

#include <stdio.h>
#include <string.h>

#define NOTED   50 /* certificates in one turn */
#define LOOK_US WHEN_SECOND_US
#define STEP_US (WHEN_SECOND_US / 5) /* between two steps of the daily run, if busy */

#define DUE_ROWS_BYTES (64 << 10)

static void forget_close(struct eraser *e)
{
    forget_done(&e->forget);
    register_free(e->s);
    e->s = NULL;
}

void eraser_done(struct eraser *e)
{
    tasks_done(&e->tasks);
    forget_walk_done(&e->walk);
    forget_close(e);
}

/* The register as it is now, and the rows in force. A run that is under way goes on by
 * them. */
static bool follow(struct eraser *e, struct pg *pg, struct err *err)
{
    int64_t version;

    if (!register_version(pg, &version, err))
        return false;
    if (e->s == NULL || version != e->version) {
        forget_close(e);
        if (!register_load(pg, WHEN_NEVER, &e->s, err))
            return false;
        e->version = version;
        e->usable = forget_init(&e->forget, pg, e->s, clock_wall_us(), err);
        if (!e->usable && err->kind != ERR_CONFIG)
            return false;
        if (!e->usable)
            log_err(LOG_LEVEL_WARN, "erase_impossible", err);
    }
    e->forget.at_us = clock_wall_us();
    return true;
}

static bool walk_tell(void *arg, const struct forget *f, const struct contact_key *key,
                      const struct erasure_done *done, struct err *err)
{
    (void)arg;
    (void)f;
    (void)key;
    (void)err;
    erased_tell(done, "retention");
    return true;
}

static void walk_passed(void *arg, const struct contact_key *key, const struct err *err)
{
    char contact[UUID_TEXT_BYTES], which[UUID_TEXT_BYTES + 16];

    (void)arg;
    metrics_add(METRIC_ERASE_PASSED_OVER, 1);
    snprintf(which, sizeof(which), "contact=%s", uuid_print(key->b, contact));
    log_err_of(LOG_LEVEL_ERROR, "erase_passed_over", which, err);
}

/* Once a day, by one keeper: from its hour on whoever says so first. A run that has no
 * end is taken up by a keeper that starts; if another is still at it they do the same
 * twice, which harms nothing. */
static bool day_begin(struct eraser *e, struct pg *pg, const struct settings *settings,
                      struct err *err)
{
    const int64_t now_us = clock_wall_us();
    const int32_t day = (int32_t)(now_us / WHEN_DAY_US);

    if (settings->retention_hour < 0 || day == e->day || e->ask.id != 0 ||
        now_us % WHEN_DAY_US < settings->retention_hour * 3600 * WHEN_SECOND_US)
        return true;
    if (!retention_day_take(pg, day, e->day == 0, &e->walking, err))
        return false;
    e->day = e->counting = day;
    forget_walk_done(&e->walk); /* a run may last until the next */
    e->walk = (struct forget_walk){.each = walk_tell, .passed = walk_passed};
    return true;
}

/* What a person at a desk has asked for: what was counted as due may go. */
static bool ask_begin(struct eraser *e, struct pg *pg, struct err *err)
{
    if (!retention_ask_take(pg, &e->ask, err))
        return false;
    if (e->ask.id == 0)
        return true;
    e->counting = e->ask.day;
    e->walking = true;
    forget_walk_done(&e->walk);
    e->walk = (struct forget_walk){.each = walk_tell, .passed = walk_passed};
    return true;
}

static bool due_add(void *arg, const struct forget *f, const struct contact_key *key,
                    const struct erasure_done *done, struct err *err)
{
    struct eraser *e = arg;

    (void)key;
    (void)done;
    (void)err;
    for (size_t i = 0; i < f->plan.n_units; i++) {
        const struct erasure_unit *u = &f->plan.units[i];
        size_t k = 0;

        if (u->why != ERASURE_DUE)
            continue;
        while (k < e->n_due && (e->due[k].controller != u->controller ||
                                strcmp(e->due[k].row, u->rule->id) != 0))
            k++;
        if (k == ERASURE_UNITS)
            continue;
        if (k == e->n_due) {
            e->due[e->n_due++] = (struct eraser_due){.controller = u->controller};
            snprintf(e->due[k].row, sizeof(e->due[k].row), "%s", u->rule->id);
        }
        e->due[k].contacts++;
    }
    return true;
}

static bool due_note(const struct eraser *e, struct pg *pg, struct err *err)
{
    struct buf rows;
    bool ok;

    buf_init(&rows, DUE_ROWS_BYTES);
    buf_add_str(&rows, "[");
    for (size_t i = 0; i < e->n_due; i++) {
        buf_add_str(&rows, i > 0 ? ",{" : "{");
        put_member(&rows, "row", e->due[i].row);
        put_member(&rows, ",controller",
                   register_controller_name(e->s, e->due[i].controller));
        put_member_int(&rows, ",contacts", e->due[i].contacts);
        buf_add_str(&rows, "}");
    }
    buf_add(&rows, "]", sizeof("]"));
    ok = retention_day_due(pg, e->counting, e->walk.erased, rows.data, err);
    buf_done(&rows);
    return ok;
}

/* First what goes, by itself or because a person has asked; then what else is due, which
 * is only counted. */
static bool day_go_on(struct eraser *e, struct pg *pg, bool *ret_more, struct err *err)
{
    const bool asked = e->ask.id != 0;
    const struct forget_wish wish = {.by = asked ? e->ask.by : "consent-keeper",
                                     .ground = "retention",
                                     .before_us =
                                         asked ? e->ask.before_us : clock_wall_us(),
                                     .automatic = !asked && !e->walk.dry};

    if (asked && !retention_ask_go_on(pg, e->ask.id, err))
        return false;
    if (!e->walk.finished && !forget_walk_step(&e->walk, &e->forget, pg, &wish, err))
        return false;
    *ret_more = true;
    if (!e->walk.finished)
        return true;
    if (e->walk.dry) {
        if (!due_note(e, pg, err))
            return false;
        e->walking = false;
    } else {
        if (asked && !retention_ask_end(pg, e->ask.id, e->walk.erased, err))
            return false;
        e->ask = (struct retention_ask){0};
        log_write(LOG_LEVEL_INFO, "retention_run",
                  "looked=%lld erased=%lld passed_over=%lld", (long long)e->walk.looked,
                  (long long)e->walk.erased, (long long)e->walk.passed_over);
    }
    forget_walk_done(&e->walk);
    e->walk = (struct forget_walk){
        .dry = true, .each = due_add, .passed = walk_passed, .arg = e};
    e->n_due = 0;
    return true;
}

bool eraser_turn(struct eraser *e, struct pg *pg, const struct settings *settings,
                 bool busy, bool *ret_more, struct err *err)
{
    const int64_t now_us = clock_mono_us();
    int64_t noted;

    if ((busy || !e->walking) && now_us < e->next_us)
        return true;
    e->next_us = now_us + (e->walking ? STEP_US : LOOK_US);
    if (!follow(e, pg, err))
        return false;
    if (!e->usable)
        return true;
    return tasks_do(&e->tasks, &e->forget, pg, ret_more, err) &&
           erasure_certified(pg, NOTED, &noted, err) && day_begin(e, pg, settings, err) &&
           (e->walking || ask_begin(e, pg, err)) &&
           (!e->walking || day_go_on(e, pg, ret_more, err));
}
