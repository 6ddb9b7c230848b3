#include "deletion_store.h"

#include "base/mem.h"

enum { ORDER, LIST, DONE, WAITING, N_STATEMENTS };

// clang-format off
static const struct pg_stmt statements[N_STATEMENTS] = {
    [ORDER] = {"deletion_order",
        /* a token that stands for others as well names them, too: no order goes by it */
        "WITH made AS (INSERT INTO deletion_order (erasure, contact, recipient, list, token)"
        "  SELECT $2, $1, u.recipient, u.list, e.token"
        "   FROM unnest($3, $4) AS u (list, recipient)"
        "   JOIN list_entry e ON e.contact = $1 AND e.list = u.list"
        "  RETURNING *),"
        " told AS (INSERT INTO outbox (topic, key, value)"
        "  SELECT 'deletion.' || m.recipient, m.token, jsonb_build_object('order', m.order_id,"
        "   'system', m.recipient, 'list', register_name('list', m.list), 'token', m.token,"
        "   'at', m.at, 'whole', $5)::text FROM made m)"
        " SELECT count(*) FROM made",
        "ulITo", "l"},
    [LIST] = {"deletion_list",
        "SELECT coalesce(jsonb_agg(jsonb_build_object('order', x.order_id, 'system',"
        "  x.recipient, 'list', register_name('list', x.list), 'token', nullif(x.token, ''),"
        "  'at', x.at, 'done', x.done, 'done_by', x.done_by) ORDER BY x.at, x.order_id),"
        "  '[]')::text FROM (SELECT * FROM deletion_order d"
        "   WHERE ($1 = '' OR d.recipient = $1) AND ($2 OR d.done IS NULL)"
        "    AND ($3 = '' OR (d.at, d.order_id) > (SELECT a.at, a.order_id"
        "      FROM deletion_order a WHERE a.order_id::text = $3))"
        "   ORDER BY d.at, d.order_id LIMIT $4) x",
        "toti", "t"},
    [DONE] = {"deletion_done",
        "WITH ended AS (UPDATE deletion_order SET done = now(), done_by = $3, token = ''"
        "  WHERE order_id::text = ANY ($2) AND done IS NULL"
        "   AND ($1 = '' OR recipient = $1) RETURNING 1) SELECT count(*) FROM ended",
        "tTt", "l"},
    [WAITING] = {"deletion_waiting",
        "SELECT recipient, count(*), min(at) FROM deletion_order WHERE done IS NULL"
        " GROUP BY 1 ORDER BY 3", "", "tlz"},
};
const struct pg_stmt *const deletion_statements[] = {
    &statements[ORDER], &statements[LIST], &statements[DONE], &statements[WAITING]};
// clang-format on
const size_t deletion_statements_n = N_STATEMENTS;

static bool run(struct pg *pg, int which, struct pg_params *ps, struct pg_result **ret,
                struct err *err)
{
    return pg_run(pg, &statements[which], ps, ret, err);
}

static bool count(struct pg *pg, int which, struct pg_params *ps, int64_t *ret_n,
                  struct err *err)
{
    return pg_run_i64(pg, &statements[which], ps, ret_n, err);
}

bool deletion_order(struct pg *pg, const struct deletion_wish *wish, int64_t *ret_n,
                    struct err *err)
{
    struct pg_params ps;
    size_t lists, recipients;

    pg_params_init(&ps);
    pg_put_uuid(&ps, wish->key->b);
    pg_put_i64(&ps, wish->erasure);
    lists = pg_put_array(&ps, 'I');
    recipients = pg_put_array(&ps, 'T');
    for (size_t i = 0; i < wish->n; i++) {
        pg_add_i32(&ps, lists, wish->lists[i]);
        pg_add_text(&ps, recipients, wish->recipients[i]);
    }
    pg_put_bool(&ps, wish->whole);
    return count(pg, ORDER, &ps, ret_n, err);
}

bool deletion_list(struct pg *pg, const char *recipient, bool all, const char *after,
                   int32_t limit, struct buf *out, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_text(&ps, recipient);
    pg_put_bool(&ps, all);
    pg_put_text(&ps, after);
    pg_put_i32(&ps, limit);
    if (!run(pg, LIST, &ps, &r, err))
        return false;
    buf_add_str(out, pg_get_text(r, 0, 0));
    pg_result_free(r);
    return true;
}

bool deletion_done(struct pg *pg, const char *recipient, const char *const *orders,
                   size_t n, const char *by, int64_t *ret_n, struct err *err)
{
    struct pg_params ps;
    size_t array;

    pg_params_init(&ps);
    pg_put_text(&ps, recipient);
    array = pg_put_array(&ps, 'T');
    for (size_t i = 0; i < n; i++)
        pg_add_text(&ps, array, orders[i]);
    pg_put_text(&ps, by);
    return count(pg, DONE, &ps, ret_n, err);
}

bool deletion_waiting(struct pg *pg, struct deletion_waiting **ret, size_t *ret_n,
                      struct pg_result **ret_result, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[WAITING], NULL, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = mem_zalloc(*ret_n + 1, sizeof(**ret));
    for (int i = 0; i < pg_rows(r); i++)
        (*ret)[i] = (struct deletion_waiting){pg_get_text(r, i, 0), pg_get_i64(r, i, 1),
                                              pg_get_time(r, i, 2)};
    *ret_result = r;
    return true;
}
