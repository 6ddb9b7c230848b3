#include "change_store.h"

#include "base/mem.h"

#include <stdlib.h>

/* The 16 shards merged by version, which is roughly the order of time, and read no
 * further than the limit: each branch is a range of the primary key. The order and limit
 * in each say nothing that the outer ones do not; they bring the planner to merge what
 * comes in order instead of reading and sorting all that lies beyond the cursor. */
#define SHARD(n)                                                                         \
    "(SELECT * FROM list_change WHERE list = $1 AND shard = " #n                         \
    " AND version > ($2)[" #n " + 1] ORDER BY version LIMIT $3)"
#define U " UNION ALL "
// clang-format off
#define SHARDS                                                                           \
    SHARD(0) U SHARD(1) U SHARD(2) U SHARD(3) U SHARD(4) U SHARD(5) U SHARD(6) U         \
    SHARD(7) U SHARD(8) U SHARD(9) U SHARD(10) U SHARD(11) U SHARD(12) U SHARD(13) U     \
    SHARD(14) U SHARD(15)
// clang-format on

static const struct pg_stmt change_page = {
    .name = "change_page",
    .sql = "SELECT c.shard, c.version, e.token, c.status, c.reason, c.entry, c.effective,"
           "       c.known"
           " FROM (SELECT * FROM (" SHARDS ") s ORDER BY version LIMIT $3) c"
           " LEFT JOIN LATERAL (SELECT x.token FROM list_entry x"
           "   WHERE x.contact = c.contact AND x.list = c.list AND x.version = c.version"
           "   OFFSET 0) e ON true" /* by key, whatever the plan: see fact_store.c */
           " ORDER BY c.version",
    .params = "iLi",
    .columns = "sltsslzz",
};
static const struct pg_stmt change_unknown = {
    .name = "change_unknown",
    .sql = "SELECT EXISTS (SELECT FROM unnest($2) WITH ORDINALITY AS v (version, i)"
           "  WHERE v.version <> 0 AND NOT EXISTS (SELECT FROM list_change c"
           "    WHERE c.list = $1 AND c.shard = v.i - 1 AND c.version = v.version"
           /* nor an old place, after which words were said that are archived */
           "      AND (c.version >= (SELECT archived_upto()) OR NOT EXISTS ("
           "       SELECT FROM list_change n WHERE n.list = $1 AND n.shard = v.i - 1"
           "        AND n.version > c.version AND n.version < (SELECT archived_upto())"
           "       OFFSET 0))"
           "    OFFSET 0))",
    .params = "iL",
    .columns = "o",
};
/* Sixteen looks at the index's end for each. */
static const struct pg_stmt change_ends_get = {
    .name = "change_ends",
    .sql = "SELECT (SELECT array_agg(coalesce((SELECT c.version FROM list_change c"
           "     WHERE c.list = l.list AND c.shard = s"
           "     ORDER BY c.version DESC LIMIT 1), 0) ORDER BY s)"
           "   FROM generate_series(0, 15) s)"
           " FROM unnest($1) WITH ORDINALITY AS l (list, i) ORDER BY l.i",
    .params = "I",
    .columns = "L",
};
const struct pg_stmt *const change_statements[] = {&change_page, &change_unknown,
                                                   &change_ends_get};
const size_t change_statements_n =
    sizeof(change_statements) / sizeof(change_statements[0]);

static void put_place(struct pg_params *ps, int32_t list, const struct cursor *c)
{
    size_t a;

    pg_put_i32(ps, list);
    a = pg_put_array(ps, 'L');
    for (int i = 0; i < CURSOR_SHARDS; i++)
        pg_add_i64(ps, a, c->version[i]);
}

static void page_read(struct change_page *page)
{
    struct pg_result *r = page->result;

    for (int row = 0; row < pg_rows(r); row++) {
        page->next.version[pg_get_i16(r, row, 0)] = pg_get_i64(r, row, 1);
        if (pg_is_null(r, row, 2))
            continue; /* overtaken */
        page->rows[page->n++] = (struct change_row){
            .version = pg_get_i64(r, row, 1),
            .token = pg_get_text(r, row, 2),
            .status = (enum list_status)pg_get_i16(r, row, 3),
            .reason = (enum reason)pg_get_i16(r, row, 4),
            .entry = pg_get_i64(r, row, 5),
            .effective_us = pg_get_time(r, row, 6),
            .known_us = pg_get_time(r, row, 7),
        };
    }
}

bool change_page_load(struct pg *pg, int32_t list, const struct cursor *after,
                      int32_t limit, struct change_page *ret, struct err *err)
{
    struct pg_params ps;
    size_t found;

    pg_result_free(ret->result);
    ret->result = NULL;
    ret->n = 0;
    ret->next = *after;
    pg_params_init(&ps);
    put_place(&ps, list, after);
    pg_put_i32(&ps, limit);
    if (!pg_run(pg, &change_page, &ps, &ret->result, err))
        return false;
    found = (size_t)pg_rows(ret->result);
    if (found > ret->cap) {
        ret->rows = mem_resize(ret->rows, found, sizeof(*ret->rows));
        ret->cap = found;
    }
    ret->more = found == (size_t)limit;
    page_read(ret);
    return true;
}

void change_page_done(struct change_page *page)
{
    pg_result_free(page->result);
    free(page->rows);
    *page = (struct change_page){0};
}

bool change_cursor_known(struct pg *pg, int32_t list, const struct cursor *c, bool *ret,
                         struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    put_place(&ps, list, c);
    if (!pg_run(pg, &change_unknown, &ps, &r, err))
        return false;
    *ret = !pg_get_bool(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool change_ends(struct pg *pg, const int32_t *lists, size_t n, struct list_end *ret,
                 struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    struct pg_array a;
    size_t in;

    pg_params_init(&ps);
    in = pg_put_array(&ps, 'I');
    for (size_t i = 0; i < n; i++)
        pg_add_i32(&ps, in, lists[i]);
    if (!pg_run(pg, &change_ends_get, &ps, &r, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        ret[i].list = lists[i];
        pg_get_array(r, (int)i, 0, &a);
        for (int s = 0; s < CURSOR_SHARDS; s++)
            ret[i].at.version[s] = pg_array_i64(&a);
    }
    pg_result_free(r);
    return true;
}
