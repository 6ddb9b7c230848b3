#include "ack_store.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pg_stmt point_get = {
    .name = "point_get",
    .sql = "SELECT p.cursor, p.entries, p.buckets FROM list_point p"
           " WHERE p.list = $1 AND NOT EXISTS (SELECT FROM unnest(p.cursor, $2)"
           "    AS v (here, most) WHERE v.here > v.most)"
           " ORDER BY (SELECT sum(v) FROM unnest(p.cursor) v) DESC LIMIT 1",
    .params = "iL",
    .columns = "Llb",
};
/* 64 of each list: recipients that are behind find one that is not far. */
static const struct pg_stmt point_put = {
    .name = "point_put",
    .sql = "WITH old AS (DELETE FROM list_point WHERE point_id = ANY (ARRAY("
           "  SELECT point_id FROM list_point WHERE list = $1"
           "  ORDER BY point_id DESC OFFSET 63))) "
           "INSERT INTO list_point (list, cursor, entries, buckets)"
           " VALUES ($1, $2, $3, $4)",
    .params = "iLlb",
    .columns = "",
};
static const struct pg_stmt moves_get = {
    .name = "moves_get",
    .sql =
        "SELECT c.version, c.status = $5, e.token FROM list_change c,"
        " LATERAL (SELECT x.token FROM list_entry x"
        "   WHERE x.contact = c.contact AND x.list = c.list OFFSET 0) e"
        " WHERE c.list = $1 AND c.shard = $2 AND c.version > $3 AND c.version <= $4"
        /* of what is archived only last words are left: what was before them may be gone
         */
        "  AND (c.status = $5) <> (c.prior = $5 AND (c.version >= (SELECT"
        "   archived_upto()) OR EXISTS (SELECT FROM list_change p WHERE p.list = c.list"
        "    AND p.shard = c.shard AND p.version = c.former OFFSET 0)))"
        " ORDER BY c.version LIMIT $6",
    .params = "isllsi",
    .columns = "lot",
};
static const struct pg_stmt ack_put = {
    .name = "ack_put",
    .sql =
        "WITH last AS (SELECT a.verified FROM list_ack a"
        "  WHERE a.list = $1 AND a.recipient = $3 ORDER BY a.ack_id DESC LIMIT 1), "
        "so_far AS (SELECT (SELECT verified FROM last) AS at) "
        "INSERT INTO list_ack (list, token_id, recipient, cursor, digest, entries,"
        "  expected, expected_entries, matches, applied, behind_events, behind_since,"
        "  verified, heard, late_48h, late_10d, slowest, took, took_n)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10, '-infinity'), b.events,"
        "  b.since, CASE WHEN $9 THEN (SELECT array_agg(greatest(v.a, v.b) ORDER BY v.i)"
        "    FROM unnest(s.at, $4) WITH ORDINALITY AS v (a, b, i)) ELSE s.at END,"
        "  h.heard, h.late_48h, h.late_10d, h.slowest, h.took, h.took_n"
        " FROM so_far s, list_behind($1, $4) b,"
        "  list_heard($1, CASE WHEN $9 THEN coalesce(s.at, $4) ELSE $4 END, $4, $11) h "
        "RETURNING at, behind_events, coalesce((extract(epoch FROM now() - behind_since)"
        "   * 1000000)::bigint, 0), heard, (extract(epoch FROM slowest) * 1000000)"
        "   ::bigint",
    .params = "iitLblblozi",
    .columns = "zllll",
};
#define MICROS(x) "coalesce((extract(epoch FROM " x ") * 1000000)::bigint, -1)"
static const struct pg_stmt standings_get = {
    .name = "standings_get",
    .sql =
        "SELECT list, acknowledged IS NOT NULL, coalesce(matches, false), acknowledged,"
        " cursor, coalesce(behind_events, 0), " MICROS(
            "behind") ","
                      " coalesce(drifted_since, 'infinity'), coalesce(opt_outs, "
                      "0), " MICROS("p50") ", " MICROS("p99") ", " MICROS(
                          "slowest") ", coalesce(late_48h, 0),"
                                     " coalesce(late_10d, 0)"
                                     " FROM v_list_recipient ORDER BY list",
    .params = "",
    .columns = "toozLllzllllll",
};
const struct pg_stmt *const ack_statements[] = {&point_get, &point_put, &moves_get,
                                                &ack_put, &standings_get};
const size_t ack_statements_n = sizeof(ack_statements) / sizeof(ack_statements[0]);

static void put_cursor(struct pg_params *ps, const struct cursor *c)
{
    size_t a = pg_put_array(ps, 'L');

    for (int i = 0; i < CURSOR_SHARDS; i++)
        pg_add_i64(ps, a, c->version[i]);
}

static void get_cursor(const struct pg_result *r, int row, int col, struct cursor *ret)
{
    struct pg_array a;

    pg_get_array(r, row, col, &a);
    for (int i = 0; i < CURSOR_SHARDS; i++)
        ret->version[i] = pg_array_i64(&a);
}

