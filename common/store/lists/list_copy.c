#include "list_copy.h"

#include <string.h>

/* COPY takes no parameters, so the list's number comes as a setting of the transaction;
 * the inner SELECT has it read once. The token is last: a NUL stands behind it. */
static const struct pg_stmt list_copy_rows = {
    .name = "list_copy_rows",
    .sql = "SELECT contact, status, reason, version, entry, effective, known, token"
           " FROM list_entry"
           " WHERE list = (SELECT current_setting('consent.list')::integer)",
    .params = "",
    .columns = "ussllzzt",
};

static const struct pg_stmt list_copy_where = {
    .name = "list_copy_where",
    .sql = "SELECT set_config('consent.list', $1::text, true)",
    .params = "i",
    .columns = "t",
};

static const struct pg_stmt list_copy_own_xid = {
    .name = "list_copy_own_xid",
    .sql = "SELECT pg_current_xact_id()::text::bigint",
    .params = "",
    .columns = "l",
};

static const struct pg_stmt list_copy_oldest_xid = {
    .name = "list_copy_oldest_xid",
    .sql = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
    .params = "",
    .columns = "l",
};

const struct pg_stmt *const list_copy_statements[] = {
    &list_copy_rows, &list_copy_where, &list_copy_own_xid, &list_copy_oldest_xid};
const size_t list_copy_statements_n =
    sizeof(list_copy_statements) / sizeof(list_copy_statements[0]);

bool list_copy_begin(struct pg *pg, int32_t list, struct err *err)
{
    struct pg_params ps;
    bool ok;

    if (!pg_begin(pg, err) ||
        !pg_script(pg, "list_copy_moment",
                   "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
                   "SET LOCAL jit = off",
                   err))
        return false;
    pg_params_init(&ps);
    pg_put_i32(&ps, list);
    ok = pg_run(pg, &list_copy_where, &ps, NULL, err);
    return ok && pg_copy_begin(pg, &list_copy_rows, err);
}

bool list_copy_next(struct pg *pg, struct list_copied *ret, bool *ret_more,
                    struct err *err)
{
    struct pg_copied row;

    if (!pg_copy_next(pg, &row, ret_more, err))
        return false;
    if (!*ret_more)
        return true;
    *ret = (struct list_copied){
        .shard = (uint8_t)row.col[0].at[0] >> 4, /* as shard_of() has it */
        .status = (enum list_status)pg_copied_i16(&row, 1),
        .reason = (enum reason)pg_copied_i16(&row, 2),
        .version = pg_copied_i64(&row, 3),
        .entry = pg_copied_i64(&row, 4),
        .effective_us = pg_copied_time(&row, 5),
        .known_us = pg_copied_time(&row, 6),
        .token = row.col[7].at,
        .token_len = (size_t)row.col[7].len,
    };
    memcpy(ret->key.b, row.col[0].at, sizeof(ret->key.b));
    return true;
}

void list_copy_end(struct pg *pg)
{
    pg_copy_leave(pg);
    pg_rollback(pg);
}

static bool one_number(struct pg *pg, const struct pg_stmt *stmt, int64_t *ret,
                       struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, stmt, NULL, &r, err))
        return false;
    *ret = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool list_copy_fence(struct pg *pg, int64_t *ret, struct err *err)
{
    return one_number(pg, &list_copy_own_xid, ret, err);
}

bool list_copy_ended(struct pg *pg, int64_t *ret, struct err *err)
{
    return one_number(pg, &list_copy_oldest_xid, ret, err);
}
