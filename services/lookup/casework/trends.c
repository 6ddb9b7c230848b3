/* GET /v1/trends: figures day by day, of sources and lists. */
#include "routes.h"

#include "base/clock.h"
#include "codec/put.h"
#include "store/casework/trend_store.h"

#include <stdlib.h>
#include <string.h>

#define DAYS_PRESET 30
#define DAYS_MOST   400

/* One number a day, also for the days that have none. */
static void source_put(struct buf *out, const struct trend_set *set, size_t from,
                       size_t to, enum trend_kind kind, const char *name, int32_t first,
                       int32_t n)
{
    put_name(out, name);
    buf_add_str(out, "[");
    for (int32_t day = first; day < first + n; day++) {
        int64_t found = 0;

        while (from < to && set->days[from].day < day)
            from++;
        if (from < to && set->days[from].day == day)
            found = set->days[from].of[kind];
        buf_add_str(out, day > first ? "," : "");
        put_int(out, found);
    }
    buf_add_str(out, "]");
}

static void sources_put(struct call *c, const struct trend_set *set, int32_t first,
                        int32_t n)
{
    static const char *const names[] = {",consents", ",opt_outs", ",complaints",
                                        ",bounces", ",late"};
    struct buf *out = &c->reply->body;
    size_t to;

    put_name(out, ",sources");
    buf_add_str(out, "[");
    for (size_t from = 0; from < set->n_days; from = to) {
        for (to = from;
             to < set->n_days && set->days[to].source == set->days[from].source;)
            to++;
        buf_add_str(out, from > 0 ? ",{" : "{");
        put_member(out, "source",
                   register_source_name(c->w->reg, set->days[from].source));
        for (int kind = 0; kind < TREND_KINDS; kind++)
            source_put(out, set, from, to, (enum trend_kind)kind, names[kind], first, n);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

static void list_put(struct buf *out, const struct trend_set *set, size_t from, size_t to,
                     bool slowest, int32_t first, int32_t n)
{
    buf_add_str(out, "[");
    for (int32_t day = first; day < first + n; day++) {
        while (from < to && set->acks[from].day < day)
            from++;
        buf_add_str(out, day > first ? "," : "");
        if (from < to && set->acks[from].day == day)
            put_int(out, slowest ? set->acks[from].slowest_us / WHEN_SECOND_US
                                 : set->acks[from].opt_outs);
        else
            buf_add_str(out, slowest ? "null" : "0");
    }
    buf_add_str(out, "]");
}

static const char *list_name(const struct register_snapshot *reg, int32_t number)
{
    const struct list *l = register_list_numbered(reg, number);

    return l != NULL ? l->id : "?";
}

static void lists_put(struct call *c, const struct trend_set *set, int32_t first,
                      int32_t n)
{
    struct buf *out = &c->reply->body;
    size_t to;

    put_name(out, ",lists");
    buf_add_str(out, "[");
    for (size_t from = 0; from < set->n_acks; from = to) {
        for (to = from; to < set->n_acks && set->acks[to].list == set->acks[from].list;)
            to++;
        buf_add_str(out, from > 0 ? ",{" : "{");
        put_member(out, "list", list_name(c->w->reg, set->acks[from].list));
        put_name(out, ",opt_outs");
        list_put(out, set, from, to, false, first, n);
        put_name(out, ",slowest_s");
        list_put(out, set, from, to, true, first, n);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

static void campaigns_put(struct call *c, const struct trend_set *set)
{
    struct buf *out = &c->reply->body;

    put_name(out, ",campaigns");
    buf_add_str(out, "[");
    for (size_t i = 0; i < set->n_campaigns; i++) {
        const struct trend_campaign *t = &set->campaigns[i];

        buf_add_str(out, i > 0 ? ",{" : "{");
        put_member(out, "source", register_source_name(c->w->reg, t->source));
        put_member(out, ",list_id", t->list);
        put_member(out, ",message_id", t->message);
        put_member_int(out, ",opt_outs", t->opt_outs);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

static void write_answer(struct call *c, const struct trend_set *set, int32_t first,
                         int32_t n)
{
    struct buf *out = &c->reply->body;
    char text[WHEN_TEXT_BYTES];

    buf_add_str(out, "{");
    put_name(out, "since");
    buf_addf(out, "\"%.10s\"", when_format(first * WHEN_DAY_US, text));
    put_member_int(out, ",days", n);
    sources_put(c, set, first, n);
    lists_put(c, set, first, n);
    campaigns_put(c, set);
    put_name(out, ",ending");
    buf_add_str(out, "{");
    put_member_int(out, "in_30_days", set->ending[0]);
    put_member_int(out, ",in_60_days", set->ending[1]);
    put_member_int(out, ",in_90_days", set->ending[2]);
    buf_add_str(out, "}}\n");
}

bool answer_trends(struct call *c, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct trend_set set;
    bool refused, ok;
    int32_t n, first;
    int64_t days;

    if (!http_number(c->rq, "days", DAYS_PRESET, 1, DAYS_MOST, &days, c->reply))
        return true;
    n = (int32_t)days;
    first = (int32_t)(clock_wall_us() / WHEN_DAY_US) - n + 1;
    if (!trends_load(c->w->pg, first, &set, err))
        return false;
    ok = call_noted(c, LOOKUP_DESK, &row, 1, &refused, err);
    if (ok && !refused)
        write_answer(c, &set, first, n);
    trends_done(&set);
    return ok;
}
