#include "register_apply.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const struct pg_stmt register_rows_get = {
    .name = "register_rows_get",
    .sql = "SELECT kind, id, effective, origin, body FROM register_rows($1)"
           " ORDER BY kind, id, effective",
    .params = "z",
    .columns = "ttztj",
};

static const struct pg_stmt register_diff = {
    .name = "register_diff",
    .sql =
        "WITH want AS (SELECT kind, id, effective, origin, body::jsonb AS body"
        "  FROM unnest($1, $2, $3, $4, $5) AS w (kind, id, effective, origin, body))"
        " SELECT CASE WHEN have.id IS NULL THEN 1 WHEN want.id IS NULL THEN 3"
        "  ELSE 2 END::smallint, kind, id, effective,"
        "  coalesce(want.origin, have.origin), coalesce(want.body, have.body),"
        "  have.body"
        " FROM want FULL JOIN register_rows('infinity') have USING (kind, id, effective)"
        " WHERE (want.id IS NULL AND have.origin = ANY ($6))"
        "  OR have.id IS NULL"
        "  OR want.body <> have.body OR want.origin <> have.origin"
        " ORDER BY 1, kind, id, effective",
    .params = "TTZTTT",
    .columns = "sttztjj",
};

static const struct pg_stmt register_put = {
    .name = "register_put",
    .sql =
        "WITH since AS (SELECT CASE WHEN EXISTS (SELECT FROM register_entry)"
        "  THEN clock_timestamp() ELSE '-infinity' END AS known)"
        " INSERT INTO register_entry (kind, id, effective, known, body, origin, person,"
        "  why)"
        " SELECT w.kind, w.id, w.effective, since.known, w.body::jsonb, w.origin, $6,"
        "  $7"
        " FROM unnest($1, $2, $3, $4, $5) AS w (kind, id, effective, origin, body), "
        "since",
    .params = "TTZTTtt",
    .columns = "",
};

/* In the order of the file, so that a fresh register's numbers are the same everywhere.
 */
static const struct pg_stmt register_number_put = {
    .name = "register_number_put",
    .sql = "INSERT INTO register_number (kind, id, number)"
           " SELECT w.kind, w.id, coalesce((SELECT max(n.number) FROM register_number n"
           "   WHERE n.kind = w.kind), 0) + row_number() OVER (PARTITION BY w.kind"
           "   ORDER BY w.place)"
           " FROM (SELECT kind, id, min(place) AS place"
           "  FROM unnest($1, $2) WITH ORDINALITY AS u (kind, id, place)"
           "  WHERE kind IN ('controller', 'purpose', 'source', 'agreement', 'list')"
           "  GROUP BY kind, id) AS w"
           " WHERE NOT EXISTS (SELECT FROM register_number n"
           "  WHERE n.kind = w.kind AND n.id = w.id)",
    .params = "TT",
    .columns = "",
};

/* The one row that everybody updates who writes to the register is also its lock. */
static const struct pg_stmt register_hold = {
    .name = "register_hold",
    .sql = "SELECT version FROM register_version FOR UPDATE",
    .params = "",
    .columns = "l",
};

static const struct pg_stmt register_raise = {
    .name = "register_raise",
    .sql = "UPDATE register_version SET version = version + 1",
    .params = "",
    .columns = "",
};

/* A changed agreement concerns the contacts under it, anything else that rules read may
 * concern everyone; nobody is there yet when the first register is applied. */
static const struct pg_stmt register_cascade = {
    .name = "register_cascade",
    .sql =
        "WITH changed AS (SELECT * FROM unnest($1, $2) AS c (kind, id))"
        " INSERT INTO cascade (agreement, ledger_id, known)"
        " SELECT 0, 0, clock_timestamp() WHERE EXISTS (SELECT FROM contact) AND EXISTS ("
        "  SELECT FROM changed WHERE kind IN ('list', 'purpose', 'policy', 'windows',"
        "   'controller', 'source', 'website'))"
        " UNION ALL"
        " SELECT DISTINCT n.number, 0::bigint, clock_timestamp()"
        " FROM changed JOIN register_number n USING (kind, id)"
        " WHERE kind = 'agreement' AND EXISTS (SELECT FROM contact)",
    .params = "TT",
    .columns = "",
};

const struct pg_stmt *const register_apply_statements[] = {
    &register_rows_get, &register_diff,    &register_put,  &register_number_put,
    &register_raise,    &register_cascade, &register_hold,
};
const size_t register_apply_statements_n =
    sizeof(register_apply_statements) / sizeof(register_apply_statements[0]);

bool register_begin(struct pg *pg, struct err *err)
{
    return pg_begin(pg, err) && pg_exec(pg, &register_hold, NULL, NULL, err);
}

