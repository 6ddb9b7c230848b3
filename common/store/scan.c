#include "store/scan.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pg_stmt scan_export = {
    .name = "scan_export",
    .sql = "SELECT pg_export_snapshot()",
    .params = "",
    .columns = "t",
};

static const struct pg_stmt scan_all = {
    .name = "scan_all",
    .sql = "SELECT contact, kind FROM contact WHERE contact > $1 AND contact <= $2"
           " ORDER BY contact LIMIT $3",
    .params = "uui",
    .columns = "us",
};

static const struct pg_stmt scan_agreement = {
    .name = "scan_agreement",
    .sql = "SELECT c.contact, c.kind FROM contact c"
           " WHERE c.contact > $1 AND c.contact <= $2 AND EXISTS (SELECT FROM fact f"
           "  WHERE f.contact = c.contact AND f.agreement = $4)"
           " ORDER BY c.contact LIMIT $3",
    .params = "uuii",
    .columns = "us",
};

static const struct pg_stmt scan_number = {
    .name = "scan_number",
    .sql = "SELECT count(*) FROM contact",
    .params = "",
    .columns = "l",
};

const struct pg_stmt *const scan_statements[] = {&scan_export, &scan_all, &scan_agreement,
                                                 &scan_number};
const size_t scan_statements_n = sizeof(scan_statements) / sizeof(scan_statements[0]);

static bool one_moment(struct pg *pg, struct err *err)
{
    return pg_begin(pg, err) &&
           pg_script(pg, "scan_one_moment",
                     "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", err);
}

bool scan_begin(struct pg *pg, char ret_snapshot[SCAN_SNAPSHOT_BYTES], struct err *err)
{
    struct pg_result *r;

    if (!one_moment(pg, err) || !pg_exec(pg, &scan_export, NULL, &r, err))
        return false;
    snprintf(ret_snapshot, SCAN_SNAPSHOT_BYTES, "%s", pg_get_text(r, 0, 0));
    pg_result_free(r);
    return true;
}

bool scan_join(struct pg *pg, const char *snapshot, struct err *err)
{
    char sql[SCAN_SNAPSHOT_BYTES + 64];

    /* It takes no parameter; the name is the server's own, of digits and dashes. */
    snprintf(sql, sizeof(sql), "SET TRANSACTION SNAPSHOT '%s'", snapshot);
    return one_moment(pg, err) && pg_script(pg, "scan_join", sql, err);
}

void scan_start(struct scan *s, int part, int32_t agreement)
{
    s->agreement = agreement;
    memset(s->last.b, 0xff, sizeof(s->last.b));
    memset(s->end.b, 0xff, sizeof(s->end.b));
    if (part == 0)
        memset(s->last.b, 0, sizeof(s->last.b)); /* no key is all zeros */
    else
        s->last.b[0] = (uint8_t)(part * 16 - 1);
    s->end.b[0] = (uint8_t)(part * 16 + 15);
    s->n = 0;
}

void scan_done(struct scan *s)
{
    free(s->keys);
    free(s->kinds);
    *s = (struct scan){0};
}

bool scan_next(struct pg *pg, struct scan *s, int32_t limit, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_uuid(&ps, s->last.b);
    pg_put_uuid(&ps, s->end.b);
    pg_put_i32(&ps, limit);
    if (s->agreement != 0)
        pg_put_i32(&ps, s->agreement);
    if (!pg_run(pg, s->agreement != 0 ? &scan_agreement : &scan_all, &ps, &r, err))
        return false;
    s->n = (size_t)pg_rows(r);
    if (s->n > s->cap) {
        s->cap = s->n;
        s->keys = mem_resize(s->keys, s->cap, sizeof(*s->keys));
        s->kinds = mem_resize(s->kinds, s->cap, sizeof(*s->kinds));
    }
    for (size_t i = 0; i < s->n; i++) {
        memcpy(s->keys[i].b, pg_get_uuid(r, (int)i, 0), sizeof(s->keys[i].b));
        s->kinds[i] = (uint8_t)pg_get_i16(r, (int)i, 1);
    }
    if (s->n > 0)
        s->last = s->keys[s->n - 1];
    pg_result_free(r);
    return true;
}

bool scan_count(struct pg *pg, int64_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &scan_number, NULL, &r, err))
        return false;
    *ret = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}
