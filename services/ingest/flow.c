#include "ingest.h"

#include "base/clock.h"
#include "base/stop.h"

#define IDLE_WAIT_MS 50 /* nothing in hand: wait for a record                  */
#define BUSY_WAIT_MS 1  /* PostgreSQL is at work: look after it now and then  */
#define LOOK_EVERY   32 /* records between looks at the clock and at PostgreSQL */

static int32_t wait_ms(const struct ingest *in)
{
    if (in->sent != NULL)
        return BUSY_WAIT_MS;
    return in->filling->n_rows > 0 ? 0 : IDLE_WAIT_MS;
}

static bool due(const struct ingest *in, bool idle)
{
    if (in->filling->n_rows == 0)
        return false;
    return idle || ingest_batch_full(in->filling) ||
           clock_mono_us() - in->filling_since_us >= in->set->linger_ms * 1000;
}

/* PostgreSQL's side of the flow: settle what was sent, look after things, send what is
 * due. */
static bool tend(struct ingest *in, bool idle, struct err *err)
{
    if (in->sent != NULL && commit_ready(in) && !commit_settle(in, err))
        return false;
    if (in->sent != NULL)
        return true;
    if (!survey_look(in, err) || !verify_look(in, err))
        return false;
    if (clock_mono_us() >= in->upkeep_us &&
        (!owner_reclaim(in, err) || !database_upkeep(in, err)))
        return false;
    return !due(in, idle) || commit_send(in, err);
}

static bool on_event(struct ingest *in, enum consumer_event event,
                     const struct consumer_record *rec, struct err *err)
{
    size_t part = in->n_parts;

    if (event == CONSUMER_STALLED || event == CONSUMER_END || event == CONSUMER_GONE)
        part = owner_find(in, rec->topic, rec->partition);
    switch (event) {
    case CONSUMER_RECORD:
        if (in->filling->n_rows == 0)
            in->filling_since_us = clock_mono_us();
        return intake_add(in, rec, err);
    case CONSUMER_ASSIGN: return owner_assign(in, err);
    case CONSUMER_REVOKE: return owner_revoke(in, err);
    case CONSUMER_STALLED:
        return part == in->n_parts ||
               anchor_doubt(in, part, "our position is not in it", err);
    case CONSUMER_GONE:
        return part == in->n_parts || anchor_doubt(in, part, "the topic is gone", err);
    case CONSUMER_END:
        return part == in->n_parts || anchor_end(in, part, rec->offset, err);
    case CONSUMER_TROUBLE:
        if (consumer_away(in->consumer))
            peer_down(&in->kafka, err);
        else
            log_err(LOG_LEVEL_WARN, "kafka_trouble", err);
        return true;
    case CONSUMER_IDLE:
    default: return true;
    }
}

bool ingest_run(struct ingest *in, struct err *err)
{
    static struct consumer_record rec;
    enum consumer_event event;
    unsigned n = 0;

    while (!stop_asked()) {
        watchdog_beat();
        if (in->sent != NULL && ingest_batch_full(in->filling)) {
            pg_wait(in->pg, 100); /* back-pressure is not asking for more */
            if (!tend(in, false, err))
                return err->kind == ERR_NONE;
            continue;
        }
        if (!consumer_next(in->consumer, wait_ms(in), &event, &rec, err) ||
            !on_event(in, event, &rec, err))
            return err->kind == ERR_NONE;
        if (event == CONSUMER_RECORD && ++n % LOOK_EVERY != 0 &&
            !ingest_batch_full(in->filling))
            continue;
        if (!tend(in, event != CONSUMER_RECORD, err))
            return err->kind == ERR_NONE;
    }
    return true;
}
