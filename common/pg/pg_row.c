/* Rows on the wire: an array whose elements are composite values. */
#include "pg/pg_internal.h"

#include <assert.h>
#include <string.h>

static const struct pg_stmt row_type = {
    .name = "pg_row_type",
    .sql = "SELECT $1::regtype::oid::bigint",
    .params = "t",
    .columns = "l",
};

bool pg_row_type(struct pg *pg, const char *type, uint32_t *ret_oid, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    bool ok;

    pg_params_init(&ps);
    pg_put_text(&ps, type);
    ok = pg_exec(pg, &row_type, &ps, &r, err);
    pg_params_done(&ps);
    if (!ok)
        return false;
    *ret_oid = (uint32_t)pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}

size_t pg_put_rows(struct pg_params *ps, uint32_t row_oid, int32_t columns)
{
    size_t rows = pg_put_array(ps, 'R');

    ps->p[rows].row_oid = row_oid;
    ps->p[rows].columns = columns;
    ps->p[rows].left = 0;
    return rows;
}

void pg_row_seal(struct pg_param *p)
{
    assert(p->left == 0);
    if (p->n > 0)
        pg_store32(p->b.data + p->row_at, (uint32_t)(p->b.len - p->row_at - 4));
}

void pg_row(struct pg_params *ps, size_t rows)
{
    struct pg_param *p = &ps->p[rows];
    char head[8] = {0};

    pg_row_seal(p);
    p->row_at = p->b.len;
    p->left = p->columns;
    p->n++;
    pg_store32(head + 4, (uint32_t)p->columns);
    buf_add(&p->b, head, sizeof(head));
}

#define HEAD_BYTES 8 /* a column's type and length */

/* Appends a column's head, saying said bytes, and room for len, in one step: a batch has
 * hundred thousands of them. Returns where its bytes go; NULL: overrun. */
static char *column(struct pg_params *ps, size_t rows, char type, uint32_t said,
                    size_t len)
{
    struct pg_param *p = &ps->p[rows];
    char *head;

    assert(p->left > 0);
    p->left--;
    if (!buf_room(&p->b, HEAD_BYTES + len))
        return NULL;
    head = p->b.data + p->b.len - len - HEAD_BYTES;
    pg_store32(head, pg_oid(type));
    pg_store32(head + 4, said);
    return head + HEAD_BYTES;
}

static void column_bytes(struct pg_params *ps, size_t rows, char type, const void *data,
                         size_t len)
{
    char *to;

    if (data == NULL) {
        pg_col_null(ps, rows, type);
        return;
    }
    to = column(ps, rows, type, (uint32_t)len, len);
    if (to != NULL)
        memcpy(to, data, len);
}

void pg_col_null(struct pg_params *ps, size_t rows, char type)
{
    column(ps, rows, type, UINT32_MAX, 0);
}

static void column64(struct pg_params *ps, size_t rows, char type, uint64_t v)
{
    char *to = column(ps, rows, type, 8, 8);

    if (to != NULL)
        pg_store64(to, v);
}

void pg_col_i64(struct pg_params *ps, size_t rows, int64_t v)
{
    column64(ps, rows, 'l', (uint64_t)v);
}

void pg_col_time(struct pg_params *ps, size_t rows, int64_t us)
{
    column64(ps, rows, 'z', (uint64_t)pg_time_to_wire(us));
}

void pg_col_i32(struct pg_params *ps, size_t rows, int32_t v)
{
    char *to = column(ps, rows, 'i', 4, 4);

    if (to != NULL)
        pg_store32(to, (uint32_t)v);
}

void pg_col_i16(struct pg_params *ps, size_t rows, int16_t v)
{
    uint16_t u = (uint16_t)v;
    char wire[2] = {(char)(u >> 8), (char)(u & 0xff)};

    column_bytes(ps, rows, 's', wire, sizeof(wire));
}

void pg_col_bool(struct pg_params *ps, size_t rows, bool v)
{
    column_bytes(ps, rows, 'o', v ? "\1" : "\0", 1);
}

void pg_col_text(struct pg_params *ps, size_t rows, const char *s)
{
    column_bytes(ps, rows, 't', s, s ? strlen(s) : 0);
}

void pg_col_bytes(struct pg_params *ps, size_t rows, const void *data, size_t len)
{
    column_bytes(ps, rows, 'b', data, len);
}

void pg_col_uuid(struct pg_params *ps, size_t rows, const uint8_t uuid[16])
{
    column_bytes(ps, rows, 'u', uuid, 16);
}
