#include "epoch_store.h"

#include <stdio.h>

static const struct pg_stmt epoch_get = {
    .name = "epoch_look",
    .sql = "SELECT v.last_value, CASE WHEN v.is_called THEN v.last_value + 65536"
           " ELSE v.last_value END, coalesce(h.why, ''), coalesce(h.since, 'infinity')"
           " FROM list_version v LEFT JOIN restore_hold h ON true",
    .params = "",
    .columns = "lltz",
};
static const struct pg_stmt hold_get = {
    .name = "hold_look",
    .sql = "SELECT count(*) > 0, coalesce(bool_or(people), false) FROM restore_hold",
    .params = "",
    .columns = "oo",
};
static const struct pg_stmt hold_put = {
    .name = "hold_set",
    .sql = "INSERT INTO restore_hold (why, people, seen_by) SELECT $1, $2, $3"
           " WHERE (SELECT last_value >> 40 FROM list_version) = $4"
           " ON CONFLICT (\"only\") DO UPDATE"
           " SET people = restore_hold.people OR EXCLUDED.people",
    .params = "totl",
    .columns = "",
};
/* Of a token that no entry has, whose contact is not known here: as long as a contact is
 * about to get its first entry on the list, it may be that one's. Who waits is gathered
 * once: after an outage `dirty` has a million rows, and a look per token took longer than
 * a lease lasts. */
static const struct pg_stmt tail_get = {
    .name = "tail_unknown",
    .sql = "WITH behind AS MATERIALIZED (SELECT k.i, k.list, e.contact"
           "  FROM unnest($1, $2, $3) WITH ORDINALITY AS k (list, token, version, i)"
           "  LEFT JOIN LATERAL (SELECT x.contact, x.version FROM list_entry x"
           "   WHERE x.token = k.token AND x.list = k.list OFFSET 0) e ON true"
           "  WHERE e.contact IS NULL OR e.version < k.version),"
           " waiting AS MATERIALIZED (SELECT contact FROM dirty"
           "  UNION SELECT contact FROM doubt),"
           " expecting AS MATERIALIZED (SELECT l.list"
           "  FROM (SELECT DISTINCT list FROM behind WHERE contact IS NULL) l"
           "  WHERE EXISTS (SELECT FROM waiting w WHERE NOT EXISTS (SELECT"
           "   FROM list_entry y WHERE y.contact = w.contact AND y.list = l.list)))"
           " SELECT b.i FROM behind b WHERE b.contact IS NOT NULL"
           "  AND NOT EXISTS (SELECT FROM waiting w WHERE w.contact = b.contact)"
           " UNION ALL"
           " SELECT b.i FROM behind b WHERE b.contact IS NULL"
           "  AND b.list NOT IN (SELECT list FROM expecting)"
           " ORDER BY 1 LIMIT 1",
    .params = "ITL",
    .columns = "l",
};
static const struct pg_stmt shards_free = {
    .name = "epoch_shards",
    .sql = "UPDATE publish_shard SET owner = '', until = '-infinity', epoch = epoch + 1",
    .params = "",
    .columns = "",
};
/* The ledger's numbers stand in entries and receipts that were sent meanwhile: another
 * event must not get them. */
static const struct pg_stmt epoch_put = {
    .name = "epoch_begin",
    .sql = "WITH done AS (INSERT INTO restored (epoch, highest, forced, reason)"
           "  VALUES ($1, $2, $3, $4)), "
           "asked AS (INSERT INTO cascade (agreement, ledger_id, known)"
           "  VALUES (0, 0, clock_timestamp())), "
           "free AS (DELETE FROM restore_hold) "
           "SELECT setval('list_version', $1 << 40, false), setval('ledger_block',"
           "  (((SELECT last_value FROM ledger_block) >> 32) + 1) << 32, false)",
    .params = "lllt",
    .columns = "ll",
};
const struct pg_stmt *const epoch_statements[] = {&epoch_get, &hold_get,    &hold_put,
                                                  &tail_get,  &shards_free, &epoch_put};
const size_t epoch_statements_n = sizeof(epoch_statements) / sizeof(epoch_statements[0]);
_Static_assert(LIST_EPOCH_BITS == 40, "the statement above has it as a number");

bool epoch_look(struct pg *pg, struct epoch_state *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &epoch_get, NULL, &r, err))
        return false;
    *ret = (struct epoch_state){
        .epoch = list_epoch(pg_get_i64(r, 0, 0)),
        .next = pg_get_i64(r, 0, 1),
        .held_us = pg_get_time(r, 0, 3),
    };
    snprintf(ret->why, sizeof(ret->why), "%s", pg_get_text(r, 0, 2));
    ret->held = ret->why[0] != '\0';
    pg_result_free(r);
    return true;
}

bool hold_look(struct pg *pg, bool *ret, bool *ret_people, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &hold_get, NULL, &r, err))
        return false;
    *ret = pg_get_bool(r, 0, 0);
    *ret_people = pg_get_bool(r, 0, 1);
    pg_result_free(r);
    return true;
}

bool hold_set(struct pg *pg, int64_t epoch, const char *why, bool people,
              const char *seen_by, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, why);
    pg_put_bool(&ps, people);
    pg_put_text(&ps, seen_by);
    pg_put_i64(&ps, epoch);
    return pg_run(pg, &hold_put, &ps, NULL, err);
}

bool tail_unknown(struct pg *pg, const struct tail_entry *entries, size_t n, size_t *ret,
                  struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    size_t lists, tokens, versions;

    *ret = n;
    if (n == 0)
        return true;
    pg_params_init(&ps);
    lists = pg_put_array(&ps, 'I');
    tokens = pg_put_array(&ps, 'T');
    versions = pg_put_array(&ps, 'L');
    for (size_t i = 0; i < n; i++) {
        pg_add_i32(&ps, lists, entries[i].list);
        pg_add_text(&ps, tokens, entries[i].token);
        pg_add_i64(&ps, versions, entries[i].version);
    }
    if (!pg_run(pg, &tail_get, &ps, &r, err))
        return false;
    if (pg_rows(r) > 0)
        *ret = (size_t)pg_get_i64(r, 0, 0) - 1;
    pg_result_free(r);
    return true;
}

bool epoch_begin(struct pg *pg, int64_t epoch, int64_t highest, int64_t forced,
                 const char *reason, struct err *err)
{
    struct pg_params ps;

    if (!pg_exec(pg, &shards_free, NULL, NULL, err))
        return false;
    pg_params_init(&ps);
    pg_put_i64(&ps, epoch);
    pg_put_i64(&ps, highest);
    pg_put_i64(&ps, forced);
    pg_put_text(&ps, reason);
    return pg_run(pg, &epoch_put, &ps, NULL, err);
}
