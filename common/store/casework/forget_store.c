#include "forget_store.h"

enum { DAYS, AUDIT, N_STATEMENTS };

/* A day's count goes when none of its contacts is left, and not while somebody else works
 * on it. */
static const struct pg_stmt statements[N_STATEMENTS] = {
    [DAYS] = {"forget_days",
              "WITH old AS (SELECT token_id, day FROM token_day"
              "  WHERE day < (now() AT TIME ZONE 'UTC')::date - 1"
              "  ORDER BY day LIMIT 1 FOR UPDATE SKIP LOCKED),"
              " gone AS (DELETE FROM token_contact WHERE ctid = ANY (ARRAY("
              "  SELECT c.ctid FROM old, LATERAL (SELECT t.ctid FROM token_contact t"
              "   WHERE t.token_id = old.token_id AND t.day = old.day LIMIT $1) c))"
              "  RETURNING 1),"
              " counted AS (SELECT count(*) AS n FROM gone),"
              " last AS (DELETE FROM token_day d USING old, counted"
              "  WHERE d.token_id = old.token_id AND d.day = old.day AND counted.n < $1"
              "  RETURNING 1)"
              " SELECT counted.n + (SELECT count(*) FROM last) FROM counted",
              "i", "l"},
    [AUDIT] = {"forget_audit",
               /* a place is one of a partition: of another it is another row's */
               "WITH old AS MATERIALIZED (SELECT tableoid, ctid FROM lookup_audit"
               "  WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED),"
               " gone AS (DELETE FROM lookup_audit a USING old WHERE a.ctid = old.ctid"
               "  AND a.tableoid = old.tableoid AND a.at < $1 RETURNING 1)"
               " SELECT count(*) FROM gone",
               "zi", "l"},
};
const struct pg_stmt *const forget_statements[] = {&statements[DAYS], &statements[AUDIT]};
const size_t forget_statements_n = N_STATEMENTS;

static bool step(struct pg *pg, int which, const struct pg_params *ps, int64_t *ret_n,
                 struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[which], ps, &r, err))
        return false;
    *ret_n = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool forget_days(struct pg *pg, int32_t rows, int64_t *ret_n, struct err *err)
{
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    pg_put_i32(&ps, rows);
    ok = step(pg, DAYS, &ps, ret_n, err);
    pg_params_done(&ps);
    return ok;
}

bool forget_audit(struct pg *pg, int64_t before_us, int32_t rows, int64_t *ret_n,
                  struct err *err)
{
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    pg_put_time(&ps, before_us);
    pg_put_i32(&ps, rows);
    ok = step(pg, AUDIT, &ps, ret_n, err);
    pg_params_done(&ps);
    return ok;
}
