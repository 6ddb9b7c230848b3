#include "history_store.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct pg_stmt history_get = {
    .name = "register_history",
    .sql = "SELECT entry, kind, id, effective, known, coalesce(body::text, ''), origin,"
           "  applied_by, person, why FROM register_entry"
           " WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR id = $2)"
           "  AND ($3 = 0 OR entry < $3) ORDER BY entry DESC LIMIT $4",
    .params = "ttli",
    .columns = "lttzzttttt",
};

static const struct pg_stmt holds_get = {
    .name = "retention_holds",
    .sql = "SELECT h.hold, h.matter, coalesce(n.id, ''), coalesce(h.\"row\", ''), "
           "h.reason, h.by,"
           "  h.contact IS NOT NULL, h.at FROM retention_hold h"
           " LEFT JOIN register_number n ON n.kind = 'controller' AND n.number = "
           "h.controller"
           " WHERE h.lifted IS NULL ORDER BY h.at, h.hold",
    .params = "",
    .columns = "ltttttoz",
};

const struct pg_stmt *const history_statements[] = {&history_get, &holds_get};
const size_t history_statements_n =
    sizeof(history_statements) / sizeof(history_statements[0]);

bool register_history_load(struct pg *pg, const char *kind, const char *id,
                           int64_t before, int32_t limit, struct register_history *ret,
                           struct err *err)
{
    struct pg_params ps;

    *ret = (struct register_history){0};
    pg_params_init(&ps);
    pg_put_text(&ps, kind);
    pg_put_text(&ps, id);
    pg_put_i64(&ps, before);
    pg_put_i32(&ps, limit);
    if (!pg_run(pg, &history_get, &ps, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    ret->rows = mem_zalloc(ret->n + 1, sizeof(*ret->rows));
    for (int i = 0; i < pg_rows(ret->result); i++)
        ret->rows[i] = (struct register_said){
            pg_get_i64(ret->result, i, 0),  pg_get_text(ret->result, i, 1),
            pg_get_text(ret->result, i, 2), pg_get_time(ret->result, i, 3),
            pg_get_time(ret->result, i, 4), pg_get_text(ret->result, i, 5),
            pg_get_text(ret->result, i, 6), pg_get_text(ret->result, i, 7),
            pg_get_text(ret->result, i, 8), pg_get_text(ret->result, i, 9),
        };
    return true;
}

void register_history_done(struct register_history *set)
{
    free(set->rows);
    pg_result_free(set->result);
    *set = (struct register_history){0};
}

bool hold_list_load(struct pg *pg, struct hold_list *ret, struct err *err)
{
    *ret = (struct hold_list){0};
    if (!pg_exec(pg, &holds_get, NULL, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    ret->rows = mem_zalloc(ret->n + 1, sizeof(*ret->rows));
    for (int i = 0; i < pg_rows(ret->result); i++)
        ret->rows[i] = (struct hold_said){
            pg_get_i64(ret->result, i, 0),  pg_get_text(ret->result, i, 1),
            pg_get_text(ret->result, i, 2), pg_get_text(ret->result, i, 3),
            pg_get_text(ret->result, i, 4), pg_get_text(ret->result, i, 5),
            pg_get_bool(ret->result, i, 6), pg_get_time(ret->result, i, 7),
        };
    return true;
}

void hold_list_done(struct hold_list *set)
{
    free(set->rows);
    pg_result_free(set->result);
    *set = (struct hold_list){0};
}
