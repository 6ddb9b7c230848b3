#include "dirty.h"

#include "store/keys.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ANY, TAKE, BACKLOG, LINKED, DOUBT, WAKE, N_STATEMENTS };

/* TAKE gives a row without contact for every shard that is ours indeed. $4: how many rows
 * of a shard where somebody says no, $5: how many others where nobody does in any; with
 * those who do the others get what is left of half of it, but at least an eighth. */
static const struct pg_stmt statements[N_STATEMENTS] = {
    [ANY] = {"dirty_any",
             "SELECT EXISTS (SELECT FROM unnest($1) AS h (shard), LATERAL ("
             "  SELECT FROM dirty d WHERE d.shard = h.shard"
             "  ORDER BY d.lane, d.seq LIMIT 1) x),"
             " EXISTS (SELECT FROM (SELECT FROM receipt_queue ORDER BY seq LIMIT 1) r),"
             " EXISTS (SELECT FROM (SELECT FROM outbox ORDER BY seq LIMIT 1) o)",
             "S", "ooo"},
    [TAKE] = {"dirty_take",
              "WITH ours AS MATERIALIZED ("
              "  SELECT s.shard FROM publish_shard s"
              "  JOIN unnest($2, $3) AS h (shard, epoch)"
              "    ON s.shard = h.shard AND s.epoch = h.epoch"
              "  WHERE s.owner = $1 FOR NO KEY UPDATE OF s), "
              "no AS MATERIALIZED ("
              "  SELECT d.at FROM ours, LATERAL ("
              "    SELECT dirty.ctid AS at FROM dirty"
              "    WHERE dirty.shard = ours.shard AND dirty.lane = 0 /*denials*/"
              "    ORDER BY dirty.seq LIMIT $4) d), "
              "room AS MATERIALIZED ("
              "  SELECT CASE count(*) WHEN 0 THEN $5 ELSE greatest(1, $5 / 8,"
              "    $5 / 2 - count(*) / (SELECT count(*) FROM ours)) END AS n FROM no), "
              "taken AS ("
              "  DELETE FROM dirty WHERE ctid = ANY (ARRAY("
              "    SELECT no.at FROM no UNION ALL "
              "    SELECT d.ctid FROM ours, room, LATERAL ("
              "      SELECT dirty.ctid FROM dirty"
              "      WHERE dirty.shard = ours.shard AND dirty.lane = 1 /*others*/"
              "      ORDER BY dirty.seq LIMIT room.n) d))"
              "  RETURNING contact, cause, known, lane) "
              "SELECT NULL::uuid, shard::integer, clock_timestamp(),"
              "       (SELECT version FROM register_version), 0::bigint FROM ours "
              "UNION ALL "
              "SELECT contact, bit_or(1 << cause), min(known), count(*),"
              "       count(*) FILTER (WHERE lane = 0 /*denials*/)"
              " FROM taken GROUP BY contact "
              "ORDER BY 1 NULLS FIRST",
              "tSLii", "uizll"},
    [BACKLOG] = {"dirty_backlog",
                 "SELECT (SELECT count(*) FROM (SELECT FROM dirty LIMIT 100000) d),"
                 " min(n.known) FROM generate_series(0, 15) s (shard),"
                 " generate_series(0, 1) l (lane), LATERAL ("
                 "  SELECT d.known FROM dirty d"
                 "  WHERE d.shard = s.shard AND d.lane = l.lane"
                 "  ORDER BY d.seq LIMIT 16) n",
                 "", "lz"},
    [LINKED] =
        {"dirty_linked",
         "WITH w AS (SELECT * FROM unnest($1, $2) AS u (contact, known)),"
         " alike AS (SELECT s.other, w.known FROM w, LATERAL ("
         "   SELECT x.other FROM same_of(w.contact) x WHERE EXISTS ("
         "     SELECT FROM same_person p WHERE p.contact = w.contact) OFFSET 0) s),"
         " far AS (SELECT l.other, n.known"
         "   FROM (SELECT * FROM w UNION ALL SELECT * FROM alike) n, LATERAL ("
         "   SELECT link.other FROM link WHERE link.contact = n.contact"
         "   OFFSET 0) l),"
         " reached AS (SELECT * FROM alike UNION ALL SELECT * FROM far UNION ALL"
         "   SELECT s.other, far.known FROM far, LATERAL ("
         "   SELECT x.other FROM same_of(far.other) x WHERE EXISTS ("
         "     SELECT FROM same_person p WHERE p.contact = far.other) OFFSET 0) s)"
         " INSERT INTO dirty (contact, shard, cause, lane, known)"
         " SELECT other, shard_of(other), 3 /*link*/, 0 /*denials*/, min(known) FROM "
         "reached"
         " GROUP BY other",
         "UZ", ""},
    [DOUBT] = {"doubt_note",
               "INSERT INTO doubt (contact, shard, at)"
               " SELECT k, shard_of(k), clock_timestamp() + $2 * interval '1 ms'"
               " FROM unnest($1) AS k ORDER BY k"
               " ON CONFLICT (contact) DO UPDATE SET at = EXCLUDED.at",
               "Ui", ""},
    [WAKE] = {"doubt_wake",
              "WITH woken AS ("
              "  DELETE FROM doubt WHERE contact = ANY (ARRAY("
              "    SELECT contact FROM doubt"
              "    WHERE shard = ANY ($1) AND at <= statement_timestamp()"
              "    LIMIT $2 FOR UPDATE SKIP LOCKED))"
              "  RETURNING contact, shard) "
              "INSERT INTO dirty (contact, shard, cause, known)"
              " SELECT contact, shard, 5, clock_timestamp() FROM woken",
              "Si", ""},
};

