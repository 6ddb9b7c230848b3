#include "list_figures.h"

#include "base/mem.h"
#include "core/vocab.h"

#include <stdlib.h>

/* 1 and 3 are LIST_SUPPRESSED and LIST_PERMITTED. */
static const struct pg_stmt list_figures_get = {
    .name = "list_figures_get",
    .sql = "SELECT list, count(*), count(*) FILTER (WHERE status = 1 /*suppressed*/),"
           " count(*) FILTER (WHERE status = 3 /*permitted*/), max(version)"
           " FROM list_entry GROUP BY list ORDER BY list",
    .params = "",
    .columns = "illll",
};
const struct pg_stmt *const figures_statements[] = {&list_figures_get};
const size_t figures_statements_n = 1;
bool list_figures_load(struct pg *pg, struct figures_set *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &list_figures_get, NULL, &r, err))
        return false;
    ret->n = (size_t)pg_rows(r);
    if (ret->n > ret->cap) {
        ret->cap = ret->n;
        ret->rows = mem_resize(ret->rows, ret->cap, sizeof(*ret->rows));
    }
    for (int row = 0; row < pg_rows(r); row++)
        ret->rows[row] = (struct list_figures){
            .list = pg_get_i32(r, row, 0),
            .entries = pg_get_i64(r, row, 1),
            .suppressed = pg_get_i64(r, row, 2),
            .permitted = pg_get_i64(r, row, 3),
            .version = pg_get_i64(r, row, 4),
        };
    pg_result_free(r);
    return true;
}

void figures_set_done(struct figures_set *set)
{
    free(set->rows);
    *set = (struct figures_set){0};
}
