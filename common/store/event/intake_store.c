#include "intake_store.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct pg_stmt reset_stmt = {
    .name = "intake_reset",
    .sql = "WITH was AS (SELECT next_offset FROM ingest_position"
           "  WHERE topic = $1 AND partition = $2 FOR UPDATE),"
           " moved AS (INSERT INTO ingest_position AS p (topic, partition, next_offset,"
           "   epoch, owner) VALUES ($1, $2, $3, 1, 'consentctl')"
           "  ON CONFLICT (topic, partition) DO UPDATE SET next_offset = $3,"
           "   epoch = p.epoch + 1, owner = 'consentctl', updated = now(), held = '',"
           "   anchor_offset = NULL, anchor_time = NULL, anchor_digest = NULL,"
           "   sure_offset = NULL, sure_time = NULL, sure_digest = NULL),"
           " gap AS (INSERT INTO intake_gap (topic, partition, \"from\", \"to\","
           "   acknowledged, acknowledged_by, note)"
           "  SELECT $1, $2, $4, $5, now(), session_user, $6 WHERE $5 > $4)"
           " INSERT INTO intake_reset (topic, partition, was_offset, next_offset, reason)"
           " SELECT $1, $2, coalesce((SELECT next_offset FROM was), -1), $3, $6"
           " RETURNING was_offset",
    .params = "tilllt",
    .columns = "l",
};

static const struct pg_stmt gaps_stmt = {
    .name = "intake_gaps",
    .sql = "SELECT gap, topic, partition, \"from\", \"to\", seen, acknowledged,"
           "  coalesce(acknowledged_by, ''), coalesce(note, '') FROM intake_gap"
           " WHERE $1 OR acknowledged IS NULL ORDER BY gap",
    .params = "o",
    .columns = "ltillzztt",
};

static const struct pg_stmt acknowledge_stmt = {
    .name = "intake_acknowledge",
    .sql = "UPDATE intake_gap SET acknowledged = now(), acknowledged_by = session_user,"
           "  note = $2 WHERE gap = $1 AND acknowledged IS NULL",
    .params = "lt",
    .columns = "",
};

const struct pg_stmt *const intake_statements[] = {&reset_stmt, &gaps_stmt,
                                                   &acknowledge_stmt};
const size_t intake_statements_n =
    sizeof(intake_statements) / sizeof(intake_statements[0]);

bool intake_reset(struct pg *pg, const struct intake_reset *reset, int64_t *ret_was,
                  struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, reset->topic);
    pg_put_i32(&ps, reset->partition);
    pg_put_i64(&ps, reset->next);
    pg_put_i64(&ps, reset->from);
    pg_put_i64(&ps, reset->to);
    pg_put_text(&ps, reset->reason);
    return pg_run_i64(pg, &reset_stmt, &ps, ret_was, err);
}

bool intake_gaps_load(struct pg *pg, bool all, struct intake_gaps *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    *ret = (struct intake_gaps){0};
    pg_params_init(&ps);
    pg_put_bool(&ps, all);
    if (!pg_run(pg, &gaps_stmt, &ps, &r, err))
        return false;
    ret->result = r;
    ret->n = (size_t)pg_rows(r);
    ret->rows = mem_zalloc(ret->n + 1, sizeof(*ret->rows));
    for (int i = 0; i < pg_rows(r); i++)
        ret->rows[i] = (struct intake_gap){
            .gap = pg_get_i64(r, i, 0),
            .topic = pg_get_text(r, i, 1),
            .partition = pg_get_i32(r, i, 2),
            .from = pg_get_i64(r, i, 3),
            .to = pg_get_i64(r, i, 4),
            .seen_us = pg_get_time(r, i, 5),
            .acknowledged_us = pg_get_time(r, i, 6),
            .by = pg_get_text(r, i, 7),
            .note = pg_get_text(r, i, 8),
        };
    return true;
}

void intake_gaps_done(struct intake_gaps *gaps)
{
    free(gaps->rows);
    pg_result_free(gaps->result);
    *gaps = (struct intake_gaps){0};
}

bool intake_gap_acknowledge(struct pg *pg, int64_t gap, const char *note, bool *ret,
                            struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i64(&ps, gap);
    pg_put_text(&ps, note);
    if (!pg_run(pg, &acknowledge_stmt, &ps, &r, err))
        return false;
    *ret = pg_affected(r) == 1;
    pg_result_free(r);
    return true;
}
