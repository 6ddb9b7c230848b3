#include "outbox_store.h"

/* One sender at a time: of two records with one key the later must come later. */
static const struct pg_stmt lock = {
    .name = "outbox_lock",
    .sql = "SELECT EXISTS (SELECT FROM outbox) AND pg_try_advisory_xact_lock(150150)",
    .params = "",
    .columns = "o",
};

static const struct pg_stmt take = {
    .name = "outbox_take",
    .sql = "WITH gone AS (DELETE FROM outbox WHERE seq = ANY (ARRAY("
           "  SELECT seq FROM outbox ORDER BY seq LIMIT $1)) RETURNING *)"
           " SELECT topic, key, value FROM gone ORDER BY seq",
    .params = "i",
    .columns = "ttt",
};

static const struct pg_stmt put = {
    .name = "outbox_put",
    .sql = "INSERT INTO outbox (topic, key, value) VALUES ($1, $2, $3)",
    .params = "ttt",
    .columns = "",
};

static const struct pg_stmt unknown = {
    .name = "outbox_unknown",
    .sql = "SELECT count(*) FROM unnest($1) AS u (id) WHERE NOT EXISTS ("
           " SELECT FROM erasure e WHERE e.event_id = u.id)",
    .params = "T",
    .columns = "l",
};

const struct pg_stmt *const outbox_statements[] = {&lock, &take, &put, &unknown};
const size_t outbox_statements_n =
    sizeof(outbox_statements) / sizeof(outbox_statements[0]);

bool outbox_put(struct pg *pg, const char *topic, const char *key, const char *value,
                struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, topic);
    pg_put_text(&ps, key);
    pg_put_text(&ps, value);
    return pg_run(pg, &put, &ps, NULL, err);
}

bool outbox_take(struct pg *pg, int32_t limit, struct pg_result **ret, struct err *err)
{
    struct pg_params ps;
    bool ok;

    *ret = NULL;
    if (!pg_exec(pg, &lock, NULL, ret, err))
        return false;
    if (!pg_get_bool(*ret, 0, 0))
        limit = 0;
    pg_result_free(*ret);
    *ret = NULL;
    pg_params_init(&ps);
    pg_put_i32(&ps, limit);
    ok = limit == 0 || pg_exec(pg, &take, &ps, ret, err);
    pg_params_done(&ps);
    return ok;
}

bool outbox_unknown(struct pg *pg, const char *const *event_ids, size_t n, int64_t *ret,
                    struct err *err)
{
    struct pg_params ps;
    size_t array;

    pg_params_init(&ps);
    array = pg_put_array(&ps, 'T');
    for (size_t i = 0; i < n; i++)
        pg_add_text(&ps, array, event_ids[i]);
    return pg_run_i64(pg, &unknown, &ps, ret, err);
}
