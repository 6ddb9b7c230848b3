#include "base/clock.h"

#include <time.h>

static int64_t clock_us(clockid_t id)
{
    struct timespec ts;

    /* Neither clock can fail with a valid pointer and these ids. */
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

void clock_sleep_ms(int32_t ms)
{
    struct timespec ts;

    if (ms <= 0)
        return;
    ts.tv_sec = ms / 1000;
    ts.tv_nsec = (long)(ms % 1000) * 1000000;
    nanosleep(&ts, NULL);
}
