#include "reseal_store.h"

#include "base/mem.h"

#include <stdlib.h>

/* Of a table, by its name and its number's. */
#define BEGIN_SQL(tab, id)                                                               \
    "SELECT coalesce((SELECT w.after FROM reseal_walk w WHERE w.what = '" tab            \
    "' AND w.version = $1), 0), greatest((SELECT reltuples FROM pg_class"                \
    " WHERE oid = '" tab "'::regclass), 0)::bigint"
#define NEXT_SQL(tab, id, salts, flags)                                                  \
    "SELECT t." id ", t.source, t.partition, t.\"offset\", " flags ", r.ready,"          \
    " CASE WHEN NOT r.ready THEN t.raw END, CASE WHEN NOT r.ready THEN t.headers END,"   \
    " CASE WHEN t.commitment IS NOT NULL THEN s.salt END"                                \
    " FROM (SELECT * FROM " tab " WHERE " id " > $2 ORDER BY " id " LIMIT $3) t"         \
    " LEFT JOIN " salts " s USING (" id ")"                                              \
    " CROSS JOIN LATERAL (SELECT coalesce(t.raw, t.headers) IS NULL"                     \
    "  OR (t.commitment IS NOT NULL AND (s.salt IS NULL"                                 \
    "      OR (get_byte(coalesce(t.raw, t.headers), 0) = $1)))) AS r (ready)"            \
    " ORDER BY 1"
#define PUT_SQL(tab, id, salts, said)                                                    \
    "WITH n AS MATERIALIZED (SELECT * FROM unnest($3, $4, $5, $6, $7, $8)"               \
    "  AS n (id, raw, headers, salt, commitment, said)),"                                \
    " salted AS (INSERT INTO " salts " (" id ", salt)"                                   \
    "  SELECT n.id, n.salt FROM n WHERE n.salt IS NOT NULL)," said                       \
    " walked AS (INSERT INTO reseal_walk AS w (what, version, after)"                    \
    "  VALUES ('" tab "', $1, $2) ON CONFLICT (what)"                                    \
    "  DO UPDATE SET version = excluded.version, after = excluded.after)"                \
    " UPDATE " tab " t SET raw = n.raw, headers = n.headers,"                            \
    "  commitment = coalesce(t.commitment, n.commitment)"                                \
    " FROM n WHERE t." id " = n.id"
/* PostgreSQL asks for every parameter to have a type: the quarantine says nothing. */
#define NO_SAID " none AS (SELECT $8::text[]),"

static const struct pg_stmt begins[] = {
    {"reseal_begin_ledger", BEGIN_SQL("ledger", "ledger_id"), "s", "ll"},
    {"reseal_begin_quarantine", BEGIN_SQL("quarantine", "quarantine_id"), "s", "ll"},
};
static const struct pg_stmt nexts[] = {
    {"reseal_next_ledger", NEXT_SQL("ledger", "ledger_id", "event_salt", "t.flags"),
     "sli", "liiliobbb"},
    {"reseal_next_quarantine",
     NEXT_SQL("quarantine", "quarantine_id", "quarantine_salt", "0"), "sli", "liiliobbb"},
};
static const struct pg_stmt puttings[] = {
    {"reseal_put_ledger",
     PUT_SQL("ledger", "ledger_id", "event_salt",
             " told AS (INSERT INTO event_said (ledger_id, said)"
             "  SELECT n.id, n.said::jsonb FROM n WHERE n.said IS NOT NULL"
             "  ON CONFLICT DO NOTHING),"),
     "slLBBBBT", ""},
    {"reseal_put_quarantine",
     PUT_SQL("quarantine", "quarantine_id", "quarantine_salt", NO_SAID), "slLBBBBT", ""},
};
static const struct pg_stmt contacts_put = {
    .name = "reseal_contacts",
    .sql = "UPDATE contact c SET wrapped_key = n.wrapped"
           " FROM unnest($1, $2) AS n (contact, wrapped)"
           " WHERE c.contact = n.contact AND c.wrapped_key IS NOT NULL",
    .params = "UB",
    .columns = "",
};
static const struct pg_stmt counts_get = {
    .name = "reseal_counts",
    .sql = "SELECT what, version, n FROM seal_versions($1)",
    .params = "l",
    .columns = "til",
};

const struct pg_stmt *const reseal_statements[] = {
    &begins[0],   &begins[1],   &nexts[0],     &nexts[1],
    &puttings[0], &puttings[1], &contacts_put, &counts_get};
const size_t reseal_statements_n =
    sizeof(reseal_statements) / sizeof(reseal_statements[0]);

bool reseal_begin(struct pg *pg, enum reseal_what what, uint8_t version, int64_t *ret,
                  int64_t *ret_total, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i16(&ps, version);
    if (!pg_run(pg, &begins[what], &ps, &r, err))
        return false;
    *ret = pg_get_i64(r, 0, 0);
    *ret_total = pg_get_i64(r, 0, 1);
    pg_result_free(r);
    return true;
}

