#include "archive_store.h"

enum { NEXT, PAGE, PROOF, DONE, LIST, HAS, KEYS, N_STATEMENTS };

static const struct pg_stmt statements[N_STATEMENTS] = {
    [NEXT] = {"archive_next",
              "SELECT what, low, high, coalesce(why, '') FROM archive_next()", "",
              "tttt"},
    [PAGE] = {"archive_page",
              "SELECT key[1], key[2], key[3], line FROM archive_page($1, $2, $3, $4, $5)",
              "tttLi", "lllt"},
    [PROOF] = {"archive_proof", "SELECT line FROM archive_proof($1, $2, $3)", "ttt", "t"},
    [DONE] = {"archive_done",
              "SELECT archive_done($1, $2, $3, $4, $5, $6, $7, $8) IS NULL", "tttlltbs",
              "o"},
    [LIST] = {"archive_list",
              "SELECT what, low, high, file, rows, at, seal_version FROM archive_file"
              " ORDER BY archive DESC",
              "", "ttttlzs"},
    [KEYS] = {"archive_keys",
              "SELECT count(*) FROM archive_file WHERE seal_version <> $1", "s", "l"},
    [HAS] = {"archive_has", "SELECT archived_range($1, $2)", "sl", "o"},
};
const struct pg_stmt *const archive_statements[] = {
    &statements[NEXT], &statements[PAGE], &statements[PROOF], &statements[DONE],
    &statements[LIST], &statements[HAS],  &statements[KEYS]};
const size_t archive_statements_n = N_STATEMENTS;

static bool run(struct pg *pg, int which, struct pg_params *ps, struct pg_result **ret,
                struct err *err)
{
    return pg_run(pg, &statements[which], ps, ret, err);
}

bool archive_due_load(struct pg *pg, struct archive_dues *ret, struct err *err)
{
    *ret = (struct archive_dues){0};
    if (!pg_exec(pg, &statements[NEXT], NULL, &ret->result, err))
        return false;
    for (int row = 0; row < pg_rows(ret->result) && ret->n < ARCHIVE_TABLES; row++)
        ret->v[ret->n++] = (struct archive_due){
            pg_get_text(ret->result, row, 0), pg_get_text(ret->result, row, 1),
            pg_get_text(ret->result, row, 2), pg_get_text(ret->result, row, 3)};
    return true;
}

void archive_due_done(struct archive_dues *d)
{
    pg_result_free(d->result);
    *d = (struct archive_dues){0};
}

static void put_range(struct pg_params *ps, const struct archive_due *due)
{
    pg_params_init(ps);
    pg_put_text(ps, due->what);
    pg_put_text(ps, due->low);
    pg_put_text(ps, due->high);
}

bool archive_rows(struct pg *pg, const struct archive_due *due, struct archive_place *at,
                  int32_t most, archive_emit *emit, void *context, int64_t *ret_n,
                  struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    bool ok = true;
    size_t a;

    put_range(&ps, due);
    a = pg_put_array(&ps, 'L');
    for (int i = 0; i < 3; i++)
        pg_add_i64(&ps, a, at->key[i]);
    pg_put_i32(&ps, most);
    if (!run(pg, PAGE, &ps, &r, err))
        return false;
    *ret_n = pg_rows(r);
    for (int row = 0; ok && row < pg_rows(r); row++) {
        size_t len;
        const char *line = pg_get_bytes(r, row, 3, &len);

        for (int i = 0; i < 3; i++)
            at->key[i] = pg_get_i64(r, row, i);
        ok = emit(context, at->key[0], line, len, err);
    }
    pg_result_free(r);
    return ok;
}

bool archive_proofs(struct pg *pg, const struct archive_due *due, archive_emit *emit,
                    void *context, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    bool ok = true;

    put_range(&ps, due);
    if (!run(pg, PROOF, &ps, &r, err))
        return false;
    for (int row = 0; ok && row < pg_rows(r); row++) {
        size_t len;
        const char *line = pg_get_bytes(r, row, 0, &len);

        ok = emit(context, 0, line, len, err);
    }
    pg_result_free(r);
    return ok;
}

bool archive_leave(struct pg *pg, const struct archive_due *due, int64_t rows,
                   int64_t checksum, const char *file, const uint8_t sha256[32],
                   uint8_t version, struct err *err)
{
    struct pg_params ps;

    put_range(&ps, due);
    pg_put_i64(&ps, rows);
    pg_put_i64(&ps, checksum);
    pg_put_text(&ps, file);
    pg_put_bytes(&ps, sha256, 32);
    pg_put_i16(&ps, version);
    return run(pg, DONE, &ps, NULL, err);
}

bool archive_list_load(struct pg *pg, struct pg_result **ret, struct err *err)
{
    return pg_exec(pg, &statements[LIST], NULL, ret, err);
}

void archive_list_row(const struct pg_result *r, int row, struct archive_kept *ret)
{
    *ret = (struct archive_kept){
        .what = pg_get_text(r, row, 0),
        .low = pg_get_text(r, row, 1),
        .high = pg_get_text(r, row, 2),
        .file = pg_get_text(r, row, 3),
        .rows = pg_get_i64(r, row, 4),
        .at_us = pg_get_time(r, row, 5),
        .version = pg_get_i16(r, row, 6),
    };
}

bool archive_has(struct pg *pg, int16_t log, int64_t from, bool *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i16(&ps, log);
    pg_put_i64(&ps, from);
    if (!run(pg, HAS, &ps, &r, err))
        return false;
    *ret = pg_get_bool(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool archive_other_keys(struct pg *pg, int16_t version, int64_t *ret_n, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i16(&ps, version);
    if (!run(pg, KEYS, &ps, &r, err))
        return false;
    *ret_n = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}
