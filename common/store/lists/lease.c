#include "lease.h"

enum { BEAT, RENEW, RELEASE, TAKE, END_STUCK, LEAVE, N_STATEMENTS };

/* In TAKE, of a backlog only the front can have been under way: a batch is far shorter,
 * and a row that comes late with an early number is of one transaction of each writer. */
static const struct pg_stmt statements[N_STATEMENTS] = {
    [BEAT] = {"lease_beat",
              "WITH beat AS ("
              "  INSERT INTO publisher (owner, until, able)"
              "  VALUES ($1, clock_timestamp() + $2 * interval '1 ms', $3)"
              "  ON CONFLICT (owner) DO UPDATE"
              "  SET until = EXCLUDED.until, able = EXCLUDED.able), "
              "gone AS ("
              "  DELETE FROM publisher WHERE ctid = ANY (ARRAY("
              "    SELECT ctid FROM publisher"
              "    WHERE until < clock_timestamp() - interval '1 minute' AND owner <> $1"
              "    FOR UPDATE SKIP LOCKED))) "
              "SELECT 1 + count(*), count(*) FILTER (WHERE able) FROM publisher"
              " WHERE until > clock_timestamp() AND owner <> $1",
              "tio", "ll"},
    [RENEW] = {"lease_renew",
               "UPDATE publish_shard s"
               " SET until = clock_timestamp() + $2 * interval '1 ms'"
               " FROM unnest($3, $4) AS h (shard, epoch)"
               " WHERE s.shard = h.shard AND s.epoch = h.epoch AND s.owner = $1"
               " RETURNING s.shard",
               "tiSL", "s"},
    [RELEASE] = {"lease_release",
                 "UPDATE publish_shard s SET owner = '', until = '-infinity'"
                 " FROM unnest($2, $3) AS h (shard, epoch)"
                 " WHERE s.shard = h.shard AND s.epoch = h.epoch AND s.owner = $1",
                 "tSL", ""},
    [TAKE] = {"lease_take",
              "WITH free AS ("
              "  SELECT shard, owner <> '' AS abandoned FROM publish_shard"
              "  WHERE until < clock_timestamp()"
              "  ORDER BY shard LIMIT $3 FOR UPDATE SKIP LOCKED), "
              "taken AS ("
              "  UPDATE publish_shard s SET owner = $1, epoch = s.epoch + 1,"
              "    until = clock_timestamp() + $2 * interval '1 ms'"
              "  FROM free WHERE s.shard = free.shard"
              "  RETURNING s.shard, s.epoch, free.abandoned), "
              "doubtful AS ("
              "  INSERT INTO doubt (contact, shard, at)"
              "  SELECT DISTINCT d.contact, d.shard,"
              "         statement_timestamp() + $4 * interval '1 ms'"
              "  FROM taken t, LATERAL (SELECT contact, shard FROM dirty"
              "    WHERE dirty.shard = t.shard ORDER BY lane, seq LIMIT 100000) d"
              "  WHERE t.abandoned ORDER BY d.contact"
              "  ON CONFLICT (contact) DO UPDATE SET at = EXCLUDED.at) "
              "SELECT shard, epoch, abandoned FROM taken",
              "tiii", "slo"},
    /* A holder that is merely slow is given a second more. */
    [END_STUCK] = {"lease_end_stuck",
                   "SELECT count(pg_terminate_backend(a.pid))"
                   " FROM (SELECT DISTINCT owner FROM publish_shard"
                   "       WHERE until < clock_timestamp() - interval '1 second'"
                   "         AND owner NOT IN ('', $1)) s"
                   " JOIN pg_stat_activity a ON a.application_name = s.owner"
                   " WHERE a.usename = current_user AND a.datname = current_database()",
                   "t", "l"},
    [LEAVE] = {"lease_leave", "DELETE FROM publisher WHERE owner = $1", "t", ""},
};

const struct pg_stmt *lease_statements(size_t *ret_n)
{
    *ret_n = N_STATEMENTS;
    return statements;
}

int lease_held(const struct lease *l)
{
    int n = 0;

    for (int i = 0; i < LEASE_SHARDS; i++)
        n += l->held[i];
    return n;
}

int lease_share(const struct lease *l)
{
    int sharers = l->able ? 1 + l->others : l->alive > 0 ? l->alive : 1;

    return lease_gives_way(l) ? 0 : (LEASE_SHARDS + sharers - 1) / sharers;
}

bool lease_gives_way(const struct lease *l)
{
    return !l->able && l->others > 0;
}

void lease_forget(struct lease *l, int shard)
{
    l->held[shard] = false;
}

void lease_put_shards(const struct lease *l, struct pg_params *ps)
{
    size_t shards = pg_put_array(ps, 'S');

    for (int16_t i = 0; i < LEASE_SHARDS; i++)
        if (l->held[i])
            pg_add_i16(ps, shards, i);
}

