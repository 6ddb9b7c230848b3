#include "retention_ask_store.h"

#include <stdio.h>

enum { COUNT, ADD, TAKE, GO_ON, END, N_STATEMENTS };

#define LAST_COUNT                                                                       \
    "(SELECT day, counted, due FROM retention_day WHERE due IS NOT NULL"                 \
    " ORDER BY day DESC LIMIT 1) d WHERE d.counted = $1 AND d.due > 0"

// clang-format off
static const struct pg_stmt statements[N_STATEMENTS] = {
    [COUNT] = {"retention_ask_count",
        "SELECT coalesce(max('retention ' || to_char(d.day, 'YYYY-MM-DD') || ', ' || d.due"
        " || ' contacts'), '') FROM " LAST_COUNT
        " AND NOT EXISTS (SELECT FROM retention_ask WHERE done IS NULL)",
        "z", "t"},
    [ADD] = {"retention_ask_add",
        "WITH made AS (INSERT INTO retention_ask (day, asked_by) SELECT d.day, $2 FROM " LAST_COUNT
        " ON CONFLICT DO NOTHING RETURNING ask) SELECT coalesce(max(ask), 0) FROM made",
        "zt", "l"},
    [TAKE] = {"retention_ask_take",
        "UPDATE retention_ask SET seen = now() WHERE ask = (SELECT ask FROM retention_ask"
        "  WHERE done IS NULL AND (seen IS NULL OR seen < now() - interval '1 minute')"
        "  ORDER BY ask LIMIT 1 FOR UPDATE SKIP LOCKED)"
        " RETURNING ask, day - date '1970-01-01', before, asked_by",
        "", "lizt"},
    [GO_ON] = {"retention_ask_go_on",
        "UPDATE retention_ask SET seen = now() WHERE ask = $1 AND done IS NULL", "l", ""},
    [END] = {"retention_ask_end",
        "UPDATE retention_ask SET seen = now(), done = now(), contacts = $2"
        " WHERE ask = $1 AND done IS NULL",
        "ll", ""},
};
// clang-format on

const struct pg_stmt *retention_ask_statements(size_t *n)
{
    *n = N_STATEMENTS;
    return statements;
}

bool retention_ask_count(struct pg *pg, int64_t counted_us,
                         char ret[RETENTION_ASK_COUNT_BYTES], struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_time(&ps, counted_us);
    if (!pg_run(pg, &statements[COUNT], &ps, &r, err))
        return false;
    snprintf(ret, RETENTION_ASK_COUNT_BYTES, "%s", pg_get_text(r, 0, 0));
    pg_result_free(r);
    return true;
}

bool retention_ask_add(struct pg *pg, int64_t counted_us, const char *by, int64_t *ret_id,
                       struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_time(&ps, counted_us);
    pg_put_text(&ps, by);
    return pg_run_i64(pg, &statements[ADD], &ps, ret_id, err);
}

bool retention_ask_take(struct pg *pg, struct retention_ask *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    *ret = (struct retention_ask){0};
    pg_params_init(&ps);
    if (!pg_run(pg, &statements[TAKE], &ps, &r, err))
        return false;
    if (pg_rows(r) > 0) {
        ret->id = pg_get_i64(r, 0, 0);
        ret->day = pg_get_i32(r, 0, 1);
        ret->before_us = pg_get_time(r, 0, 2);
        snprintf(ret->by, sizeof(ret->by), "%s", pg_get_text(r, 0, 3));
    }
    pg_result_free(r);
    return true;
}

bool retention_ask_go_on(struct pg *pg, int64_t id, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i64(&ps, id);
    return pg_run(pg, &statements[GO_ON], &ps, NULL, err);
}

bool retention_ask_end(struct pg *pg, int64_t id, int64_t contacts, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i64(&ps, id);
    pg_put_i64(&ps, contacts);
    return pg_run(pg, &statements[END], &ps, NULL, err);
}
