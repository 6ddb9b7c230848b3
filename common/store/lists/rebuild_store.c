#include "rebuild_store.h"

#include "store/keys.h"

#include <string.h>

#define PENDING                                                                          \
    "(c.contact IN (SELECT contact FROM dirty) OR c.contact IN (SELECT contact FROM"     \
    " doubt) OR EXISTS (SELECT FROM due d WHERE d.contact = c.contact AND d.at <="       \
    " clock_timestamp()))"

static const struct pg_stmt contact_walk_get = {
    .name = "contact_walk",
    .sql = "SELECT c.contact, " PENDING " FROM contact c"
           " WHERE $1 IS NULL OR c.contact > $1 ORDER BY c.contact LIMIT $2",
    .params = "ui",
    .columns = "uo",
};

static const struct pg_stmt contact_estimate_get = {
    .name = "contact_estimate",
    .sql = "SELECT greatest(reltuples, 0)::bigint FROM pg_class"
           " WHERE oid = 'contact'::regclass",
    .params = "",
    .columns = "l",
};

static const struct pg_stmt dirty_force_put = {
    .name = "dirty_force",
    .sql = "INSERT INTO dirty (contact, shard, cause, known)"
           " SELECT c, shard_of(c), 5 /*forced*/, clock_timestamp() FROM unnest($1) AS u "
           "(c)",
    .params = "U",
    .columns = "",
};

static const struct pg_stmt entry_version_get = {
    .name = "entry_version",
    .sql =
        "SELECT c.version, " PENDING " OR EXISTS (SELECT FROM list_member m,"
        "  LATERAL (SELECT m.contact) c WHERE m.token_key = c0.contact AND " PENDING ")"
        " FROM list_entry c0, LATERAL (SELECT c0.contact, c0.version) c"
        " WHERE c0.list = $1 AND c0.token = $2",
    .params = "it",
    .columns = "lo",
};

const struct pg_stmt *const rebuild_statements[] = {
    &contact_walk_get, &contact_estimate_get, &dirty_force_put, &entry_version_get};
const size_t rebuild_statements_n =
    sizeof(rebuild_statements) / sizeof(rebuild_statements[0]);

bool snapshot_begin(struct pg *pg, struct err *err)
{
    return pg_script(pg, "snapshot_begin",
                     "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                     "SET LOCAL idle_in_transaction_session_timeout = 0;"
                     "SELECT 1",
                     err);
}

bool contact_walk(struct pg *pg, const struct contact_key *after, int32_t cap,
                  struct walked *ret, size_t *ret_n, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    if (after != NULL)
        pg_put_uuid(&ps, after->b);
    else
        pg_put_null(&ps, 'u');
    pg_put_i32(&ps, cap);
    if (!pg_run(pg, &contact_walk_get, &ps, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    for (size_t i = 0; i < *ret_n; i++) {
        memcpy(ret[i].key.b, pg_get_uuid(r, (int)i, 0), sizeof(ret[i].key.b));
        ret[i].pending = pg_get_bool(r, (int)i, 1);
    }
    pg_result_free(r);
    return true;
}

bool contact_estimate(struct pg *pg, int64_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &contact_estimate_get, NULL, &r, err))
        return false;
    *ret = pg_rows(r) == 1 ? pg_get_i64(r, 0, 0) : 0;
    pg_result_free(r);
    return true;
}

bool dirty_force(struct pg *pg, const struct contact_key *keys, size_t n, struct err *err)
{
    return keys_exec(pg, &dirty_force_put, keys, n, NULL, err);
}

bool entry_version(struct pg *pg, int32_t list, const char *token, int64_t *ret_version,
                   bool *ret_pending, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i32(&ps, list);
    pg_put_text(&ps, token);
    if (!pg_run(pg, &entry_version_get, &ps, &r, err))
        return false;
    *ret_version = pg_rows(r) > 0 ? pg_get_i64(r, 0, 0) : 0;
    *ret_pending = pg_rows(r) > 0 && pg_get_bool(r, 0, 1);
    pg_result_free(r);
    return true;
}
