#include "trend_store.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct pg_stmt trend_days_get = {
    .name = "trend_days",
    .sql =
        "SELECT source, day - date '1970-01-01',"
        " coalesce(sum(n) FILTER (WHERE type = 1 /*consent_granted*/), 0)::bigint,"
        " coalesce(sum(n) FILTER (WHERE type IN (2 /*consent_refused*/,"
        "  3 /*consent_withdrawn*/, 4 /*optout_recorded*/, 5 /*objection_recorded*/)),"
        "  0)::bigint,"
        " coalesce(sum(n) FILTER (WHERE type = 11 /*feedback_complained*/), 0)::bigint,"
        " coalesce(sum(n) FILTER (WHERE type = 10 /*feedback_bounced*/), 0)::bigint,"
        " coalesce(sum(n) FILTER (WHERE late), 0)::bigint"
        " FROM source_count WHERE day >= date '1970-01-01' + $1::integer"
        " GROUP BY 1, 2 ORDER BY 1, 2",
    .params = "i",
    .columns = "iilllll",
};

static const struct pg_stmt trend_acks_get = {
    .name = "trend_acks",
    .sql = "SELECT list, (at AT TIME ZONE 'UTC')::date - date '1970-01-01',"
           "  sum(heard)::bigint,"
           "  (extract(epoch FROM max(slowest)) * 1000000)::bigint"
           " FROM list_ack WHERE matches AND heard > 0"
           "  AND at >= (date '1970-01-01' + $1::integer)::timestamp AT TIME ZONE 'UTC'"
           " GROUP BY 1, 2 ORDER BY 1, 2",
    .params = "i",
    .columns = "iill",
};

static const struct pg_stmt trend_ending_get = {
    .name = "trend_ending",
    .sql = "SELECT count(*) FILTER (WHERE at < now() + interval '30 days'),"
           " count(*) FILTER (WHERE at < now() + interval '60 days'), count(*)"
           " FROM due WHERE at < now() + interval '90 days'",
    .params = "",
    .columns = "lll",
};

static const struct pg_stmt trend_campaigns_get = {
    .name = "trend_campaigns",
    .sql =
        "SELECT source, list, message, count(*) FROM v_campaign"
        " WHERE known >= (date '1970-01-01' + $1::integer)::timestamp AT TIME ZONE 'UTC'"
        " GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 20",
    .params = "i",
    .columns = "ittl",
};

const struct pg_stmt *const trend_statements[] = {
    &trend_days_get, &trend_acks_get, &trend_ending_get, &trend_campaigns_get};
const size_t trend_statements_n = sizeof(trend_statements) / sizeof(trend_statements[0]);

static bool by_day(struct pg *pg, const struct pg_stmt *stmt, int32_t since_day,
                   struct pg_result **ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, since_day);
    return pg_run(pg, stmt, &ps, ret, err);
}

static void rows_take(struct trend_set *set)
{
    const struct pg_result *days = set->result[0], *acks = set->result[1],
                           *campaigns = set->result[3];

    set->n_days = (size_t)pg_rows(days);
    set->days = mem_zalloc(set->n_days + 1, sizeof(*set->days));
    for (int i = 0; i < pg_rows(days); i++) {
        struct trend_day *d = &set->days[i];

        d->source = pg_get_i32(days, i, 0);
        d->day = pg_get_i32(days, i, 1);
        for (int kind = 0; kind < TREND_KINDS; kind++)
            d->of[kind] = pg_get_i64(days, i, 2 + kind);
    }
    set->n_acks = (size_t)pg_rows(acks);
    set->acks = mem_zalloc(set->n_acks + 1, sizeof(*set->acks));
    for (int i = 0; i < pg_rows(acks); i++)
        set->acks[i] = (struct trend_ack){pg_get_i32(acks, i, 0), pg_get_i32(acks, i, 1),
                                          pg_get_i64(acks, i, 2), pg_get_i64(acks, i, 3)};
    set->n_campaigns = (size_t)pg_rows(campaigns);
    set->campaigns = mem_zalloc(set->n_campaigns + 1, sizeof(*set->campaigns));
    for (int i = 0; i < pg_rows(campaigns); i++)
        set->campaigns[i] = (struct trend_campaign){
            pg_get_i32(campaigns, i, 0), pg_get_text(campaigns, i, 1),
            pg_get_text(campaigns, i, 2), pg_get_i64(campaigns, i, 3)};
    for (int i = 0; i < 3; i++)
        set->ending[i] = pg_get_i64(set->result[2], 0, i);
}

bool trends_load(struct pg *pg, int32_t since_day, struct trend_set *ret, struct err *err)
{
    *ret = (struct trend_set){0};
    if (!by_day(pg, &trend_days_get, since_day, &ret->result[0], err) ||
        !by_day(pg, &trend_acks_get, since_day, &ret->result[1], err) ||
        !pg_exec(pg, &trend_ending_get, NULL, &ret->result[2], err) ||
        !by_day(pg, &trend_campaigns_get, since_day, &ret->result[3], err)) {
        trends_done(ret);
        return false;
    }
    rows_take(ret);
    return true;
}

void trends_done(struct trend_set *set)
{
    free(set->days);
    free(set->acks);
    free(set->campaigns);
    for (size_t i = 0; i < sizeof(set->result) / sizeof(set->result[0]); i++)
        pg_result_free(set->result[i]);
    *set = (struct trend_set){0};
}
