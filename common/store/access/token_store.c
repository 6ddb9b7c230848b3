#include "token_store.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS                                                                          \
    "token_id, role, source, recipient, note, hash, coalesce(budget, 0), created,"       \
    " expires, revoked, activated IS NOT NULL, created_by LIKE 'oidc %', created_by,"    \
    " revoked_by"
#define SHAPE "istttbizzzoott"

static const struct pg_stmt token_get = {
    .name = "token_get",
    .sql = "SELECT " COLUMNS " FROM access_token WHERE token_id = $1",
    .params = "i",
    .columns = SHAPE,
};

static const struct pg_stmt token_all = {
    .name = "token_all",
    .sql = "SELECT " COLUMNS " FROM access_token ORDER BY token_id",
    .params = "",
    .columns = SHAPE,
};

static const struct pg_stmt token_insert = {
    .name = "token_insert",
    .sql = "INSERT INTO access_token (role, source, recipient, note, hash, budget,"
           " expires) VALUES ($1, $2, $3, $4, $5, nullif($6, 0), $7)"
           " RETURNING token_id, created, activated IS NOT NULL",
    .params = "stttbiz",
    .columns = "izo",
};

static const struct pg_stmt token_activated = {
    .name = "token_activated",
    .sql = "UPDATE access_token SET activated = now() WHERE token_id = $1"
           " AND activated IS NULL RETURNING token_id",
    .params = "i",
    .columns = "i",
};

static const struct pg_stmt token_end = {
    .name = "token_end",
    .sql = "UPDATE access_token SET revoked = least(revoked, now()) WHERE token_id = $1"
           " RETURNING token_id",
    .params = "i",
    .columns = "i",
};

static const struct pg_stmt token_sources_count = {
    .name = "token_sources_count",
    .sql =
        "SELECT count(*) * 4294967296 + coalesce(max(token_id), 0) FROM v_source_token",
    .params = "",
    .columns = "l",
};

static const struct pg_stmt token_sources = {
    .name = "token_sources",
    .sql = "SELECT token_id, source, hash, expires FROM v_source_token ORDER BY token_id",
    .params = "",
    .columns = "itbz",
};

static const struct pg_stmt source_make = {
    .name = "source_token_make",
    .sql = "SELECT source_token_make($1, $2, $3, $4, $5)",
    .params = "tttbz",
    .columns = "i",
};
static const struct pg_stmt source_end = {
    .name = "source_token_end",
    .sql = "SELECT source_token_end($1, $2)",
    .params = "it",
    .columns = "o",
};

static const struct pg_stmt session_open = {
    .name = "session_open",
    .sql = "SELECT session_open($1, $2, $3, $4, $5)",
    .params = "sttbi",
    .columns = "i",
};
static const struct pg_stmt session_close = {
    .name = "session_close",
    .sql = "SELECT session_close($1, $2)",
    .params = "ib",
    .columns = "o",
};

const struct pg_stmt *const token_statements[] = {
    &source_make, &source_end,          &session_open, &session_close,
    &token_get,   &token_all,           &token_insert, &token_activated,
    &token_end,   &token_sources_count, &token_sources};
const size_t token_statements_n = sizeof(token_statements) / sizeof(token_statements[0]);

static void token_read(const struct pg_result *r, int row, struct access_token *t)
{
    const void *hash;
    size_t len;

    memset(t, 0, sizeof(*t));
    t->id = pg_get_i32(r, row, 0);
    t->role = (enum access_role)pg_get_i16(r, row, 1);
    snprintf(t->source, sizeof(t->source), "%s", pg_get_text(r, row, 2));
    snprintf(t->recipient, sizeof(t->recipient), "%s", pg_get_text(r, row, 3));
    snprintf(t->note, sizeof(t->note), "%s", pg_get_text(r, row, 4));
    hash = pg_get_bytes(r, row, 5, &len);
    if (len == sizeof(t->hash))
        memcpy(t->hash, hash, len);
    t->budget = pg_get_i32(r, row, 6);
    t->created_us = pg_get_time(r, row, 7);
    t->expires_us = pg_get_time(r, row, 8);
    t->revoked_us = pg_get_time(r, row, 9);
    t->active = pg_get_bool(r, row, 10);
    t->session = pg_get_bool(r, row, 11);
    snprintf(t->made_by, sizeof(t->made_by), "%s", pg_get_text(r, row, 12));
    snprintf(t->revoked_by, sizeof(t->revoked_by), "%s",
             pg_is_null(r, row, 13) ? "" : pg_get_text(r, row, 13));
}

