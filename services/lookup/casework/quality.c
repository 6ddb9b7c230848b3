/* GET /v1/quality: what the sources' events were worth; a reseller's own alone. */
#include "routes.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/put.h"
#include "codec/casework/quality_json.h"
#include "store/casework/report_store.h"

#include <stdlib.h>
#include <string.h>

#define DAYS_PRESET 30

/* An instant or a day. */
static bool since_read(struct call *c, int64_t *ret)
{
    const char *text = http_argument(c->rq, "since");
    int32_t day;

    *ret = clock_wall_us() - DAYS_PRESET * WHEN_DAY_US;
    if (text == NULL || when_parse(text, strlen(text), ret) == WHEN_OK)
        return true;
    if (when_parse_day(text, strlen(text), &day) == WHEN_OK) {
        *ret = day * WHEN_DAY_US;
        return true;
    }
    http_problem(c->reply, 400, "bad-argument",
                 "since is an RFC 3339 date-time or a day, 1995 or later", NULL);
    return false;
}

/* It goes over all facts since then, and over all denials: here the planner may do so. */
static bool load(struct worker *w, int64_t since_us, int32_t source,
                 struct quality_set *ret, struct err *err)
{
    const bool ok = pg_begin(w->pg, err) &&
                    pg_script(w->pg, "planner",
                              "SET LOCAL enable_seqscan = on;"
                              "SET LOCAL plan_cache_mode = force_custom_plan",
                              err) &&
                    quality_load(w->pg, since_us, source, &w->reg->book, ret, err);
    pg_rollback(w->pg); /* it only read */
    return ok;
}

static void write_answer(struct call *c, const struct quality *q, int64_t since_us)
{
    struct buf *out = &c->reply->body;
    bool more = false;

    buf_add_str(out, "{");
    put_member_time(out, "since", since_us);
    put_name(out, ",sources");
    buf_add_str(out, "[");
    for (int32_t source = 0; (source = quality_source_next(q, source)) > 0; more = true) {
        buf_add_str(out, more ? "," : "");
        quality_to_json(q, source, register_source_name(c->w->reg, source), out);
    }
    buf_add_str(out, "]}\n");
}

bool answer_quality(struct call *c, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct quality_set set = {0};
    int64_t since_us;
    bool refused, ok;
    int32_t source;

    if (!worker_register(c->w, err))
        return false;
    if (!since_read(c, &since_us) || !call_source(c, &source))
        return true;
    ok = load(c->w, since_us, source, &set, err) &&
         call_noted(c, LOOKUP_QUALITY, &row, 1, &refused, err);
    if (ok && !refused)
        write_answer(c, &set.q, since_us);
    quality_done(&set);
    return ok;
}
