/* Reading results: shapes were checked when they came, so only lengths are asserted. */
#include "pg/pg_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A result is libpq's own, under a name that keeps libpq inside this folder. */
static PGresult *res_of(const struct pg_result *r)
{
    union {
        const struct pg_result *ours;
        PGresult *theirs; /* several of libpq's readers want it without const */
    } u = {r};

    return u.theirs;
}

void pg_result_free(struct pg_result *r)
{
    PQclear(res_of(r));
}

int pg_rows(const struct pg_result *r)
{
    return PQntuples(res_of(r));
}

int64_t pg_affected(const struct pg_result *r)
{
    return strtoll(PQcmdTuples(res_of(r)), NULL, 10);
}

bool pg_is_null(const struct pg_result *r, int row, int col)
{
    return PQgetisnull(res_of(r), row, col);
}

static const char *value_of(const struct pg_result *r, int row, int col, int len)
{
    static const char zero[16];

    assert(row < PQntuples(res_of(r)) && col < PQnfields(res_of(r)));
    if (PQgetisnull(res_of(r), row, col))
        return zero;
    assert(PQgetlength(res_of(r), row, col) == len);
    (void)len;
    return PQgetvalue(res_of(r), row, col);
}

int64_t pg_get_i64(const struct pg_result *r, int row, int col)
{
    return (int64_t)pg_load64(value_of(r, row, col, 8));
}

int32_t pg_get_i32(const struct pg_result *r, int row, int col)
{
    return (int32_t)pg_load32(value_of(r, row, col, 4));
}

int16_t pg_get_i16(const struct pg_result *r, int row, int col)
{
    return (int16_t)pg_load16(value_of(r, row, col, 2));
}

bool pg_get_bool(const struct pg_result *r, int row, int col)
{
    return value_of(r, row, col, 1)[0] != 0;
}

int64_t pg_get_time(const struct pg_result *r, int row, int col)
{
    if (PQgetisnull(res_of(r), row, col))
        return 0;
    return pg_time_of_wire((int64_t)pg_load64(value_of(r, row, col, 8)));
}

const char *pg_get_text(const struct pg_result *r, int row, int col)
{
    const char *v = PQgetvalue(res_of(r), row, col);

    /* jsonb in binary is a version byte and then text */
    if (PQftype(res_of(r), col) == pg_oid('j') && PQgetlength(res_of(r), row, col) > 0)
        return v + 1;
    return v;
}

const void *pg_get_bytes(const struct pg_result *r, int row, int col, size_t *ret_len)
{
    *ret_len = (size_t)PQgetlength(res_of(r), row, col);
    return PQgetvalue(res_of(r), row, col);
}

const uint8_t *pg_get_uuid(const struct pg_result *r, int row, int col)
{
    return (const uint8_t *)value_of(r, row, col, 16);
}

void pg_get_array(const struct pg_result *r, int row, int col, struct pg_array *ret)
{
    size_t len;
    const char *v = pg_get_bytes(r, row, col, &len);

    memset(ret, 0, sizeof(*ret));
    if (len < 20 || pg_load32(v) != 1) /* NULL or empty */
        return;
    ret->n = (int32_t)pg_load32(v + 12);
    ret->at = v + 20;
    ret->end = v + len;
}

const void *pg_array_next(struct pg_array *a, size_t *ret_len)
{
    int32_t len;
    const char *v;

    *ret_len = 0;
    if (a->end - a->at < 4)
        return NULL;
    len = (int32_t)pg_load32(a->at);
    a->at += 4;
    if (len < 0 || a->end - a->at < len)
        return NULL;
    v = a->at;
    a->at += len;
    *ret_len = (size_t)len;
    return v;
}

int64_t pg_array_i64(struct pg_array *a)
{
    size_t len;
    const char *v = pg_array_next(a, &len);

    return len == 8 ? (int64_t)pg_load64(v) : 0;
}

int32_t pg_array_i32(struct pg_array *a)
{
    size_t len;
    const char *v = pg_array_next(a, &len);

    return len == 4 ? (int32_t)pg_load32(v) : 0;
}

int16_t pg_array_i16(struct pg_array *a)
{
    size_t len;
    const char *v = pg_array_next(a, &len);

    return len == 2 ? (int16_t)pg_load16(v) : (int16_t)0;
}

int64_t pg_array_time(struct pg_array *a)
{
    return pg_time_of_wire(pg_array_i64(a));
}