void lease_put(const struct lease *l, struct pg_params *ps)
{
    size_t epochs;

    lease_put_shards(l, ps);
    epochs = pg_put_array(ps, 'L');
    for (int i = 0; i < LEASE_SHARDS; i++)
        if (l->held[i])
            pg_add_i64(ps, epochs, l->epoch[i]);
}

static bool beat(struct pg *pg, struct lease *l, struct pg_params *ps, struct err *err)
{
    struct pg_result *r;

    pg_params_reset(ps);
    pg_put_text(ps, l->owner);
    pg_put_i32(ps, l->lease_ms);
    pg_put_bool(ps, l->able);
    if (!pg_exec(pg, &statements[BEAT], ps, &r, err))
        return false;
    l->alive = (int32_t)pg_get_i64(r, 0, 0);
    l->others = (int32_t)pg_get_i64(r, 0, 1);
    pg_result_free(r);
    return true;
}

static bool renew(struct pg *pg, struct lease *l, struct pg_params *ps, int *ret_lost,
                  struct err *err)
{
    struct pg_result *r;
    int before = lease_held(l);

    if (before == 0)
        return true;
    pg_params_reset(ps);
    pg_put_text(ps, l->owner);
    pg_put_i32(ps, l->lease_ms);
    lease_put(l, ps);
    if (!pg_exec(pg, &statements[RENEW], ps, &r, err))
        return false;
    for (int i = 0; i < LEASE_SHARDS; i++)
        l->held[i] = false;
    for (int i = 0; i < pg_rows(r); i++)
        l->held[pg_get_i16(r, i, 0)] = true;
    pg_result_free(r);
    *ret_lost = before - lease_held(l);
    return true;
}

/* The last n of what we hold. */
static bool release(struct pg *pg, struct lease *l, struct pg_params *ps, int n,
                    struct err *err)
{
    struct lease surplus = {0};
    int left = n;

    for (int i = LEASE_SHARDS - 1; i >= 0 && left > 0; i--) {
        if (!l->held[i])
            continue;
        surplus.held[i] = true;
        surplus.epoch[i] = l->epoch[i];
        left--;
    }
    pg_params_reset(ps);
    pg_put_text(ps, l->owner);
    lease_put(&surplus, ps);
    if (!pg_exec(pg, &statements[RELEASE], ps, NULL, err))
        return false;
    for (int i = 0; i < LEASE_SHARDS; i++)
        l->held[i] = l->held[i] && !surplus.held[i];
    return true;
}

static bool take(struct pg *pg, struct lease *l, struct pg_params *ps, int n,
                 struct lease_change *ret, struct err *err)
{
    struct pg_result *r;

    pg_params_reset(ps);
    pg_put_text(ps, l->owner);
    pg_put_i32(ps, l->lease_ms);
    pg_put_i32(ps, n);
    pg_put_i32(ps, l->doubt_ms);
    if (!pg_exec(pg, &statements[TAKE], ps, &r, err))
        return false;
    ret->taken = pg_rows(r);
    for (int i = 0; i < ret->taken; i++) {
        int shard = pg_get_i16(r, i, 0);

        l->held[shard] = true;
        l->epoch[shard] = pg_get_i64(r, i, 1);
        ret->abandoned += pg_get_bool(r, i, 2);
    }
    pg_result_free(r);
    return true;
}

static bool end_stuck(struct pg *pg, struct lease *l, struct pg_params *ps,
                      struct err *err)
{
    pg_params_reset(ps);
    pg_put_text(ps, l->owner);
    return pg_exec(pg, &statements[END_STUCK], ps, NULL, err);
}

static bool step(struct pg *pg, struct lease *l, struct pg_params *ps,
                 struct lease_change *ret, struct err *err)
{
    int want;

    if (!beat(pg, l, ps, err) || !renew(pg, l, ps, &ret->lost, err))
        return false;
    want = lease_share(l) - lease_held(l);
    if (want < 0) {
        ret->released = -want;
        return release(pg, l, ps, -want, err);
    }
    if (want == 0)
        return true;
    if (!take(pg, l, ps, want, ret, err))
        return false;
    return ret->taken == want || end_stuck(pg, l, ps, err);
}

bool lease_step(struct pg *pg, struct lease *l, struct lease_change *ret, struct err *err)
{
    struct pg_params ps;
    bool ok;

    *ret = (struct lease_change){0};
    pg_params_init(&ps);
    ok = step(pg, l, &ps, ret, err);
    pg_params_done(&ps);
    return ok;
}

bool lease_leave(struct pg *pg, struct lease *l, struct err *err)
{
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    ok = release(pg, l, &ps, LEASE_SHARDS, err);
    pg_params_reset(&ps);
    pg_put_text(&ps, l->owner);
    ok = ok && pg_exec(pg, &statements[LEAVE], &ps, NULL, err);
    pg_params_done(&ps);
    return ok;
}