bool register_rows(struct pg *pg, int64_t known_us,
                   bool (*each)(void *arg, const struct register_row *row,
                                struct err *err),
                   void *arg, struct err *err)
{
    struct pg_result *r;
    bool ok = true;

    if (!pg_exec_time(pg, &register_rows_get, known_us, &r, err))
        return false;
    for (int i = 0; ok && i < pg_rows(r); i++) {
        const struct register_row row = {
            .kind = pg_get_text(r, i, 0),
            .id = pg_get_text(r, i, 1),
            .effective_us = pg_get_time(r, i, 2),
            .origin = pg_get_text(r, i, 3),
            .body = pg_get_text(r, i, 4),
        };

        ok = each(arg, &row, err);
    }
    pg_result_free(r);
    return ok;
}

/* Five arrays: kind, id, effective, origin, body. */
static void arrays(struct pg_params *ps)
{
    pg_params_init(ps);
    pg_put_array(ps, 'T');
    pg_put_array(ps, 'T');
    pg_put_array(ps, 'Z');
    pg_put_array(ps, 'T');
    pg_put_array(ps, 'T');
}

static void arrays_add(struct pg_params *ps, const struct register_row *row)
{
    pg_add_text(ps, 0, row->kind);
    pg_add_text(ps, 1, row->id);
    pg_add_time(ps, 2, row->effective_us);
    pg_add_text(ps, 3, row->origin);
    pg_add_text(ps, 4, row->body);
}

bool register_compare(struct pg *pg, const struct register_entry *entries, size_t n,
                      const char *const *origins, size_t n_origins,
                      struct register_changes *ret, struct err *err)
{
    struct pg_params ps;
    size_t array;

    *ret = (struct register_changes){0};
    arrays(&ps);
    for (size_t i = 0; i < n; i++) {
        const struct register_entry *e = &entries[i];

        arrays_add(&ps, &(struct register_row){
                            .kind = register_kind_name(e->kind),
                            .id = e->id,
                            .origin = e->origin,
                            .body = e->body,
                            .effective_us = e->valid.from_us,
                        });
    }
    array = pg_put_array(&ps, 'T');
    for (size_t i = 0; i < n_origins; i++)
        pg_add_text(&ps, array, origins[i]);
    if (!pg_run(pg, &register_diff, &ps, &ret->rows, err))
        return false;
    ret->n = (size_t)pg_rows(ret->rows);
    ret->list = mem_zalloc(ret->n, sizeof(*ret->list));
    for (size_t i = 0; i < ret->n; i++) {
        struct register_change *c = &ret->list[i];
        const int row = (int)i;

        c->what = (enum register_change_kind)pg_get_i16(ret->rows, row, 0);
        c->now.kind = pg_get_text(ret->rows, row, 1);
        c->now.id = pg_get_text(ret->rows, row, 2);
        c->now.effective_us = pg_get_time(ret->rows, row, 3);
        c->now.origin = pg_get_text(ret->rows, row, 4);
        c->now.body = pg_get_text(ret->rows, row, 5);
        c->before = c->what == CHANGE_ADD ? NULL : pg_get_text(ret->rows, row, 6);
    }
    return true;
}

void register_changes_done(struct register_changes *c)
{
    free(c->list);
    pg_result_free(c->rows);
    *c = (struct register_changes){0};
}

static bool write_rows(struct pg *pg, const struct register_changes *c,
                       const char *person, const char *why, struct err *err)
{
    struct pg_params ps;

    arrays(&ps);
    for (size_t i = 0; i < c->n; i++) {
        struct register_row row = c->list[i].now;

        if (c->list[i].what == CHANGE_WITHDRAW)
            row.body = NULL;
        arrays_add(&ps, &row);
    }
    pg_put_text(&ps, person);
    pg_put_text(&ps, why);
    return pg_run(pg, &register_put, &ps, NULL, err);
}

static bool write_names(struct pg *pg, const struct pg_stmt *stmt,
                        const struct register_changes *c, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_array(&ps, 'T');
    pg_put_array(&ps, 'T');
    for (size_t i = 0; i < c->n; i++) {
        pg_add_text(&ps, 0, c->list[i].now.kind);
        pg_add_text(&ps, 1, c->list[i].now.id);
    }
    return pg_run(pg, stmt, &ps, NULL, err);
}

bool register_write(struct pg *pg, const struct register_changes *c, const char *person,
                    const char *why, struct err *err)
{
    return write_rows(pg, c, person, why, err) &&
           write_names(pg, &register_number_put, c, err) &&
           write_names(pg, &register_cascade, c, err) &&
           pg_exec(pg, &register_raise, NULL, NULL, err);
}
