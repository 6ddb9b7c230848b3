#include "feed_store.h"

#include "base/mem.h"

#include <stdlib.h>

/* Of each partition the last hundred events: enough to tell a source's habit. */
static const struct pg_stmt feed_figures_get = {
    .name = "feed_figures",
    .sql = "WITH recent AS MATERIALIZED ("
           "  SELECT n.number AS source, l.known, greatest(l.known - l.occurred_to, '0') "
           "AS lag"
           "  FROM register_number n"
           "  JOIN ingest_position p ON p.topic = 'feed.' || n.id"
           "  CROSS JOIN LATERAL (SELECT l.known, l.occurred_to FROM ledger l"
           "   WHERE l.source = n.number AND l.partition = p.partition"
           "    AND l.\"offset\" >= 0 /* ledger_place */"
           "   ORDER BY l.\"offset\" DESC LIMIT 100) l"
           "  WHERE n.kind = 'source'),"
           " waits AS (SELECT source, count(*) AS n FROM quarantine WHERE state = 0 "
           "/*waiting*/ "
           "GROUP BY 1)"
           " SELECT n.number, coalesce(w.n, 0), coalesce(max(r.known), '-infinity'),"
           "  count(r.known), coalesce((extract(epoch FROM percentile_cont(0.5)"
           "   WITHIN GROUP (ORDER BY r.lag)) * 1000000)::bigint, 0),"
           "  coalesce((extract(epoch FROM max(r.lag)) * 1000000)::bigint, 0)"
           " FROM register_number n LEFT JOIN recent r ON r.source = n.number"
           " LEFT JOIN waits w ON w.source = n.number WHERE n.kind = 'source'"
           " GROUP BY 1, 2 ORDER BY 1",
    .params = "",
    .columns = "ilzlll",
};

static const struct pg_stmt feed_days_get = {
    .name = "feed_days",
    .sql = "SELECT source, day - date '1970-01-01',"
           "  coalesce(sum(n) FILTER (WHERE outcome = 1 /*accepted*/), 0)::bigint,"
           "  coalesce(sum(n) FILTER (WHERE outcome = 2 /*duplicate*/), 0)::bigint,"
           "  coalesce(sum(n) FILTER (WHERE outcome = 3 /*quarantined*/), 0)::bigint,"
           "  coalesce(sum(n) FILTER (WHERE outcome = 4 /*refused*/), 0)::bigint,"
           "  coalesce(sum(n) FILTER (WHERE late), 0)::bigint"
           " FROM source_count WHERE day >= date '1970-01-01' + $1::integer"
           " GROUP BY 1, 2 ORDER BY 1, 2",
    .params = "i",
    .columns = "iilllll",
};

static const struct pg_stmt feed_receipts_get = {
    .name = "feed_receipts",
    .sql = "SELECT r.partition, r.\"offset\", r.event_id, r.outcome, r.reason, r.pointer,"
           "  r.ledger_id, r.known"
           " FROM register_number n JOIN ingest_position p ON p.topic = 'feed.' || n.id"
           " LEFT JOIN unnest($2::integer[], $3::bigint[]) AS a (partition, \"offset\")"
           "  ON a.partition = p.partition"
           " CROSS JOIN LATERAL ("
           "  (SELECT l.partition, l.\"offset\", l.event_id, l.outcome,"
           "    coalesce(l.reason, '') AS reason, coalesce(l.pointer, '') AS pointer,"
           "    l.ledger_id, l.known FROM ledger l"
           "   WHERE l.source = n.number AND l.partition = p.partition"
           "    AND l.\"offset\" >= 0 /* ledger_place */"
           "    AND l.\"offset\" > coalesce(a.\"offset\", -1)"
           "   ORDER BY l.\"offset\" FETCH FIRST $4 ROWS WITH TIES)"
           "  UNION ALL"
           "  (SELECT d.* FROM (SELECT DISTINCT ON (q.\"offset\", q.digest) q.partition,"
           "    q.\"offset\", coalesce(q.event_id, ''), 3::smallint, q.reason, q.pointer,"
           "    0::bigint, q.known"
           "   FROM quarantine q WHERE q.topic = p.topic AND q.partition = p.partition"
           "    AND q.\"offset\" > coalesce(a.\"offset\", -1) AND q.ledger_id IS NULL"
           "   ORDER BY q.\"offset\", q.digest, q.reason) d"
           "   ORDER BY d.\"offset\" FETCH FIRST $4 ROWS WITH TIES)) r"
           " WHERE n.kind = 'source' AND n.number = $1"
           " ORDER BY r.partition, r.\"offset\" FETCH FIRST $4 ROWS WITH TIES",
    .params = "iILi",
    .columns = "iltsttlz",
};

