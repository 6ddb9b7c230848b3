#include "sealed_store.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct pg_stmt open_get = {
    .name = "event_open",
    .sql = "SELECT ledger_id, quarantine_id, source, partition, \"offset\", flags, raw,"
           " headers, commitment, salt, coalesce(forgotten, '-infinity'), archived"
           " FROM event_open($1, $2, $3) ORDER BY ledger_id, quarantine_id",
    .params = "LLt",
    .columns = "lliilibbbbzl",
};

const struct pg_stmt *const sealed_statements[] = {&open_get};
const size_t sealed_statements_n =
    sizeof(sealed_statements) / sizeof(sealed_statements[0]);

static struct sealed_bytes bytes(const struct pg_result *r, int row, int col)
{
    struct sealed_bytes ret = {NULL, 0};

    if (!pg_is_null(r, row, col))
        ret.at = pg_get_bytes(r, row, col, &ret.len);
    return ret;
}

static void row_read(const struct pg_result *r, int row, struct sealed_event *e)
{
    *e = (struct sealed_event){
        .ledger_id = pg_get_i64(r, row, 0),
        .quarantine_id = pg_get_i64(r, row, 1),
        .source = pg_get_i32(r, row, 2),
        .partition = pg_get_i32(r, row, 3),
        .offset = pg_get_i64(r, row, 4),
        .flags = pg_get_i32(r, row, 5),
        .raw = bytes(r, row, 6),
        .headers = bytes(r, row, 7),
        .commitment = bytes(r, row, 8).at,
        .salt = bytes(r, row, 9).at,
        .forgotten_us = pg_get_time(r, row, 10),
        .archived = pg_get_i64(r, row, 11),
    };
}

bool sealed_load(struct pg *pg, const int64_t *ledger_ids, size_t n_ledger,
                 const int64_t *quarantine_ids, size_t n_quarantine, const char *why,
                 struct sealed_set *ret, struct err *err)
{
    struct pg_params ps;
    size_t ledger, quarantine;

    *ret = (struct sealed_set){0};
    pg_params_init(&ps);
    ledger = pg_put_array(&ps, 'L');
    quarantine = pg_put_array(&ps, 'L');
    for (size_t i = 0; i < n_ledger; i++)
        pg_add_i64(&ps, ledger, ledger_ids[i]);
    for (size_t i = 0; i < n_quarantine; i++)
        pg_add_i64(&ps, quarantine, quarantine_ids[i]);
    pg_put_text(&ps, why);
    if (!pg_run(pg, &open_get, &ps, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    ret->events = mem_zalloc(ret->n + 1, sizeof(*ret->events));
    for (size_t i = 0; i < ret->n; i++)
        row_read(ret->result, (int)i, &ret->events[i]);
    return true;
}

void sealed_done(struct sealed_set *set)
{
    free(set->events);
    pg_result_free(set->result);
    *set = (struct sealed_set){0};
}
