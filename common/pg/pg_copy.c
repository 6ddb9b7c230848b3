/* COPY ... TO STDOUT in binary: libpq hands over one row at a time. */
#include "pg/pg_internal.h"

#include "base/buf.h"
#include "base/clock.h"

#include <assert.h>
#include <poll.h>
#include <string.h>

#define SQL_BYTES  65536
#define HEAD_BYTES 19 /* signature, flags, length of an extension that nobody uses */

static const char signature[11] = "PGCOPY\n\377\r\n\0";

static bool strange(struct pg *pg, struct err *err)
{
    pg_copy_leave(pg);
    return err_set(err, ERR_FATAL, "PG_SHAPE", "a row of a copy has another shape");
}

bool pg_copy_begin(struct pg *pg, const struct pg_stmt *stmt, struct err *err)
{
    PGresult *res;
    struct buf sql;
    int sent;

    assert(stmt->params[0] == '\0' && strlen(stmt->columns) <= PG_COPY_COLUMNS_MAX);
    assert(pg->copying == NULL);
    if (pg->broken)
        return err_set(err, ERR_RETRY, "PG_DOWN", "connection to PostgreSQL is gone");
    buf_init(&sql, SQL_BYTES);
    buf_addf(&sql, "COPY (%s) TO STDOUT (FORMAT binary)", stmt->sql);
    assert(!sql.overrun);
    sent = PQsendQuery(pg->conn, sql.data);
    buf_done(&sql);
    if (!sent)
        return pg_fail(pg, NULL, stmt->name, err);
    if (!pg_await(pg, stmt->name, err))
        return false;
    res = PQgetResult(pg->conn);
    if (PQresultStatus(res) != PGRES_COPY_OUT) {
        pg_fail(pg, res, stmt->name, err);
        for (; res != NULL; res = PQgetResult(pg->conn))
            PQclear(res);
        return false;
    }
    PQclear(res);
    pg->copying = stmt;
    pg->copy_begun = false;
    return true;
}

void pg_copy_leave(struct pg *pg)
{
    if (pg->copying == NULL)
        return;
    pg->copying = NULL;
    pg->broken = true; /* whoever closes it ends the server's side as well */
}

/* The next message; its length, or -1 at the end. */
static bool message(struct pg *pg, int *ret_len, struct err *err)
{
    int64_t until_us = 0; /* the clock is asked only when nothing is there */
    PGresult *res;

    PQfreemem(pg->copy_row);
    pg->copy_row = NULL;
    for (;;) {
        struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLIN};

        *ret_len = PQgetCopyData(pg->conn, &pg->copy_row, 1);
        if (*ret_len != 0)
            break;
        if (until_us == 0)
            until_us = clock_mono_us() + (int64_t)pg->timeout_ms * 1000;
        poll(&fd, 1, 100);
        if (!PQconsumeInput(pg->conn)) {
            pg_copy_leave(pg);
            return pg_fail(pg, NULL, "copy", err);
        }
        if (fd.revents == 0 && clock_mono_us() > until_us) {
            pg_copy_leave(pg);
            return err_set(err, ERR_RETRY, "PG_TIMEOUT",
                           "PostgreSQL has sent nothing of a copy for %d ms",
                           (int)pg->timeout_ms);
        }
    }
    if (*ret_len > 0)
        return true;
    *ret_len = -1;
    const char *name = pg->copying->name;
    pg->copying = NULL;
    if (!pg_drain(pg, name, &res, err))
        return false;
    PQclear(res);
    return true;
}

static int32_t length_of(char letter)
{
    switch (letter) {
    case 'l':
    case 'z': return 8;
    case 'i': return 4;
    case 's': return 2;
    case 'o': return 1;
    case 'u': return 16;
    default: return -1; /* any */
    }
}

/* False: the message is not such a row. */
static bool row_read(const char *at, const char *end, const char *columns,
                     struct pg_copied *ret)
{
    ret->n = (int)strlen(columns);
    for (int i = 0; i < ret->n; i++) {
        const int32_t wanted = length_of(columns[i]);
        int32_t len;

        if (end - at < 4)
            return false;
        len = (int32_t)pg_load32(at);
        at += 4;
        if (len < -1 || len > end - at || (len >= 0 && wanted >= 0 && len != wanted))
            return false;
        ret->col[i].at = at;
        ret->col[i].len = len;
        at += len > 0 ? len : 0;
    }
    return at == end;
}

bool pg_copy_next(struct pg *pg, struct pg_copied *ret, bool *ret_more, struct err *err)
{
    int len;

    assert(pg->copying != NULL);
    for (;;) {
        const char *at;
        int16_t columns;

        if (!message(pg, &len, err))
            return false;
        *ret_more = len > 0;
        if (!*ret_more)
            return true;
        at = pg->copy_row;
        if (!pg->copy_begun) {
            if (len < HEAD_BYTES || memcmp(at, signature, sizeof(signature)) != 0)
                return strange(pg, err);
            at += HEAD_BYTES;
            pg->copy_begun = true;
        }
        if (pg->copy_row + len - at < 2)
            return strange(pg, err);
        columns = (int16_t)pg_load16(at);
        if (columns == -1) /* the trailer; the end comes next */
            continue;
        if (columns != (int16_t)strlen(pg->copying->columns) ||
            !row_read(at + 2, pg->copy_row + len, pg->copying->columns, ret))
            return strange(pg, err);
        return true;
    }
}

int64_t pg_copied_i64(const struct pg_copied *row, int col)
{
    return row->col[col].len == 8 ? (int64_t)pg_load64(row->col[col].at) : 0;
}

int16_t pg_copied_i16(const struct pg_copied *row, int col)
{
    return row->col[col].len == 2 ? (int16_t)pg_load16(row->col[col].at) : (int16_t)0;
}

int64_t pg_copied_time(const struct pg_copied *row, int col)
{
    return row->col[col].len == 8 ? pg_time_of_wire(pg_copied_i64(row, col)) : 0;
}
