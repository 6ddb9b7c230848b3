#include "waiting_store.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct pg_stmt reasons_get = {
    .name = "waiting_reasons",
    .sql = "SELECT reason, count(*), count(*) FILTER (WHERE known < now() - interval '7 "
           "days'), min(known) FROM quarantine WHERE state = 0 /*waiting*/"
           " GROUP BY 1 ORDER BY 4, 1",
    .params = "",
    .columns = "tllz",
};

static const struct pg_stmt feeds_get = {
    .name = "waiting_feeds",
    .sql = "SELECT topic, partition, held FROM ingest_position WHERE held <> ''"
           " UNION ALL SELECT DISTINCT topic, partition, 'gap' FROM intake_gap"
           "  WHERE acknowledged IS NULL"
           " ORDER BY 1, 2, 3",
    .params = "",
    .columns = "tit",
};

/* By the index fact_late: its words, so that it is taken. */
static const struct pg_stmt late_get = {
    .name = "waiting_late",
    .sql = "SELECT source, count(DISTINCT ledger_id),"
           "  (extract(epoch FROM max(known - occurred_to)) * 1000000)::bigint"
           " FROM fact WHERE known >= $1 AND flags & 2048 /*late*/ <> 0"
           "  AND kind IN (2, 3, 4, 5, 6, 7, 25) /*denials*/"
           " GROUP BY 1 ORDER BY 2 DESC, 1",
    .params = "z",
    .columns = "ill",
};

static const struct pg_stmt erase_get = {
    .name = "waiting_erase",
    .sql = "SELECT count(DISTINCT contact) FROM delete_task WHERE done IS NULL",
    .params = "",
    .columns = "l",
};

static const struct pg_stmt due_get = {
    .name = "waiting_due",
    .sql = "SELECT d.due, d.counted, coalesce(d.due_rows, '[]')::text, a.asked_by,"
           " a.asked, coalesce(a.done, 'infinity'), a.contacts FROM retention_day d LEFT "
           "JOIN LATERAL"
           " (SELECT * FROM retention_ask ORDER BY ask DESC LIMIT 1) a ON true"
           " WHERE d.due IS NOT NULL ORDER BY d.day DESC LIMIT 1",
    .params = "",
    .columns = "lzttzzl",
};

/* As ingest counts them: source_count has no type for what was not taken in. */
static const struct pg_stmt budgets_get = {
    .name = "waiting_budgets",
    .sql = "SELECT u.source, sum(u.used)::bigint, sum(u.held)::bigint, min(u.oldest)"
           " FROM (SELECT c.source, sum(c.n) AS used, 0 AS held,"
           "   NULL::timestamptz AS oldest FROM source_count c"
           "  WHERE c.day = (now() AT TIME ZONE 'UTC')::date"
           "   AND c.type IN (1 /*consent_granted*/, 6 /*lead_received*/) GROUP BY 1"
           "  UNION ALL SELECT q.source, 0, count(*), min(q.known) FROM quarantine q"
           "  WHERE q.state = 0 /*waiting*/ AND q.reason = 'OVER_BUDGET' GROUP BY 1) u"
           " GROUP BY 1 ORDER BY 4 NULLS LAST, 1",
    .params = "",
    .columns = "illz",
};

const struct pg_stmt *const waiting_statements[] = {
    &reasons_get, &feeds_get, &late_get, &erase_get, &due_get, &budgets_get};
const size_t waiting_statements_n =
    sizeof(waiting_statements) / sizeof(waiting_statements[0]);

static size_t rows_of(const struct pg_result *r)
{
    return (size_t)pg_rows(r);
}

static void rows_take(struct waiting_set *set)
{
    const struct pg_result *reasons = set->result[0], *feeds = set->result[1];
    const struct pg_result *late = set->result[2];

    set->n_reasons = rows_of(reasons);
    set->reasons = mem_zalloc(set->n_reasons + 1, sizeof(*set->reasons));
    for (int i = 0; i < pg_rows(reasons); i++)
        set->reasons[i] = (struct waiting_reason){
            pg_get_text(reasons, i, 0), pg_get_i64(reasons, i, 1),
            pg_get_i64(reasons, i, 2), pg_get_time(reasons, i, 3)};
    set->n_feeds = rows_of(feeds);
    set->feeds = mem_zalloc(set->n_feeds + 1, sizeof(*set->feeds));
    for (int i = 0; i < pg_rows(feeds); i++)
        set->feeds[i] = (struct waiting_feed){
            pg_get_text(feeds, i, 0), pg_get_i32(feeds, i, 1), pg_get_text(feeds, i, 2)};
    set->n_late = rows_of(late);
    set->late = mem_zalloc(set->n_late + 1, sizeof(*set->late));
    for (int i = 0; i < pg_rows(late); i++)
        set->late[i] = (struct waiting_late){
            pg_get_i32(late, i, 0), pg_get_i64(late, i, 1), pg_get_i64(late, i, 2)};
    set->to_erase = pg_get_i64(set->result[3], 0, 0);
    set->counted_us = WHEN_NEVER;
    if (pg_rows(set->result[4]) > 0) {
        set->due = pg_get_i64(set->result[4], 0, 0);
        set->counted_us = pg_get_time(set->result[4], 0, 1);
        set->due_rows = pg_get_text(set->result[4], 0, 2);
        if (!pg_is_null(set->result[4], 0, 3))
            set->asked = (struct waiting_ask){
                pg_get_text(set->result[4], 0, 3), pg_get_time(set->result[4], 0, 4),
                pg_get_time(set->result[4], 0, 5), pg_get_i64(set->result[4], 0, 6)};
    }
}

bool waiting_load(struct pg *pg, int64_t late_since_us, struct waiting_set *ret,
                  struct err *err)
{
    *ret = (struct waiting_set){0};
    if (!pg_exec(pg, &reasons_get, NULL, &ret->result[0], err) ||
        !pg_exec(pg, &feeds_get, NULL, &ret->result[1], err) ||
        !pg_exec_time(pg, &late_get, late_since_us, &ret->result[2], err) ||
        !pg_exec(pg, &erase_get, NULL, &ret->result[3], err) ||
        !pg_exec(pg, &due_get, NULL, &ret->result[4], err)) {
        waiting_done(ret);
        return false;
    }
    rows_take(ret);
    return true;
}

void waiting_done(struct waiting_set *set)
{
    free(set->reasons);
    free(set->feeds);
    free(set->late);
    for (size_t i = 0; i < sizeof(set->result) / sizeof(set->result[0]); i++)
        pg_result_free(set->result[i]);
    *set = (struct waiting_set){0};
}

bool waiting_budgets(struct pg *pg, struct waiting_budget **ret, size_t *ret_n,
                     struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &budgets_get, NULL, &r, err))
        return false;
    *ret_n = rows_of(r);
    *ret = mem_zalloc(*ret_n + 1, sizeof(**ret));
    for (int i = 0; i < pg_rows(r); i++)
        (*ret)[i] = (struct waiting_budget){
            pg_get_i32(r, i, 0), pg_get_i64(r, i, 1), pg_get_i64(r, i, 2),
            pg_is_null(r, i, 3) ? WHEN_NEVER : pg_get_time(r, i, 3)};
    pg_result_free(r);
    return true;
}

bool waiting_budget_tells(const struct waiting_budget *b, int64_t most)
{
    return b->held > 0 || waiting_budget_near(b, most);
}

bool waiting_budget_near(const struct waiting_budget *b, int64_t most)
{
    return most > 0 && b->used >= most - most / 5;
}
