#include "base/watchdog.h"

#include "base/clock.h"
#include "base/stop.h"

#include <pthread.h>
#include <stdatomic.h>

#define WATCHDOG_STEP_MS 100
/* Between two of our own steps: all of us was stopped. */
#define WATCHDOG_GAP_US 2000000

static _Atomic int64_t beaten_us;
static atomic_bool closing;
static int64_t limit_us;
static void (*when_stuck)(int64_t limit_s);
static pthread_t thread;
static bool running;

void watchdog_beat(void)
{
    atomic_store(&beaten_us, clock_mono_us());
}

int64_t watchdog_age_s(void)
{
    return (clock_mono_us() - atomic_load(&beaten_us)) / 1000000;
}

static void *watch(void *arg)
{
    int64_t stepped_us = clock_mono_us();

    (void)arg;
    while (!atomic_load(&closing)) {
        int64_t now_us;

        clock_sleep_ms(WATCHDOG_STEP_MS);
        now_us = clock_mono_us();
        if (now_us - stepped_us > WATCHDOG_GAP_US)
            watchdog_beat();
        stepped_us = now_us;
        if (stop_asked_ms() > WATCHDOG_STOP_S * 1000) {
            when_stuck(WATCHDOG_STOP_S);
            return NULL;
        }
        if (now_us - atomic_load(&beaten_us) <= limit_us)
            continue;
        when_stuck(limit_us / 1000000);
        return NULL;
    }
    return NULL;
}

bool watchdog_open(int64_t limit_s, void (*stuck)(int64_t limit_s), struct err *err)
{
    when_stuck = stuck;
    limit_us = limit_s * 1000000;
    watchdog_beat();
    atomic_store(&closing, false);
    if (pthread_create(&thread, NULL, watch, NULL) != 0)
        return err_set(err, ERR_FATAL, "WATCHDOG", "no thread for the watchdog");
    running = true;
    return true;
}

void watchdog_close(void)
{
    if (!running)
        return;
    atomic_store(&closing, true);
    pthread_join(thread, NULL);
    running = false;
}
