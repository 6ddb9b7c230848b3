/* GET /v1/receipts: what became of a source's events, without Kafka. */
#include "routes.h"

#include "intake/receipts.h"

#define ROWS_PRESET 1000
#define ROWS_MOST   10000

static bool ask_read(struct call *c, int32_t *source, struct feed_place *place,
                     int32_t *limit)
{
    const char *after = http_argument(c->rq, "after");

    if (!call_source(c, source) || !call_limit(c, ROWS_PRESET, ROWS_MOST, limit))
        return false;
    if (*source == 0) {
        http_problem(c->reply, 400, "bad-argument", "say whose: source=", NULL);
        return false;
    }
    if (receipts_place(after != NULL ? after : "", place))
        return true;
    http_problem(c->reply, 400, "bad-argument",
                 "after is what an earlier answer gave as after", NULL);
    return false;
}

bool answer_receipts(struct call *c, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct feed_receipts set;
    struct feed_place place;
    int32_t source, limit;
    bool refused, ok;

    if (!worker_register(c->w, err))
        return false;
    if (!ask_read(c, &source, &place, &limit))
        return true;
    if (!feed_receipts_load(c->w->pg, source, &place, limit, &set, err))
        return false;
    ok = call_noted(c, LOOKUP_RECEIPTS, &row, 1, &refused, err);
    if (ok && !refused)
        receipts_put(&c->reply->body, register_source_name(c->w->reg, source), &set,
                     limit, &place);
    feed_receipts_done(&set);
    return ok;
}
