/* backoff.h - how long to wait before trying again: doubling, with jitter, bounded. */
#ifndef CONSENT_BASE_BACKOFF_H
#define CONSENT_BASE_BACKOFF_H

#include <stdint.h>

struct backoff {
    int32_t first_ms;
    int32_t most_ms;
    int32_t next_ms;
    uint32_t tries;
    uint64_t seed;
};

void backoff_init(struct backoff *b, int32_t first_ms, int32_t most_ms);
void backoff_reset(struct backoff *b);

/* The next pause: between half and all of first_ms, 2 first_ms, 4 first_ms ... most_ms.
 */
int32_t backoff_next_ms(struct backoff *b);

/* Sleeps for backoff_next_ms in steps of at most 100 ms, ends early when stop is asked.
 */
void backoff_wait(struct backoff *b);

#endif
