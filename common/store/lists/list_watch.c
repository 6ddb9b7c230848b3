#include "list_watch.h"

#include "base/when.h"

#include <stdio.h>
#include <string.h>

enum { ACK, FILLING, CHANGED, N_STATEMENTS };

/* The first 15 hex digits of a key, as a part of 16^15: what lies before it. */
#define PART                                                                             \
    "coalesce(('x0' || left(replace(after_key::text, '-', ''), 15))::bit(64)::bigint"    \
    " / 1152921504606846976.0, 0)"

static const struct pg_stmt statements[N_STATEMENTS] = {
    [ACK] = {"list_ack_last",
             "SELECT recipient, at, array_to_string(cursor, '.'), digest, entries,"
             " expected_entries, matches FROM list_ack WHERE list = $1"
             " ORDER BY ack_id DESC LIMIT 1",
             "i", "tztbllo"},
    [FILLING] = {"list_filling",
                 "SELECT c.n, (c.n * w.part)::bigint, w.walks, w.asked, d.waiting,"
                 " d.oldest, d.marked"
                 " FROM (SELECT greatest(reltuples, 0)::bigint AS n FROM pg_class"
                 "       WHERE oid = 'contact'::regclass) c,"
                 " (SELECT coalesce(min(" PART "), 1) AS part, count(*) AS walks,"
                 "         max(known) AS asked FROM cascade WHERE agreement = 0) w,"
                 " (SELECT count(*) AS waiting, min(known) AS oldest,"
                 "  max(known) FILTER (WHERE cause = 6 /*list*/) AS marked"
                 "  FROM (SELECT known, cause FROM dirty LIMIT $1) x) d",
                 "l", "lllzlzz"},
    [CHANGED] = {"list_changed",
                 "SELECT max(known) FROM register_entry WHERE kind = 'list' AND id = $1",
                 "t", "z"},
};

const struct pg_stmt *list_watch_statements(size_t *ret_n)
{
    *ret_n = N_STATEMENTS;
    return statements;
}

bool list_ack_last(struct pg *pg, int32_t list, struct list_ack_seen *ret,
                   struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    const void *digest;
    const char *cursor;
    size_t n;
    bool ok = true;

    *ret = (struct list_ack_seen){0};
    pg_params_init(&ps);
    pg_put_i32(&ps, list);
    if (!pg_run(pg, &statements[ACK], &ps, &r, err))
        return false;
    if (pg_rows(r) > 0) {
        ret->found = true;
        snprintf(ret->recipient, sizeof(ret->recipient), "%s", pg_get_text(r, 0, 0));
        ret->at_us = pg_get_time(r, 0, 1);
        cursor = pg_get_text(r, 0, 2);
        digest = pg_get_bytes(r, 0, 3, &n);
        ok = cursor_parse(cursor, strlen(cursor), &ret->cursor) && n == LIST_DIGEST_RAW;
        if (ok)
            memcpy(ret->digest, digest, n);
        ret->entries = pg_get_i64(r, 0, 4);
        ret->expected_entries = pg_get_i64(r, 0, 5);
        ret->matches = pg_get_bool(r, 0, 6);
    }
    pg_result_free(r);
    return ok || err_set(err, ERR_FATAL, "LIST_ACK", "an acknowledgement is no such");
}

bool list_filling_load(struct pg *pg, struct list_filling *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i64(&ps, LIST_WATCH_COUNTED);
    if (!pg_run(pg, &statements[FILLING], &ps, &r, err))
        return false;
    *ret = (struct list_filling){
        .contacts = pg_get_i64(r, 0, 0),
        .visited = pg_get_i64(r, 0, 1),
        .walks = pg_get_i64(r, 0, 2),
        .asked_us = pg_is_null(r, 0, 3) ? WHEN_ALWAYS : pg_get_time(r, 0, 3),
        .waiting = pg_get_i64(r, 0, 4),
        .oldest_us = pg_is_null(r, 0, 5) ? WHEN_NEVER : pg_get_time(r, 0, 5),
        .marked_us = pg_is_null(r, 0, 6) ? WHEN_ALWAYS : pg_get_time(r, 0, 6),
    };
    pg_result_free(r);
    return true;
}

bool list_changed(struct pg *pg, const char *id, int64_t *ret_us, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_text(&ps, id);
    if (!pg_run(pg, &statements[CHANGED], &ps, &r, err))
        return false;
    *ret_us = pg_is_null(r, 0, 0) ? WHEN_ALWAYS : pg_get_time(r, 0, 0);
    pg_result_free(r);
    return true;
}
