#include "retention_ask_store.h"

#include <stdio.h>

enum { COUNT, ADD, TAKE, GO_ON, END, N_STATEMENTS };

/* Of the last count, if that is what was seen and nobody's ask is under way. */
#define LAST_COUNT                                                                       \
    "(SELECT * FROM (SELECT * FROM retention_day WHERE due IS NOT NULL"                  \
    " ORDER BY day DESC LIMIT 1) x WHERE x.counted = $1 AND x.due > 0"                   \
    " AND NOT EXISTS (SELECT FROM retention_ask WHERE done IS NULL)) d"

#define SUBJECT(r)                                                                       \
    "'retention ' || to_char(" r ".day, 'YYYY-MM-DD') || ', ' || " r ".due || ' "        \
    "contacts'"

/* By no row of any company is more due now than was then. */
#define NOT_GROWN                                                                        \
    "d.due <= e.due AND d.due_rows IS NOT NULL AND NOT EXISTS (SELECT FROM"              \
    " jsonb_to_recordset(d.due_rows) AS n (\"row\" text, controller text,"               \
    "  contacts bigint) WHERE n.contacts > coalesce((SELECT o.contacts FROM"             \
    "  jsonb_to_recordset(e.due_rows) AS o (\"row\" text, controller text,"              \
    "   contacts bigint) WHERE o.\"row\" = n.\"row\" AND o.controller = n.controller),"  \
    "  0))"

// clang-format off
static const struct pg_stmt statements[N_STATEMENTS] = {
    /* What one has asked for of an earlier count goes on waiting for another, and is what
     * they ask for: less than was counted then may go, never more. */
    [COUNT] = {"retention_ask_count",
        "SELECT subject, day - date '1970-01-01' FROM ("
        "SELECT " SUBJECT("e") " AS subject, e.day FROM " LAST_COUNT " JOIN retention_day e"
        " ON e.day < d.day AND " NOT_GROWN
        " WHERE EXISTS (SELECT FROM second_ask a WHERE a.act = 'erase' AND a.done IS NULL"
        "  AND a.subject = " SUBJECT("e") " AND a.asked >= e.counted"
        "  AND a.asked > now() - interval '7 days')"
        " UNION ALL SELECT " SUBJECT("d") ", d.day FROM " LAST_COUNT ") c"
        " ORDER BY day LIMIT 1",
        "z", "ti"},
    [ADD] = {"retention_ask_add",
        "WITH made AS (INSERT INTO retention_ask (day, asked_by)"
        " SELECT date '1970-01-01' + $3, $2 FROM " LAST_COUNT
        " ON CONFLICT DO NOTHING RETURNING ask) SELECT coalesce(max(ask), 0) FROM made",
        "zti", "l"},
    [TAKE] = {"retention_ask_take",
        "UPDATE retention_ask SET seen = now() WHERE ask = (SELECT ask FROM retention_ask"
        "  WHERE done IS NULL AND (seen IS NULL OR seen < now() - interval '1 minute')"
        "  ORDER BY ask LIMIT 1 FOR UPDATE SKIP LOCKED)"
        " RETURNING ask, (SELECT max(day) FROM retention_day WHERE due IS NOT NULL)"
        "  - date '1970-01-01', before, asked_by",
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

bool retention_ask_count(struct pg *pg, int64_t counted_us, struct retention_count *ret,
                         struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    *ret = (struct retention_count){.counted_us = counted_us};
    pg_params_init(&ps);
    pg_put_time(&ps, counted_us);
    if (!pg_run(pg, &statements[COUNT], &ps, &r, err))
        return false;
    if (pg_rows(r) > 0) {
        snprintf(ret->subject, sizeof(ret->subject), "%s", pg_get_text(r, 0, 0));
        ret->day = pg_get_i32(r, 0, 1);
    }
    pg_result_free(r);
    return true;
}

bool retention_ask_add(struct pg *pg, const struct retention_count *count, const char *by,
                       int64_t *ret_id, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_time(&ps, count->counted_us);
    pg_put_text(&ps, by);
    pg_put_i32(&ps, count->day);
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
