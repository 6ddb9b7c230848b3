#include "base/backoff.h"
#include "base/clock.h"
#include "base/stop.h"

#include <assert.h>

#define BACKOFF_STEP_MS 100

void backoff_init(struct backoff *b, int32_t first_ms, int32_t most_ms)
{
    assert(first_ms > 0 && most_ms >= first_ms);
    b->first_ms = first_ms;
    b->most_ms = most_ms;
    b->seed = (uint64_t)clock_mono_us() ^ (uint64_t)(uintptr_t)b ^
              ((uint64_t)clock_wall_us() << 20);
    if (b->seed == 0)
        b->seed = 1;
    backoff_reset(b);
}

void backoff_reset(struct backoff *b)
{
    b->next_ms = b->first_ms;
    b->tries = 0;
}

/* xorshift64*: spreading processes apart needs no better one. */
static uint32_t backoff_random(struct backoff *b)
{
    b->seed ^= b->seed >> 12;
    b->seed ^= b->seed << 25;
    b->seed ^= b->seed >> 27;
    return (uint32_t)((b->seed * UINT64_C(0x2545F4914F6CDD1D)) >> 32);
}

int32_t backoff_next_ms(struct backoff *b)
{
    int32_t top = b->next_ms;
    int32_t bottom = top - top / 2;
    int32_t span = top - bottom + 1;

    b->next_ms = top > b->most_ms / 2 ? b->most_ms : top * 2;
    if (b->tries < UINT32_MAX)
        b->tries++;
    return bottom + (int32_t)(backoff_random(b) % (uint32_t)span);
}

void backoff_wait(struct backoff *b)
{
    int64_t end_us = clock_mono_us() + (int64_t)backoff_next_ms(b) * 1000;

    while (!stop_asked()) {
        int64_t left_ms = (end_us - clock_mono_us() + 999) / 1000;

        if (left_ms <= 0)
            break;
        clock_sleep_ms(left_ms < BACKOFF_STEP_MS ? (int32_t)left_ms : BACKOFF_STEP_MS);
    }
}
