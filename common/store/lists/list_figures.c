#include "list_figures.h"

#include "core/vocab.h"

/* 1 and 3 are LIST_SUPPRESSED and LIST_PERMITTED. */
static const struct pg_stmt list_figures_get = {
    .name = "list_figures_get",
    .sql = "SELECT list, count(*), count(*) FILTER (WHERE status = 1),"
           " count(*) FILTER (WHERE status = 3), max(version)"
           " FROM list_entry GROUP BY list ORDER BY list",
    .params = "",
    .columns = "illll",
};
const struct pg_stmt *const figures_statements[] = {&list_figures_get};
const size_t figures_statements_n = 1;
_Static_assert(LIST_SUPPRESSED == 1 && LIST_PERMITTED == 3,
               "the statement above has them as numbers");

bool list_figures_load(struct pg *pg, struct list_figures ret[LIST_FIGURES_MAX],
                       size_t *ret_n, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &list_figures_get, NULL, &r, err))
        return false;
    *ret_n = 0;
    for (int row = 0; row < pg_rows(r) && *ret_n < LIST_FIGURES_MAX; row++)
        ret[(*ret_n)++] = (struct list_figures){
            .list = pg_get_i32(r, row, 0),
            .entries = pg_get_i64(r, row, 1),
            .suppressed = pg_get_i64(r, row, 2),
            .permitted = pg_get_i64(r, row, 3),
            .version = pg_get_i64(r, row, 4),
        };
    pg_result_free(r);
    return true;
}
