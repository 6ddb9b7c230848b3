/* /readyz: asked by the HTTP server's thread, so the loop leaves its state here. */
#include "ingest.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>

#define NO_FEED_US (15 * WHEN_SECOND_US)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool ready;
static char reason[CONSUMER_TOPIC_BYTES + 100] = "not started yet";

/* The first partition that waits for a person, or n_parts. */
static size_t first_held(const struct ingest *in)
{
    size_t i = 0;

    while (i < in->n_parts && !hold_lasts(in->feeds[i].hold))
        i++;
    return i;
}

void ready_note(const struct ingest *in)
{
    bool patient = clock_mono_us() - in->opened_us > NO_FEED_US;
    size_t held = first_held(in);

    pthread_mutex_lock(&lock);
    ready = false;
    if (in->reg == NULL || peer_state(&in->postgresql) == PEER_DOWN)
        snprintf(reason, sizeof(reason), "PostgreSQL does not answer yet");
    else if (peer_state(&in->kafka) != PEER_UP)
        snprintf(reason, sizeof(reason), "Kafka does not answer");
    else if (!in->assigned && !patient)
        /* without any feed no group forms, and that is no fault */
        snprintf(reason, sizeof(reason), "no feed is assigned to this process yet");
    else if (held < in->n_parts)
        snprintf(reason, sizeof(reason), "%s, partition %d, stands still: %s",
                 in->parts[held].topic, (int)in->parts[held].partition,
                 hold_name(in->feeds[held].hold));
    else
        ready = true;
    pthread_mutex_unlock(&lock);
}

bool ready_answer(void *context, char *why, size_t why_bytes)
{
    bool answer;

    (void)context;
    pthread_mutex_lock(&lock);
    answer = ready;
    if (!answer)
        snprintf(why, why_bytes, "%s", reason);
    pthread_mutex_unlock(&lock);
    return answer;
}