const struct pg_stmt *const feed_statements[] = {&feed_figures_get, &feed_days_get,
                                                 &feed_receipts_get};
const size_t feed_statements_n = sizeof(feed_statements) / sizeof(feed_statements[0]);

/* --- figures --- */

static void figures_read(const struct pg_result *r, struct feed_set *ret)
{
    ret->n = (size_t)pg_rows(r);
    ret->feeds = mem_zalloc(ret->n + 1, sizeof(*ret->feeds));
    for (int i = 0; i < pg_rows(r); i++)
        ret->feeds[i] = (struct feed_figures){
            .source = pg_get_i32(r, i, 0),
            .waiting = pg_get_i64(r, i, 1),
            .last_known_us = pg_get_time(r, i, 2),
            .n_recent = pg_get_i64(r, i, 3),
            .lag_median_us = pg_get_i64(r, i, 4),
            .lag_worst_us = pg_get_i64(r, i, 5),
        };
}

static void days_read(const struct pg_result *r, struct feed_set *ret)
{
    ret->n_days = (size_t)pg_rows(r);
    ret->days = mem_zalloc(ret->n_days + 1, sizeof(*ret->days));
    for (int i = 0; i < pg_rows(r); i++) {
        struct feed_day *d = &ret->days[i];

        d->source = pg_get_i32(r, i, 0);
        d->day = pg_get_i32(r, i, 1);
        for (int k = OUTCOME_ACCEPTED; k <= OUTCOME_REFUSED; k++)
            d->of[k] = pg_get_i64(r, i, 1 + k);
        d->late = pg_get_i64(r, i, 6);
    }
}

bool feeds_load(struct pg *pg, int32_t since_day, struct feed_set *ret, struct err *err)
{
    struct pg_result *figures, *days;
    struct pg_params ps;
    bool ok;

    *ret = (struct feed_set){0};
    if (!pg_exec(pg, &feed_figures_get, NULL, &figures, err))
        return false;
    pg_params_init(&ps);
    pg_put_i32(&ps, since_day);
    ok = pg_run(pg, &feed_days_get, &ps, &days, err);
    if (ok) {
        figures_read(figures, ret);
        days_read(days, ret);
        pg_result_free(days);
    }
    pg_result_free(figures);
    return ok;
}

void feeds_done(struct feed_set *set)
{
    free(set->feeds);
    free(set->days);
    *set = (struct feed_set){0};
}

/* --- receipts --- */

static void receipts_read(struct feed_receipts *set)
{
    const struct pg_result *r = set->result;

    set->n = (size_t)pg_rows(r);
    set->rows = mem_zalloc(set->n + 1, sizeof(*set->rows));
    for (int i = 0; i < pg_rows(r); i++)
        set->rows[i] = (struct feed_receipt){
            .partition = pg_get_i32(r, i, 0),
            .offset = pg_get_i64(r, i, 1),
            .event_id = pg_get_text(r, i, 2),
            .outcome = (enum outcome)pg_get_i16(r, i, 3),
            .reason = pg_get_text(r, i, 4),
            .pointer = pg_get_text(r, i, 5),
            .ledger_id = pg_get_i64(r, i, 6),
            .known_us = pg_get_time(r, i, 7),
        };
}

bool feed_receipts_load(struct pg *pg, int32_t source, const struct feed_place *after,
                        int32_t limit, struct feed_receipts *ret, struct err *err)
{
    struct pg_params ps;
    size_t partitions, offsets;
    bool ok;

    *ret = (struct feed_receipts){0};
    pg_params_init(&ps);
    pg_put_i32(&ps, source);
    partitions = pg_put_array(&ps, 'I');
    offsets = pg_put_array(&ps, 'L');
    for (size_t i = 0; i < after->n; i++) {
        pg_add_i32(&ps, partitions, after->partition[i]);
        pg_add_i64(&ps, offsets, after->offset[i]);
    }
    pg_put_i32(&ps, limit);
    ok = pg_run(pg, &feed_receipts_get, &ps, &ret->result, err);
    if (ok)
        receipts_read(ret);
    return ok;
}

void feed_receipts_done(struct feed_receipts *set)
{
    free(set->rows);
    pg_result_free(set->result);
    *set = (struct feed_receipts){0};
}
