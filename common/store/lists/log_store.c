#include "log_store.h"

#include "base/mem.h"

#include <stdio.h>

static const struct pg_stmt marks_put = {
    .name = "list_marks_put",
    .sql = "INSERT INTO list_mark (list, partition, \"offset\", said)"
           " SELECT * FROM unnest($1, $2, $3, $4) ORDER BY 1, 2"
           " ON CONFLICT (list, partition) DO UPDATE"
           " SET \"offset\" = EXCLUDED.\"offset\", said = EXCLUDED.said",
    .params = "IILT",
    .columns = "",
};
static const struct pg_stmt marks_get = {
    .name = "list_marks_get",
    .sql = "SELECT list, partition, \"offset\", said FROM list_mark ORDER BY 1, 2",
    .params = "",
    .columns = "iilt",
};
static const struct pg_stmt again_put = {
    .name = "list_again_begin",
    .sql = "WITH gone AS (DELETE FROM list_mark WHERE list = $1)"
           " INSERT INTO list_again (list, why) VALUES ($1, $2)"
           " ON CONFLICT (list) DO UPDATE SET since = clock_timestamp(), why = $2,"
           "  after_key = NULL, entries = 0, marked = NULL, done = NULL",
    .params = "it",
    .columns = "",
};
static const struct pg_stmt again_mark = {
    .name = "list_again_mark",
    .sql = "WITH a AS MATERIALIZED (SELECT list, after_key FROM list_again"
           "  WHERE marked IS NULL"
           "   AND (SELECT count(*) FROM (SELECT FROM dirty LIMIT $2) d) < $2"
           "  ORDER BY list LIMIT 1 FOR UPDATE),"
           " next AS MATERIALIZED (SELECT e.contact FROM a, LATERAL ("
           "  SELECT x.contact FROM list_entry x WHERE x.list = a.list"
           "   AND x.contact > coalesce(a.after_key,"
           "    '00000000-0000-0000-0000-000000000000')"
           "  ORDER BY x.contact LIMIT $1) e),"
           " put AS (INSERT INTO dirty (contact, shard, cause, known)"
           "  SELECT contact, shard_of(contact), 5 /*forced*/, clock_timestamp()"
           "  FROM next)"
           " UPDATE list_again l SET entries = l.entries + (SELECT count(*) FROM next),"
           "  after_key = coalesce((SELECT contact FROM next"
           "   ORDER BY contact DESC LIMIT 1), l.after_key),"
           "  marked = CASE WHEN EXISTS (SELECT FROM next) THEN NULL"
           "   ELSE clock_timestamp() END"
           " FROM a WHERE l.list = a.list",
    .params = "ii",
    .columns = "",
};
static const struct pg_stmt again_end = {
    .name = "list_again_end",
    .sql = "UPDATE list_again SET done = clock_timestamp()"
           " WHERE marked IS NOT NULL AND done IS NULL AND NOT EXISTS ("
           "  SELECT FROM dirty d WHERE d.cause = 5 /*forced*/ AND d.known <= marked)",
    .params = "",
    .columns = "",
};
static const struct pg_stmt again_get = {
    .name = "list_again_look",
    .sql = "SELECT list, why, since, entries, coalesce(done, 'infinity')"
           " FROM list_again WHERE done IS NULL OR since > $1 ORDER BY list",
    .params = "z",
    .columns = "itzlz",
};

const struct pg_stmt *const log_statements[] = {&marks_put,  &marks_get, &again_put,
                                                &again_mark, &again_end, &again_get};
const size_t log_statements_n = sizeof(log_statements) / sizeof(log_statements[0]);

bool list_marks_put(struct pg *pg, const struct list_mark *marks, size_t n,
                    struct err *err)
{
    struct pg_params ps;
    size_t lists, partitions, offsets, said;

    if (n == 0)
        return true;
    pg_params_init(&ps);
    lists = pg_put_array(&ps, 'I');
    partitions = pg_put_array(&ps, 'I');
    offsets = pg_put_array(&ps, 'L');
    said = pg_put_array(&ps, 'T');
    for (size_t i = 0; i < n; i++) {
        pg_add_i32(&ps, lists, marks[i].list);
        pg_add_i32(&ps, partitions, marks[i].partition);
        pg_add_i64(&ps, offsets, marks[i].offset);
        pg_add_text(&ps, said, marks[i].said);
    }
    return pg_run(pg, &marks_put, &ps, NULL, err);
}

bool list_marks_get(struct pg *pg, struct list_mark **ret, size_t *ret_n, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &marks_get, NULL, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = mem_zalloc(*ret_n + 1, sizeof(**ret));
    for (int i = 0; i < pg_rows(r); i++) {
        struct list_mark *m = &(*ret)[i];

        m->list = pg_get_i32(r, i, 0);
        m->partition = pg_get_i32(r, i, 1);
        m->offset = pg_get_i64(r, i, 2);
        snprintf(m->said, sizeof(m->said), "%s", pg_get_text(r, i, 3));
    }
    pg_result_free(r);
    return true;
}

bool list_again_begin(struct pg *pg, int32_t list, const char *why, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, list);
    pg_put_text(&ps, why);
    return pg_run(pg, &again_put, &ps, NULL, err);
}

bool list_again_step(struct pg *pg, int32_t most, int32_t backlog, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, most);
    pg_put_i32(&ps, backlog);
    return pg_run(pg, &again_mark, &ps, NULL, err) &&
           pg_exec(pg, &again_end, NULL, NULL, err);
}

bool list_again_look(struct pg *pg, int64_t from_us, struct list_again **ret,
                     size_t *ret_n, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_time(&ps, from_us);
    if (!pg_run(pg, &again_get, &ps, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = mem_zalloc(*ret_n + 1, sizeof(**ret));
    for (int i = 0; i < pg_rows(r); i++) {
        struct list_again *a = &(*ret)[i];

        a->list = pg_get_i32(r, i, 0);
        snprintf(a->why, sizeof(a->why), "%s", pg_get_text(r, i, 1));
        a->since_us = pg_get_time(r, i, 2);
        a->entries = pg_get_i64(r, i, 3);
        a->done_us = pg_get_time(r, i, 4);
    }
    pg_result_free(r);
    return true;
}
