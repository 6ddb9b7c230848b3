#include "pg/pg_loop.h"

#include "base/clock.h"
#include "base/stop.h"
#include "base/watchdog.h"

#include <stdio.h>

#define BACKOFF_MS   50
#define BACKOFF_MOST 5000
#define STEP_MS      100
#define STILL_S      30 /* a loop that has not turned for so long is not ready */

void pg_loop_init(struct pg_loop *l, const struct pg_session_settings *set,
                  atomic_bool *working, void (*show)(bool up))
{
    *l = (struct pg_loop){.peer.name = "database", .working = working, .show = show};
    pg_session_init(&l->session, set);
    backoff_init(&l->backoff, BACKOFF_MS, BACKOFF_MOST);
}

void pg_loop_done(struct pg_loop *l)
{
    pg_session_done(&l->session);
}

bool pg_loop_ready(void *context, char *why, size_t why_bytes)
{
    atomic_bool *working = context;
    const int64_t age_s = watchdog_age_s();

    if (age_s > STILL_S) {
        snprintf(why, why_bytes, "the loop has not turned for %lld s", (long long)age_s);
        return false;
    }
    snprintf(why, why_bytes, "PostgreSQL does not answer as it should");
    return atomic_load(working);
}

static void show(struct pg_loop *l, bool up)
{
    l->show(up);
    atomic_store(l->working, up);
}

static void pause_ms(int32_t ms)
{
    for (int32_t left = ms; left > 0 && !stop_asked(); left -= STEP_MS)
        clock_sleep_ms(left < STEP_MS ? left : STEP_MS);
}

bool pg_loop_run(struct pg_loop *l, pg_loop_turn *turn, void *self, struct err *err)
{
    while (!stop_asked()) {
        int32_t pause = 0;

        watchdog_beat();
        if (turn(self, &pause, err)) {
            peer_up(&l->peer);
            show(l, true);
            backoff_reset(&l->backoff);
            pause_ms(pause);
            continue;
        }
        if (pg_session_again(&l->session, err))
            continue;
        if (err->kind == ERR_FATAL)
            return false;
        peer_down(&l->peer, err);
        show(l, false);
        backoff_wait(&l->backoff);
    }
    return true;
}