const struct pg_stmt *dirty_statements(size_t *ret_n)
{
    *ret_n = N_STATEMENTS;
    return statements;
}

bool dirty_any(struct pg *pg, const struct lease *l, struct dirty_work *ret,
               struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    lease_put_shards(l, &ps);
    if (!pg_run(pg, &statements[ANY], &ps, &r, err))
        return false;
    *ret = (struct dirty_work){.marks = pg_get_bool(r, 0, 0),
                               .receipts = pg_get_bool(r, 0, 1),
                               .outbox = pg_get_bool(r, 0, 2)};
    pg_result_free(r);
    return true;
}

static void batch_read(const struct pg_result *r, struct lease *l, struct dirty_batch *b)
{
    bool ours[LEASE_SHARDS] = {false};
    int rows = pg_rows(r), row = 0;

    for (; row < rows && pg_is_null(r, row, 0); row++) {
        ours[pg_get_i32(r, row, 1)] = true;
        b->now_us = pg_get_time(r, row, 2);
        b->register_version = pg_get_i64(r, row, 3);
    }
    for (int i = 0; i < LEASE_SHARDS; i++) {
        if (!l->held[i] || ours[i])
            continue;
        lease_forget(l, i);
        b->lost++;
    }
    if ((size_t)(rows - row) > b->cap) {
        b->cap = (size_t)(rows - row);
        b->contacts = mem_resize(b->contacts, b->cap, sizeof(*b->contacts));
    }
    for (; row < rows; row++) {
        struct dirty_contact *c = &b->contacts[b->n++];

        memcpy(c->key.b, pg_get_uuid(r, row, 0), sizeof(c->key.b));
        c->causes = (uint16_t)pg_get_i32(r, row, 1);
        c->known_us = pg_get_time(r, row, 2);
        b->marks += (size_t)pg_get_i64(r, row, 3);
        b->denials += (size_t)pg_get_i64(r, row, 4);
    }
}

bool dirty_ask(struct pg *pg, const struct lease *l, const struct dirty_limit *limit,
               struct err *err)
{
    const int held = lease_held(l);
    struct pg_params ps;

    assert(held > 0);
    pg_params_init(&ps);
    pg_put_text(&ps, l->owner);
    lease_put(l, &ps);
    pg_put_i32(&ps, (limit->denials + held - 1) / held);
    pg_put_i32(&ps, (limit->others + held - 1) / held);
    return pg_ask(pg, &statements[TAKE], &ps, err);
}

bool dirty_answer(struct pg *pg, struct lease *l, struct dirty_batch *ret,
                  struct err *err)
{
    struct pg_result *r;

    ret->n = ret->marks = ret->denials = 0;
    ret->lost = 0;
    if (!pg_collect(pg, &r, err))
        return false;
    batch_read(r, l, ret);
    pg_result_free(r);
    return true;
}

void dirty_batch_done(struct dirty_batch *b)
{
    free(b->contacts);
    *b = (struct dirty_batch){0};
}

bool dirty_backlog(struct pg *pg, int64_t *ret_n, int64_t *ret_oldest_us, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[BACKLOG], NULL, &r, err))
        return false;
    *ret_n = pg_get_i64(r, 0, 0);
    *ret_oldest_us = pg_is_null(r, 0, 1) ? WHEN_NEVER : pg_get_time(r, 0, 1);
    pg_result_free(r);
    return true;
}

/* Runs a statement of which only the number of rows it touched matters. */
static bool run(struct pg *pg, int which, struct pg_params *ps, int64_t *ret_n,
                struct err *err)
{
    struct pg_result *r;

    if (!pg_run(pg, &statements[which], ps, &r, err))
        return false;
    *ret_n = pg_affected(r);
    pg_result_free(r);
    return true;
}

bool dirty_linked_ask(struct pg *pg, const struct contact_key *keys,
                      const int64_t *known_us, size_t n, struct err *err)
{
    struct pg_params ps;
    size_t a;

    if (n == 0)
        return true;
    pg_params_init(&ps);
    keys_put(&ps, keys, n);
    a = pg_put_array(&ps, 'Z');
    for (size_t i = 0; i < n; i++)
        pg_add_time(&ps, a, known_us[i]);
    return pg_ask(pg, &statements[LINKED], &ps, err);
}

bool dirty_linked_answer(struct pg *pg, size_t n, int64_t *ret_n, struct err *err)
{
    struct pg_result *r;

    *ret_n = 0;
    if (n == 0)
        return true;
    if (!pg_collect(pg, &r, err))
        return false;
    *ret_n = pg_affected(r);
    pg_result_free(r);
    return true;
}

bool doubt_note(struct pg *pg, const struct contact_key *keys, size_t n, int32_t after_ms,
                struct err *err)
{
    struct pg_params ps;
    int64_t noted;

    pg_params_init(&ps);
    keys_put(&ps, keys, n);
    pg_put_i32(&ps, after_ms);
    return run(pg, DOUBT, &ps, &noted, err);
}

bool doubt_wake(struct pg *pg, const struct lease *l, int32_t limit, int64_t *ret_n,
                struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    lease_put_shards(l, &ps);
    pg_put_i32(&ps, limit);
    return run(pg, WAKE, &ps, ret_n, err);
}
