#include "partition_store.h"

static const struct pg_stmt make = {
    .name = "partitions_make",
    .sql = "SELECT partitions_ahead()",
    .params = "",
    .columns = "i",
};
static const struct pg_stmt look = {
    .name = "partitions_look",
    .sql = "SELECT count(*), coalesce(sum(partitions), 0)::bigint,"
           " count(*) FILTER (WHERE late) FROM v_partition",
    .params = "",
    .columns = "lll",
};
const struct pg_stmt *const partition_statements[] = {&make, &look};
const size_t partition_statements_n =
    sizeof(partition_statements) / sizeof(partition_statements[0]);

bool partitions_make(struct pg *pg, int32_t *ret_made, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &make, NULL, &r, err))
        return false;
    *ret_made = pg_get_i32(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool partitions_look(struct pg *pg, struct partitions_view *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &look, NULL, &r, err))
        return false;
    *ret = (struct partitions_view){.tables = pg_get_i64(r, 0, 0),
                                    .partitions = pg_get_i64(r, 0, 1),
                                    .late = pg_get_i64(r, 0, 2)};
    pg_result_free(r);
    return true;
}
