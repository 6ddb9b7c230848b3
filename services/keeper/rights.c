#include "rights.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define LOOK_US (60 * WHEN_SECOND_US)
#define SOON_US (7 * WHEN_DAY_US)

static bool was_overdue(const struct rights_watch *w, size_t n, int64_t ledger_id)
{
    for (size_t i = 0; i < n; i++)
        if (w->overdue[i] == ledger_id)
            return true;
    return false;
}

/* The id of a request is the asker's or the DPO's to choose; an odd one, which might hold
 * anything, is named by its place in the ledger alone. */
static bool plain(const char *id)
{
    size_t n = 0;

    for (; id[n] != '\0'; n++)
        if (!((id[n] >= 'a' && id[n] <= 'z') || (id[n] >= 'A' && id[n] <= 'Z') ||
              (id[n] >= '0' && id[n] <= '9') || id[n] == '-' || id[n] == '_'))
            return false;
    return n <= 64;
}

static void say_overdue(const struct rights_request *r, const char *id, int64_t now_us)
{
    log_write(LOG_LEVEL_WARN, "rights_overdue", "request=%s ledger_id=%lld days_late=%d",
              plain(id) ? id : "-", (long long)r->ledger_id,
              -rights_days_left(r, now_us));
}

static void count(struct rights_watch *w, int64_t now_us)
{
    struct rights_request found[RIGHTS_SOURCES];
    const size_t before = w->n;
    size_t open = 0, soon = 0, late = 0, n = 0;
    int64_t *overdue = NULL;
    size_t cap = 0;

    for (size_t at = 0; at < w->set.n;) {
        const char *id = w->set.names[at].request;
        const size_t k = rights_next(&w->set, &at, found);

        for (size_t i = 0; i < k; i++) {
            open += found[i].state != RIGHTS_CLOSED;
            const bool unacknowledged =
                found[i].acknowledged_us == 0 && now_us >= found[i].acknowledge_us;

            if (found[i].state != RIGHTS_OPEN)
                continue;
            soon += now_us < found[i].due_us && found[i].due_us - now_us <= SOON_US;
            if (now_us < found[i].due_us && !unacknowledged)
                continue;
            late++;
            if (!was_overdue(w, before, found[i].ledger_id))
                say_overdue(&found[i], id, now_us);
            if (n == cap) {
                cap = cap * 2 + 16;
                overdue = mem_resize(overdue, cap, sizeof(*overdue));
            }
            overdue[n++] = found[i].ledger_id;
        }
    }
    free(w->overdue);
    w->overdue = overdue;
    w->n = n;
    metrics_set(METRIC_RIGHTS_OPEN, (double)open);
    metrics_set(METRIC_RIGHTS_SOON, (double)soon);
    metrics_set(METRIC_RIGHTS_OVERDUE, (double)late);
}

bool rights_watch_look(struct rights_watch *w, struct pg *pg, struct err *err)
{
    const int64_t now_us = clock_mono_us();

    if (now_us < w->next_us)
        return true;
    w->next_us = now_us + LOOK_US;
    if (rights_load(pg, NULL, WHEN_NEVER, &w->set, err)) {
        count(w, clock_wall_us());
        return true;
    }
    if (pg_broken(pg) || err->kind == ERR_FATAL)
        return false;
    log_err(LOG_LEVEL_WARN, "rights_unread", err);
    return true;
}

void rights_watch_done(struct rights_watch *w)
{
    rights_set_done(&w->set);
    free(w->overdue);
    w->overdue = NULL;
}
