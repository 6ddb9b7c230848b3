/* librdkafka takes any poll for a sign of life, so a stuck loop is ours to notice. */
#include "ingest.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define TICK_MS 100

static atomic_uint beats;
static atomic_bool closing;
static int64_t limit_ticks;
static pthread_t thread;
static bool running;

void watchdog_beat(void)
{
    atomic_fetch_add_explicit(&beats, 1, memory_order_relaxed);
}

/* Counts its own ticks rather than time: a stopped process does not age. */
static void *watch(void *arg)
{
    unsigned last = atomic_load(&beats);
    int64_t ticks = 0;

    (void)arg;
    while (!atomic_load(&closing)) {
        unsigned now = atomic_load(&beats);

        ticks = now == last ? ticks + 1 : 0;
        last = now;
        if (ticks > limit_ticks) {
            log_write(LOG_LEVEL_ERROR, "stuck", "seconds=%lld",
                      (long long)(limit_ticks * TICK_MS / 1000));
            _exit(3); /* nothing is acknowledged before it is committed */
        }
        clock_sleep_ms(TICK_MS);
    }
    return NULL;
}

bool watchdog_open(int64_t limit_s, struct err *err)
{
    limit_ticks = limit_s * 1000 / TICK_MS;
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
