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

const struct pg_stmt *const waiting_statements[] = {&reasons_get, &feeds_get, &late_get,
                                                    &erase_get};
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
}

bool waiting_load(struct pg *pg, int64_t late_since_us, struct waiting_set *ret,
                  struct err *err)
{
    *ret = (struct waiting_set){0};
    if (!pg_exec(pg, &reasons_get, NULL, &ret->result[0], err) ||
        !pg_exec(pg, &feeds_get, NULL, &ret->result[1], err) ||
        !pg_exec_time(pg, &late_get, late_since_us, &ret->result[2], err) ||
        !pg_exec(pg, &erase_get, NULL, &ret->result[3], err)) {
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
