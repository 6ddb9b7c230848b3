#include "desk_store.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct pg_stmt token_asked_get = {
    .name = "token_asked",
    .sql = "SELECT coalesce(max(contacts), 0)::bigint FROM token_day WHERE token_id = $1"
           " AND day = (now() AT TIME ZONE 'UTC')::date",
    .params = "i",
    .columns = "l",
};

static const struct pg_stmt purpose_titles_get = {
    .name = "purpose_titles",
    .sql = "SELECT id, coalesce(body->>'title', ''), coalesce(body->>'class', '')"
           " FROM register_rows('infinity')"
           " WHERE kind = 'purpose' AND now() >= effective AND now() < until"
           " ORDER BY 3, 1",
    .params = "",
    .columns = "ttt",
};

const struct pg_stmt *const desk_statements[] = {&token_asked_get, &purpose_titles_get};
const size_t desk_statements_n = sizeof(desk_statements) / sizeof(desk_statements[0]);

bool token_asked(struct pg *pg, int32_t token, int64_t *ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, token);
    return pg_run_i64(pg, &token_asked_get, &ps, ret, err);
}

bool purpose_titles_load(struct pg *pg, struct purpose_titles *ret, struct err *err)
{
    *ret = (struct purpose_titles){0};
    if (!pg_exec(pg, &purpose_titles_get, NULL, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    ret->rows = mem_zalloc(ret->n + 1, sizeof(*ret->rows));
    for (int i = 0; i < pg_rows(ret->result); i++)
        ret->rows[i] = (struct purpose_title){
            pg_get_text(ret->result, i, 0),
            pg_get_text(ret->result, i, 1),
            pg_get_text(ret->result, i, 2),
        };
    return true;
}

void purpose_titles_done(struct purpose_titles *set)
{
    free(set->rows);
    pg_result_free(set->result);
    *set = (struct purpose_titles){0};
}
