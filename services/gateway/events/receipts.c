/* GET /v1/receipts: what became of a source's events; waits until there is something. */
#include "events.h"

#include "base/clock.h"
#include "base/log.h"
#include "intake/receipts.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_PRESET 1000
#define ROWS_MOST   10000
#define WAIT_MOST   60

static bool load(struct events *e, int32_t source, const struct feed_place *place,
                 int32_t limit, struct feed_receipts *ret, struct err *err)
{
    bool ok;

    do
        ok = pg_session_begin(&e->database, err) &&
             feed_receipts_load(e->database.pg, source, place, limit, ret, err);
    while (!ok && pg_session_again(&e->database, err));
    return ok;
}

static void answer(struct events *e, const struct source *source,
                   const struct http_request *rq, struct http_reply *reply)
{
    const char *after = http_argument(rq, "after");
    struct feed_receipts set;
    struct feed_place place;
    int64_t limit, wait;
    struct err err;

    if (!http_number(rq, "limit", ROWS_PRESET, 1, ROWS_MOST, &limit, reply) ||
        !http_number(rq, "wait", 0, 0, WAIT_MOST, &wait, reply))
        return;
    if (!receipts_place(after != NULL ? after : "", &place)) {
        http_problem(reply, 400, "bad-argument",
                     "after is what an earlier answer gave as after", NULL);
        return;
    }
    if (!load(e, source->number, &place, (int32_t)limit, &set, &err)) {
        log_err(LOG_LEVEL_WARN, "no_receipts", &err);
        if (pg_away(&err))
            http_problem(reply, 503, "database", "the database does not answer", NULL);
        else
            http_problem(reply, 503, "our-side",
                         "something is wrong on our side, and our log says what", NULL);
        reply->retry_after_s = 5;
        return;
    }
    if (set.n == 0 && wait > 0 && !rq->late) {
        int64_t until_us;

        memcpy(&until_us, reply->note, sizeof(until_us));
        if (until_us == 0)
            until_us = clock_mono_us() + wait * WHEN_SECOND_US;
        memcpy(reply->note, &until_us, sizeof(until_us));
        http_park(reply, until_us, EVENTS_WAKE);
    } else {
        reply->type = "application/json";
        receipts_put(&reply->body, source->id, &set, (int32_t)limit, &place);
    }
    feed_receipts_done(&set);
}

void events_receipts(void *worker, const struct http_request *rq,
                     struct http_reply *reply)
{
    struct worker *w = worker;
    const struct known *known = known_take(w->knowledge);
    const struct source *source = source_of(known, rq, reply);

    if (source != NULL)
        answer(w->events, source, rq, reply);
    known_release(known);
}