static const void *bytes(const struct pg_result *r, int row, int col, size_t *ret_len)
{
    *ret_len = 0;
    return pg_is_null(r, row, col) ? NULL : pg_get_bytes(r, row, col, ret_len);
}

bool reseal_next(struct pg *pg, enum reseal_what what, uint8_t version, int64_t after,
                 int32_t limit, struct reseal_step *ret, struct err *err)
{
    struct pg_params ps;

    *ret = (struct reseal_step){0};
    pg_params_init(&ps);
    pg_put_i16(&ps, version);
    pg_put_i64(&ps, after);
    pg_put_i32(&ps, limit);
    if (!pg_run(pg, &nexts[what], &ps, &ret->result, err))
        return false;
    ret->n = (size_t)pg_rows(ret->result);
    ret->rows = mem_zalloc(ret->n + 1, sizeof(*ret->rows));
    for (int i = 0; i < pg_rows(ret->result); i++) {
        struct reseal_row *row = &ret->rows[i];
        size_t len;

        row->id = pg_get_i64(ret->result, i, 0);
        row->source = pg_get_i32(ret->result, i, 1);
        row->partition = pg_get_i32(ret->result, i, 2);
        row->offset = pg_get_i64(ret->result, i, 3);
        row->flags = pg_get_i32(ret->result, i, 4);
        row->ready = pg_get_bool(ret->result, i, 5);
        row->raw = bytes(ret->result, i, 6, &row->raw_len);
        row->headers = bytes(ret->result, i, 7, &row->headers_len);
        row->salt = bytes(ret->result, i, 8, &len);
    }
    return true;
}

void reseal_done(struct reseal_step *step)
{
    free(step->rows);
    pg_result_free(step->result);
    *step = (struct reseal_step){0};
}

static void rows_put(struct pg_params *ps, const struct resealed *rows, size_t n)
{
    const size_t id = pg_put_array(ps, 'L'), raw = pg_put_array(ps, 'B');
    const size_t headers = pg_put_array(ps, 'B'), salt = pg_put_array(ps, 'B');
    const size_t commitment = pg_put_array(ps, 'B'), said = pg_put_array(ps, 'T');

    for (size_t i = 0; i < n; i++) {
        pg_add_i64(ps, id, rows[i].id);
        pg_add_bytes(ps, raw, rows[i].raw, rows[i].raw_len);
        pg_add_bytes(ps, headers, rows[i].headers, rows[i].headers_len);
        pg_add_bytes(ps, salt, rows[i].salt, 16);
        pg_add_bytes(ps, commitment, rows[i].commitment, 32);
        pg_add_text(ps, said, rows[i].said);
    }
}

bool reseal_put(struct pg *pg, enum reseal_what what, uint8_t version, int64_t after,
                const struct resealed *rows, size_t n, struct err *err)
{
    struct pg_params ps;
    bool ok;

    if (!pg_begin(pg, err))
        return false;
    pg_params_init(&ps);
    pg_put_i16(&ps, version);
    pg_put_i64(&ps, after);
    rows_put(&ps, rows, n);
    ok = pg_script(pg, "reseal_on", "SET LOCAL consentmq.reseal = 'on'", err) &&
         pg_exec(pg, &puttings[what], &ps, NULL, err);
    pg_params_done(&ps);
    if (ok)
        return pg_commit(pg, err);
    pg_rollback(pg);
    return false;
}

bool reseal_contacts(struct pg *pg, const uint8_t (*keys)[16],
                     const uint8_t (*wrapped)[62], size_t n, struct err *err)
{
    struct pg_params ps;
    size_t key, value;

    pg_params_init(&ps);
    key = pg_put_array(&ps, 'U');
    value = pg_put_array(&ps, 'B');
    for (size_t i = 0; i < n; i++) {
        pg_add_uuid(&ps, key, keys[i]);
        pg_add_bytes(&ps, value, wrapped[i], sizeof(wrapped[i]));
    }
    return pg_run(pg, &contacts_put, &ps, NULL, err);
}

bool reseal_counts(struct pg *pg, int64_t most, struct reseal_count *ret, size_t cap,
                   size_t *ret_n, struct pg_result **ret_result, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i64(&ps, most);
    if (!pg_run(pg, &counts_get, &ps, ret_result, err))
        return false;
    *ret_n = 0;
    for (int i = 0; i < pg_rows(*ret_result) && *ret_n < cap; i++)
        ret[(*ret_n)++] = (struct reseal_count){
            .what = pg_get_text(*ret_result, i, 0),
            .version = pg_get_i32(*ret_result, i, 1),
            .n = pg_get_i64(*ret_result, i, 2),
        };
    return true;
}