static bool run_with_id(struct pg *pg, const struct pg_stmt *stmt, int32_t id,
                        struct pg_result **ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, id);
    return pg_run(pg, stmt, &ps, ret, err);
}

bool token_load(struct pg *pg, int32_t id, struct access_token *ret, bool *found,
                struct err *err)
{
    struct pg_result *r;

    if (!run_with_id(pg, &token_get, id, &r, err))
        return false;
    *found = pg_rows(r) == 1;
    if (*found)
        token_read(r, 0, ret);
    pg_result_free(r);
    return true;
}

bool token_add(struct pg *pg, struct access_token *token, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i16(&ps, (int16_t)token->role);
    pg_put_text(&ps, token->source);
    pg_put_text(&ps, token->recipient);
    pg_put_text(&ps, token->note);
    pg_put_bytes(&ps, token->hash, sizeof(token->hash));
    pg_put_i32(&ps, token->budget);
    pg_put_time(&ps, token->expires_us);
    if (!pg_run(pg, &token_insert, &ps, &r, err))
        return false;
    token->id = pg_get_i32(r, 0, 0);
    token->created_us = pg_get_time(r, 0, 1);
    token->revoked_us = WHEN_NEVER;
    token->active = pg_get_bool(r, 0, 2);
    pg_result_free(r);
    return true;
}

static bool change(struct pg *pg, const struct pg_stmt *stmt, int32_t id, bool *found,
                   struct err *err)
{
    struct pg_result *r;

    if (!run_with_id(pg, stmt, id, &r, err))
        return false;
    *found = pg_rows(r) == 1;
    pg_result_free(r);
    return true;
}

bool token_activate(struct pg *pg, int32_t id, bool *found, struct err *err)
{
    return change(pg, &token_activated, id, found, err);
}

bool token_revoke(struct pg *pg, int32_t id, bool *found, struct err *err)
{
    return change(pg, &token_end, id, found, err);
}

bool token_list(struct pg *pg, struct access_token **ret, size_t *ret_n, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &token_all, NULL, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = mem_zalloc(*ret_n + 1, sizeof(**ret));
    for (size_t i = 0; i < *ret_n; i++)
        token_read(r, (int)i, &(*ret)[i]);
    pg_result_free(r);
    return true;
}

bool token_sources_mark(struct pg *pg, int64_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &token_sources_count, NULL, &r, err))
        return false;
    *ret = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool token_sources_load(struct pg *pg, struct source_token **ret, size_t *ret_n,
                        struct err *err)
{
    struct source_token *all;
    struct pg_result *r;

    if (!pg_exec(pg, &token_sources, NULL, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = all = mem_zalloc(*ret_n + 1, sizeof(*all));
    for (int i = 0; i < pg_rows(r); i++) {
        size_t len;
        const void *hash = pg_get_bytes(r, i, 2, &len);

        all[i].id = pg_get_i32(r, i, 0);
        snprintf(all[i].source, sizeof(all[i].source), "%s", pg_get_text(r, i, 1));
        if (len == sizeof(all[i].hash))
            memcpy(all[i].hash, hash, len);
        all[i].expires_us = pg_get_time(r, i, 3);
    }
    pg_result_free(r);
    return true;
}

bool token_session(struct pg *pg, struct access_token *token, const char *subject,
                   int32_t hours, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_i16(&ps, (int16_t)token->role);
    pg_put_text(&ps, token->note);
    pg_put_text(&ps, subject);
    pg_put_bytes(&ps, token->hash, TOKEN_HASH_BYTES);
    pg_put_i32(&ps, hours);
    if (!pg_run(pg, &session_open, &ps, &r, err))
        return false;
    token->id = pg_get_i32(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool token_source_make(struct pg *pg, struct access_token *token, const char *who,
                       struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_text(&ps, token->source);
    pg_put_text(&ps, token->note);
    pg_put_text(&ps, who);
    pg_put_bytes(&ps, token->hash, TOKEN_HASH_BYTES);
    pg_put_time(&ps, token->expires_us);
    if (!pg_run(pg, &source_make, &ps, &r, err))
        return false;
    token->id = pg_get_i32(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool token_source_end(struct pg *pg, int32_t id, const char *who, bool *found,
                      struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, id);
    pg_put_text(&ps, who);
    return pg_run_bool(pg, &source_end, &ps, found, err);
}

bool token_session_end(struct pg *pg, int32_t id, const uint8_t hash[TOKEN_HASH_BYTES],
                       bool *found, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, id);
    pg_put_bytes(&ps, hash, TOKEN_HASH_BYTES);
    return pg_run_bool(pg, &session_close, &ps, found, err);
}
