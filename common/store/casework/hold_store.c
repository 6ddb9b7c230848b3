#include "hold_store.h"

#include "store/json_rows.h"

#include <string.h>

enum { ADD, LIFT, ROW, FIND, LIST, N_STATEMENTS };

// clang-format off
static const struct pg_stmt statements[N_STATEMENTS] = {
    [ADD] = {"hold_add",
        "INSERT INTO retention_hold (matter, contact, controller, \"row\", reason, by)"
        " VALUES ($1, $2, nullif($3, 0), nullif($4, ''), $5, $6) RETURNING hold",
        "tusttt", "l"},
    [LIFT] = {"hold_lift",
        "WITH gone AS (UPDATE retention_hold SET lifted = now(), lifted_by = $3"
        "  WHERE lifted IS NULL AND (hold = $1 OR ($1 = 0 AND matter = $2)) RETURNING 1)"
        " SELECT count(*) FROM gone",
        "ltt", "l"},
    [ROW] = {"hold_row",
        "SELECT count(*) > 0 FROM register_rows('infinity')"
        " WHERE kind = 'retention' AND id = $1 AND now() < until",
        "t", "o"},
    [FIND] = {"hold_find",
        "SELECT contact FROM retention_hold WHERE hold = $1 AND lifted IS NULL",
        "l", "u"},
    [LIST] = {"hold_list",
        JSON_ROWS("x.hold") "(SELECT hold, matter, contact,"
        " register_name('controller', controller) AS controller, \"row\", reason, by, at,"
        " lifted, lifted_by FROM retention_hold WHERE lifted IS NULL OR $1) x",
        "o", "t"},
};
// clang-format on

const struct pg_stmt *hold_statements(size_t *n)
{
    *n = N_STATEMENTS;
    return statements;
}

bool hold_add(struct pg *pg, const struct hold *hold, int64_t *ret_id, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, hold->matter);
    if (hold->contact != NULL)
        pg_put_uuid(&ps, hold->contact->b);
    else
        pg_put_null(&ps, 'u');
    pg_put_i16(&ps, hold->controller);
    pg_put_text(&ps, hold->row);
    pg_put_text(&ps, hold->reason);
    pg_put_text(&ps, hold->by);
    return pg_run_i64(pg, &statements[ADD], &ps, ret_id, err);
}

bool hold_lift(struct pg *pg, int64_t id, const char *matter, const char *by,
               int64_t *ret_n, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i64(&ps, id);
    pg_put_text(&ps, matter);
    pg_put_text(&ps, by);
    return pg_run_i64(pg, &statements[LIFT], &ps, ret_n, err);
}

bool hold_row_known(struct pg *pg, const char *row, bool *ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, row);
    return pg_run_bool(pg, &statements[ROW], &ps, ret, err);
}

bool hold_find(struct pg *pg, int64_t id, struct hold_found *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    *ret = (struct hold_found){0};
    pg_params_init(&ps);
    pg_put_i64(&ps, id);
    if (!pg_run(pg, &statements[FIND], &ps, &r, err))
        return false;
    ret->found = pg_rows(r) > 0;
    ret->one_contact = ret->found && !pg_is_null(r, 0, 0);
    if (ret->one_contact)
        memcpy(ret->contact.b, pg_get_uuid(r, 0, 0), sizeof(ret->contact.b));
    pg_result_free(r);
    return true;
}

bool hold_list(struct pg *pg, bool all, struct buf *out, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_bool(&ps, all);
    return pg_run_text(pg, &statements[LIST], &ps, out, err);
}
