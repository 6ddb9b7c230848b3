#include "unsubscribe/quota.h"

#include "base/when.h"

#include <pthread.h>
#include <string.h>

#define SETS 1024
#define WAYS 8 /* links that share a set */

struct slot {
    uint8_t digest[32];
    int64_t hour, count; /* count 0: free */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot slots[SETS][WAYS];

/* The link's own slot, else one that is free or the least busy of its set. */
static struct slot *slot_of(const uint8_t digest[32], int64_t hour)
{
    uint16_t set;
    struct slot *best = NULL;

    memcpy(&set, digest, sizeof(set));
    for (size_t i = 0; i < WAYS; i++) {
        struct slot *s = &slots[set % SETS][i];

        if (s->hour != hour)
            s->count = 0;
        if (s->count > 0 && memcmp(s->digest, digest, sizeof(s->digest)) == 0)
            return s;
        if (best == NULL || s->count < best->count)
            best = s;
    }
    memcpy(best->digest, digest, sizeof(best->digest));
    best->hour = hour;
    best->count = 0;
    return best;
}

bool quota_take(const uint8_t digest[32], int64_t most, int64_t now_us)
{
    const int64_t hour = now_us / (60 * WHEN_MINUTE_US) + 1;
    struct slot *s;
    bool room;

    pthread_mutex_lock(&lock);
    s = slot_of(digest, hour);
    room = s->count < most;
    s->count += room ? 1 : 0;
    pthread_mutex_unlock(&lock);
    return room;
}
