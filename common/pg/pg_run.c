/* Statements of which the caller wants no more than the answer. */
#include "pg.h"

bool pg_ask(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *params,
            struct err *err)
{
    const bool ok = pg_send(pg, stmt, params, err);

    pg_params_done(params);
    return ok;
}

bool pg_run(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *params,
            struct pg_result **ret, struct err *err)
{
    const bool ok = pg_exec(pg, stmt, params, ret, err);

    pg_params_done(params);
    return ok;
}

bool pg_run_i64(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *params,
                int64_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_run(pg, stmt, params, &r, err))
        return false;
    *ret = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool pg_run_bool(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *params,
                 bool *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_run(pg, stmt, params, &r, err))
        return false;
    *ret = pg_get_bool(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool pg_run_text(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *params,
                 struct buf *out, struct err *err)
{
    struct pg_result *r;

    if (!pg_run(pg, stmt, params, &r, err))
        return false;
    buf_add_str(out, pg_get_text(r, 0, 0));
    pg_result_free(r);
    return true;
}

bool pg_exec_time(struct pg *pg, const struct pg_stmt *stmt, int64_t us,
                  struct pg_result **ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_time(&ps, us);
    return pg_run(pg, stmt, &ps, ret, err);
}
