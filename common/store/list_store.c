#include "store/list_store.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { LOAD, WRITE, VERSION, N_STATEMENTS };

static const struct pg_stmt statements[N_STATEMENTS] = {
    [LOAD] =
        {"list_load",
         "SELECT k.i::integer, e.list, e.status, e.rule, e.reason, e.version, e.entry,"
         "       e.effective, e.known, e.token"
         " FROM unnest($1) WITH ORDINALITY AS k (contact, i),"
         " LATERAL (SELECT * FROM list_entry x WHERE x.contact = k.contact"
         "          OFFSET 0) e" /* by key, whatever the plan: see fact_store.c */
         " ORDER BY 1, 2",
         "U", "iisssllzzt"},
    [WRITE] = {"list_write",
               "INSERT INTO list_entry (contact, list, status, rule, reason, version,"
               "                        entry, effective, known, token)"
               " SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
               " ON CONFLICT (contact, list) DO UPDATE SET"
               "  status = EXCLUDED.status, rule = EXCLUDED.rule,"
               "  reason = EXCLUDED.reason, version = EXCLUDED.version,"
               "  entry = EXCLUDED.entry, effective = EXCLUDED.effective,"
               "  known = EXCLUDED.known"
               " WHERE list_entry.version < EXCLUDED.version",
               "UISSSLLZZT", ""},
    [VERSION] = {"list_version", "SELECT nextval('list_version')", "", "l"},
};

const struct pg_stmt *list_statements(size_t *ret_n)
{
    *ret_n = N_STATEMENTS;
    return statements;
}

bool list_load(struct pg *pg, const struct contact_key *keys, size_t n,
               struct list_set *ret, struct err *err)
{
    struct pg_params ps;
    size_t a;
    bool ok;

    pg_result_free(ret->result);
    ret->result = NULL;
    ret->n = 0;
    pg_params_init(&ps);
    a = pg_put_array(&ps, 'U');
    for (size_t i = 0; i < n; i++)
        pg_add_uuid(&ps, a, keys[i].b);
    ok = pg_exec(pg, &statements[LOAD], &ps, &ret->result, err);
    pg_params_done(&ps);
    if (!ok)
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    if (ret->n > ret->cap) {
        ret->rows = mem_resize(ret->rows, ret->n, sizeof(*ret->rows));
        ret->cap = ret->n;
    }
    for (size_t i = 0; i < ret->n; i++) {
        struct pg_result *r = ret->result;
        int row = (int)i;
        size_t contact = (size_t)pg_get_i32(r, row, 0) - 1;

        ret->rows[i] = (struct list_row){
            .contact = contact,
            .key = keys[contact],
            .list = pg_get_i32(r, row, 1),
            .status = (enum list_status)pg_get_i16(r, row, 2),
            .rule = (enum rule)pg_get_i16(r, row, 3),
            .reason = (enum reason)pg_get_i16(r, row, 4),
            .version = pg_get_i64(r, row, 5),
            .entry = pg_get_i64(r, row, 6),
            .effective_us = pg_get_time(r, row, 7),
            .known_us = pg_get_time(r, row, 8),
            .token = pg_get_text(r, row, 9),
        };
    }
    return true;
}

void list_set_done(struct list_set *set)
{
    pg_result_free(set->result);
    free(set->rows);
    *set = (struct list_set){0};
}

bool list_write(struct pg *pg, const struct list_row *rows, size_t n, struct err *err)
{
    static const char types[] = "UISSSLLZZT";
    size_t a[sizeof(types) - 1];
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    for (size_t i = 0; i < sizeof(types) - 1; i++)
        a[i] = pg_put_array(&ps, types[i]);
    for (const struct list_row *e = rows; e < rows + n; e++) {
        pg_add_uuid(&ps, a[0], e->key.b);
        pg_add_i32(&ps, a[1], e->list);
        pg_add_i16(&ps, a[2], (int16_t)e->status);
        pg_add_i16(&ps, a[3], (int16_t)e->rule);
        pg_add_i16(&ps, a[4], (int16_t)e->reason);
        pg_add_i64(&ps, a[5], e->version);
        pg_add_i64(&ps, a[6], e->entry);
        pg_add_time(&ps, a[7], e->effective_us);
        pg_add_time(&ps, a[8], e->known_us);
        pg_add_text(&ps, a[9], e->token);
    }
    ok = pg_send(pg, &statements[WRITE], &ps, err);
    pg_params_done(&ps);
    return ok;
}

bool list_write_end(struct pg *pg, size_t n, struct err *err)
{
    struct pg_result *r;
    int64_t written;

    if (!pg_collect(pg, &r, err))
        return false;
    written = pg_affected(r);
    pg_result_free(r);
    if (written != (int64_t)n)
        return err_set(err, ERR_FATAL, "LIST_VERSION",
                       "versions of list entries would go back: list_version was reset");
    return true;
}

bool list_version_take(struct pg *pg, int64_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &statements[VERSION], NULL, &r, err))
        return false;
    *ret = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}