/* Runs it, and gives the parameters back. */
bool point_load(struct pg *pg, int32_t list, const struct cursor *upto,
                struct list_point *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    const void *bytes;
    size_t len;

    pg_params_init(&ps);
    pg_put_i32(&ps, list);
    put_cursor(&ps, upto);
    if (!pg_run(pg, &point_get, &ps, &r, err))
        return false;
    *ret = (struct list_point){0};
    if (pg_rows(r) > 0) {
        get_cursor(r, 0, 0, &ret->at);
        ret->entries = pg_get_i64(r, 0, 1);
        bytes = pg_get_bytes(r, 0, 2, &len);
        memcpy(ret->buckets, bytes,
               len < sizeof(ret->buckets) ? len : sizeof(ret->buckets));
    }
    pg_result_free(r);
    return true;
}

bool point_save(struct pg *pg, int32_t list, const struct list_point *point,
                struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, list);
    put_cursor(&ps, &point->at);
    pg_put_i64(&ps, point->entries);
    pg_put_bytes(&ps, point->buckets, sizeof(point->buckets));
    return pg_run(pg, &point_put, &ps, NULL, err);
}

bool moves_load(struct pg *pg, int32_t list, int shard, int64_t after, int64_t upto,
                enum list_status on, int32_t limit, struct moves *ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, list);
    pg_put_i16(&ps, (int16_t)shard);
    pg_put_i64(&ps, after);
    pg_put_i64(&ps, upto);
    pg_put_i16(&ps, (int16_t)on);
    pg_put_i32(&ps, limit);
    if (!pg_run(pg, &moves_get, &ps, &ret->result, err))
        return false;
    ret->n = pg_rows(ret->result);
    return true;
}

int64_t move_version(const struct moves *m, int i)
{
    return pg_get_i64(m->result, i, 0);
}

bool move_is_onto(const struct moves *m, int i)
{
    return pg_get_bool(m->result, i, 1);
}

const char *move_token(const struct moves *m, int i)
{
    return pg_get_text(m->result, i, 2);
}

bool ack_write(struct pg *pg, const struct ack *ack, struct ack_done *ret,
               struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i32(&ps, ack->list);
    pg_put_i32(&ps, ack->token_id);
    pg_put_text(&ps, ack->recipient);
    put_cursor(&ps, &ack->cursor);
    pg_put_bytes(&ps, ack->digest, sizeof(ack->digest));
    pg_put_i64(&ps, ack->entries);
    pg_put_bytes(&ps, ack->expected, sizeof(ack->expected));
    pg_put_i64(&ps, ack->expected_entries);
    pg_put_bool(&ps, ack->matches);
    pg_put_time(&ps, ack->applied_us);
    pg_put_i32(&ps, (int32_t)ack->on);
    if (!pg_run(pg, &ack_put, &ps, &r, err))
        return false;
    *ret = (struct ack_done){
        .at_us = pg_get_time(r, 0, 0),
        .behind_events = pg_get_i64(r, 0, 1),
        .behind_us = pg_get_i64(r, 0, 2),
        .heard = pg_get_i64(r, 0, 3),
        .slowest_us = pg_get_i64(r, 0, 4),
    };
    pg_result_free(r);
    return true;
}

bool standings_load(struct pg *pg, struct standing_set *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &standings_get, NULL, &r, err))
        return false;
    ret->n = (size_t)pg_rows(r);
    if (ret->n > ret->cap) {
        ret->cap = ret->n;
        ret->rows = mem_resize(ret->rows, ret->cap, sizeof(*ret->rows));
    }
    for (int row = 0; row < pg_rows(r); row++) {
        struct recipient_standing *s = &ret->rows[row];

        *s = (struct recipient_standing){
            .acknowledged = pg_get_bool(r, row, 1),
            .matches = pg_get_bool(r, row, 2),
            .at_us = pg_get_time(r, row, 3),
            .behind_events = pg_get_i64(r, row, 5),
            .behind_us = pg_get_i64(r, row, 6),
            .drifted_us = pg_get_time(r, row, 7),
            .opt_outs = pg_get_i64(r, row, 8),
            .p50_us = pg_get_i64(r, row, 9),
            .p99_us = pg_get_i64(r, row, 10),
            .slowest_us = pg_get_i64(r, row, 11),
            .late_48h = pg_get_i64(r, row, 12),
            .late_10d = pg_get_i64(r, row, 13),
        };
        snprintf(s->list, sizeof(s->list), "%s", pg_get_text(r, row, 0));
        if (s->acknowledged)
            get_cursor(r, row, 4, &s->cursor);
    }
    pg_result_free(r);
    return true;
}

void standing_set_done(struct standing_set *set)
{
    free(set->rows);
    *set = (struct standing_set){0};
}
