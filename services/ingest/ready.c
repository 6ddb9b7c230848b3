/* /readyz: asked by the HTTP server's thread, so the loop leaves its state here. */
#include "ingest.h"

#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>

#define NO_FEED_US (15 * WHEN_SECOND_US)

static atomic_bool database, kafka, feeds;

void ready_note(const struct ingest *in)
{
    bool patient = clock_mono_us() - in->opened_us > NO_FEED_US;

    atomic_store(&database, in->reg != NULL && peer_state(&in->postgresql) != PEER_DOWN);
    /* without any feed no group forms, and that is no fault */
    atomic_store(&kafka, peer_state(&in->kafka) == PEER_UP);
    atomic_store(&feeds, in->assigned || patient);
}

bool ready_answer(void *context, char *why, size_t why_bytes)
{
    (void)context;
    if (!atomic_load(&database)) {
        snprintf(why, why_bytes, "PostgreSQL does not answer yet");
        return false;
    }
    if (!atomic_load(&kafka)) {
        snprintf(why, why_bytes, "Kafka does not answer");
        return false;
    }
    if (!atomic_load(&feeds)) {
        snprintf(why, why_bytes, "no feed is assigned to this process yet");
        return false;
    }
    return true;
}
