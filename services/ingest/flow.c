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
    for (size_t i = 0; i < LANES; i++)
        if (in->lanes[i].filling->n_rows > 0)
            return 0;
    return IDLE_WAIT_MS;
}

/* PostgreSQL's side of the flow: settle what was sent, look after things, send what is
 * due. */
static bool tend(struct ingest *in, struct err *err)
{
    enum lane due;

    if (in->sent != NULL && commit_ready(in) && !commit_settle(in, err))
        return false;
    if (in->sent != NULL) {
        due = lanes_due(in);
        if (due != LANES)
            commit_prepare(in, due);
        return true;
    }
    if (!survey_look(in, err) || !verify_look(in, err))
        return false;
    if (clock_mono_us() >= in->upkeep_us &&
        (!owner_reclaim(in, err) || !database_upkeep(in, err)))
        return false;
    due = lanes_due(in);
    return due == LANES || (commit_send(in, due, err) && lanes_look(in, err));
}

static bool on_event(struct ingest *in, enum lane lane, enum consumer_event event,
                     const struct consumer_record *rec, struct err *err)
{
    size_t part = in->n_parts;

    if (event == CONSUMER_STALLED || event == CONSUMER_END || event == CONSUMER_GONE)
        part = owner_find(in, lane, rec->topic, rec->partition);
    if (part < in->n_parts && in->feeds[part].lane != lane)
        part = in->n_parts; /* told before it was moved */
    switch (event) {
    case CONSUMER_RECORD: return intake_add(in, lane, rec, err);
    case CONSUMER_ASSIGN: return owner_assign(in, err);
    case CONSUMER_REVOKE: return owner_revoke(in, err);
    case CONSUMER_STALLED:
        return part == in->n_parts ||
               anchor_doubt(in, part, "our position is not in it", err);
    case CONSUMER_GONE:
        return part == in->n_parts || anchor_doubt(in, part, "the topic is gone", err);
    case CONSUMER_END:
        if (part == in->n_parts)
            return true;
        in->feeds[part].heard = true;
        return anchor_end(in, part, rec->offset, err);
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

static bool full(const struct ingest *in, enum lane lane)
{
    return ingest_batch_full(in->lanes[lane].filling);
}

/* Nothing can be gathered before PostgreSQL is done: the lane at the back is full, and
 * the one in front is too, or has nothing to read. */
static bool waits_for_postgresql(struct ingest *in)
{
    if (in->sent == NULL || !full(in, LANE_BACK))
        return false;
    if (full(in, LANE_FRONT))
        return true;
    if (consumer_front_waits(in->consumer))
        return false;
    in->lanes[LANE_FRONT].idle = true; /* what it has gathered waits for no more */
    return true;
}

bool ingest_run(struct ingest *in, struct err *err)
{
    static struct consumer_record rec;
    enum consumer_event event;
    enum lane lane;
    unsigned n = 0;

    while (!stop_asked()) {
        watchdog_beat();
        if (waits_for_postgresql(in)) { /* back-pressure is not asking for more */
            pg_wait(in->pg, full(in, LANE_FRONT) ? 100 : BUSY_WAIT_MS);
            if (!tend(in, err))
                return err->kind == ERR_NONE;
            continue;
        }
        if (!lanes_next(in, wait_ms(in), &lane, &event, &rec, err) ||
            !on_event(in, lane, event, &rec, err))
            return err->kind == ERR_NONE;
        if (event == CONSUMER_RECORD && ++n % LOOK_EVERY != 0 && !full(in, lane))
            continue;
        if (!tend(in, err))
            return err->kind == ERR_NONE;
    }
    return true;
}
