/*
 * pg.h - PostgreSQL: a connection, statements as data, results of a stated shape.
 *
 * Alone with libpq. All values travel in binary. A statement carries the types of its
 * parameters and columns as letters, and a result whose columns differ is a fatal error
 * before anybody reads it:
 *
 *     l bigint   i integer   s smallint   o boolean
 *     t text     b bytea     u uuid       z timestamptz    j jsonb, read as text
 *
 * A capital letter is a one-dimensional array of that type, R one of rows. Times are
 * microseconds since 1970 (base/when.h); WHEN_ALWAYS and WHEN_NEVER are -infinity and
 * infinity.
 *
 * Errors: SQLSTATE becomes a reaction here (pg_error.c) and nowhere else. err.code is
 * "PG_" and the SQLSTATE, or PG_DOWN, PG_TIMEOUT, PG_SHAPE, PG_REFUSED, PG_CONNINFO,
 * PG_POOLER. Of a connection that cannot be made the text has libpq's and the server's
 * own words: host, port, name, TLS. Of a statement it names statement and constraint,
 * never the server's message: that quotes rows.
 */
#ifndef CONSENT_PG_PG_H
#define CONSENT_PG_PG_H

#include "base/buf.h"
#include "base/err.h"
#include "base/when.h"

struct pg;
struct pg_result;

struct pg_stmt {
    const char *name; /* unique in the process; also the prepared statement's name */
    const char *sql;
    const char *params;  /* "lTz" */
    const char *columns; /* "" for none */
};

/* Connects; a host that does not answer is given up after 5 s (connect_timeout). Ends
 * early when stop is asked. ERR_RETRY: no server there; ERR_CONFIG: it refuses us, or a
 * pooler stands before it that does not keep sessions whole. app: application_name.
 * Settings that guard us from a stalled peer (keepalives, user timeout, lock_timeout,
 * idle_in_transaction_session_timeout) are set unless given. */
bool pg_open(const char *conninfo, const char *app, struct pg **ret, struct err *err);

/* The rows of a program's table of settings (AT is its own offsetof). */
// clang-format off
#define PG_KEYS                                                                            \
    {"database_url", "DATABASE_URL", CONF_TEXT, AT(database_url), NULL, 0, 0,              \
     "PostgreSQL, as a URL or in libpq's key=value form"},                                 \
    {"database_password_file", NULL, CONF_FILE, AT(database_password_file), "", 0, 0,      \
     "the password of PostgreSQL, when it is not in database_url"}
// clang-format on

/* Is that way to PostgreSQL as base/edge.h wants it: this machine, or
 * sslmode=verify-full? ERR_CONFIG PLAINTEXT; PG_CONNINFO: it cannot be read. */
bool pg_edge(const char *conninfo, const char *plaintext, struct err *err);
void pg_close(struct pg *pg); /* NULL is fine */

/* Was it that PostgreSQL does not answer? And not: it has answered, with what is wrong
 * with our data, our tables or our rights. */
bool pg_away(const struct err *err);

/* The connection is of no more use: close it and open another. */
bool pg_broken(const struct pg *pg);

/* Looks at the socket, between two statements: has the server hung up meanwhile? */
bool pg_alive(struct pg *pg);

/* How long pg_exec and pg_collect wait for the server, 60 s unless set. What takes longer
 * is cancelled in the server, and the connection is of no more use (PG_TIMEOUT). */
void pg_set_timeout(struct pg *pg, int32_t timeout_ms);

/* --- parameters --- */

#define PG_PARAMS_MAX 80

struct pg_param {
    char type;
    bool null;
    bool has_null;    /* array: holds a NULL */
    int32_t n;        /* array: elements     */
    uint32_t row_oid; /* rows: their type, ...      */
    int32_t columns;  /* ... how many columns, ...  */
    int32_t left;     /* ... still missing ...      */
    size_t row_at;    /* ... in the one that begins here */
    struct buf b;
};

struct pg_params {
    size_t n;
    struct pg_param p[PG_PARAMS_MAX];
};

void pg_params_init(struct pg_params *ps);
void pg_params_reset(struct pg_params *ps); /* keeps the memory for the next batch */
void pg_params_done(struct pg_params *ps);

/* Each appends the next parameter. */
void pg_put_null(struct pg_params *ps, char type);
void pg_put_i64(struct pg_params *ps, int64_t v);
void pg_put_i32(struct pg_params *ps, int32_t v);
void pg_put_i16(struct pg_params *ps, int16_t v);
void pg_put_bool(struct pg_params *ps, bool v);
void pg_put_time(struct pg_params *ps, int64_t us);
void pg_put_text(struct pg_params *ps, const char *s); /* NULL: SQL NULL */
void pg_put_bytes(struct pg_params *ps, const void *data, size_t len);
void pg_put_uuid(struct pg_params *ps, const uint8_t uuid[16]);

/* An array: pg_put_array gives the index by which elements are then added, in any mixture
 * with those of other arrays (column-wise batches). type is the capital letter. */
size_t pg_put_array(struct pg_params *ps, char type);
void pg_add_null(struct pg_params *ps, size_t array);
void pg_add_i64(struct pg_params *ps, size_t array, int64_t v);
void pg_add_i32(struct pg_params *ps, size_t array, int32_t v);
void pg_add_i16(struct pg_params *ps, size_t array, int16_t v);
void pg_add_bool(struct pg_params *ps, size_t array, bool v);
void pg_add_time(struct pg_params *ps, size_t array, int64_t us);
void pg_add_text(struct pg_params *ps, size_t array, const char *s); /* NULL: SQL NULL */
void pg_add_bytes(struct pg_params *ps, size_t array, const void *data, size_t len);
void pg_add_uuid(struct pg_params *ps, size_t array, const uint8_t uuid[16]);
int32_t pg_array_len(const struct pg_params *ps, size_t array);

/* Rows: an array of a composite type of ours (letter R), for batches of many columns: the
 * server unpacks one such array several times faster than an array a column. The type's
 * number differs from database to database: ask for it after connecting. Every row has
 * its columns added in their order, by the pg_col_ functions. */
bool pg_row_type(struct pg *pg, const char *type, uint32_t *ret_oid, struct err *err);
size_t pg_put_rows(struct pg_params *ps, uint32_t row_oid, int32_t columns);
void pg_row(struct pg_params *ps, size_t rows); /* begins the next */
void pg_col_null(struct pg_params *ps, size_t rows, char type);
void pg_col_i64(struct pg_params *ps, size_t rows, int64_t v);
void pg_col_i32(struct pg_params *ps, size_t rows, int32_t v);
void pg_col_i16(struct pg_params *ps, size_t rows, int16_t v);
void pg_col_bool(struct pg_params *ps, size_t rows, bool v);
void pg_col_time(struct pg_params *ps, size_t rows, int64_t us);
void pg_col_text(struct pg_params *ps, size_t rows, const char *s); /* NULL: SQL NULL */
void pg_col_bytes(struct pg_params *ps, size_t rows, const void *data, size_t len);
void pg_col_uuid(struct pg_params *ps, size_t rows, const uint8_t uuid[16]);

/* --- running --- */

/* Sends and waits. params may be NULL when the statement has none; ret may be NULL when
 * the rows do not matter. Free the result with pg_result_free. */
bool pg_exec(struct pg *pg, const struct pg_stmt *stmt, const struct pg_params *params,
             struct pg_result **ret, struct err *err);

/* The same, and params are done with, however it ends: what most callers want. */
bool pg_run(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *params,
            struct pg_result **ret, struct err *err);

/* pg_run for a statement of one row and one column: a number, a truth, a text. */
bool pg_run_i64(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *params,
                int64_t *ret, struct err *err);
bool pg_run_bool(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *params,
                 bool *ret, struct err *err);
bool pg_run_text(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *params,
                 struct buf *out, struct err *err);

/* pg_exec for a statement whose one parameter is an instant. */
bool pg_exec_time(struct pg *pg, const struct pg_stmt *stmt, int64_t us,
                  struct pg_result **ret, struct err *err);

/* The rows one at a time, each as row 0 of a result that is borrowed, so that any number
 * of them needs no more memory than one. Nothing else may be sent meanwhile. A row that
 * says false, with err, is the last: the statement is cancelled, and its transaction with
 * it. */
typedef bool pg_each_row(void *context, const struct pg_result *r, struct err *err);
bool pg_each(struct pg *pg, const struct pg_stmt *stmt, const struct pg_params *params,
             pg_each_row *row, void *context, struct err *err);

/* pg_exec in halves, so that the caller can prepare the next batch meanwhile. One
 * statement at a time. pg_ready also does the work of sending; call it now and then. The
 * params may be reused as soon as pg_send has returned. */
bool pg_send(struct pg *pg, const struct pg_stmt *stmt, const struct pg_params *params,
             struct err *err);
bool pg_ask(struct pg *pg, const struct pg_stmt *stmt, struct pg_params *params,
            struct err *err); /* pg_send, and params are done with, however it ends */
bool pg_ready(struct pg *pg); /* true: pg_collect would not block */
bool pg_collect(struct pg *pg, struct pg_result **ret, struct err *err);

/* Waits up to timeout_ms for pg_ready. */
bool pg_wait(struct pg *pg, int32_t timeout_ms);

/* A pipe: several statements that need not know each other's answers, in one journey.
 * What is sent while it is open (pg_send; pg_begin, which is not collected) goes with
 * pg_pipe_go, and is collected in its order by pg_collect. With the last one the pipe has
 * ended; pg_pipe_end collects what is left, for callers who do not want its rows. If one
 * fails, those behind it are not run, and the pipe has ended as well. pg_ready and
 * pg_wait speak of the next answer. Nothing else may be sent meanwhile. */
bool pg_pipe_open(struct pg *pg, struct err *err);
bool pg_pipe_go(struct pg *pg, struct err *err);
bool pg_pipe_end(struct pg *pg, struct err *err);

/* Gives up a pipe, open or gone, if there is one; pg_rollback does. */
void pg_pipe_leave(struct pg *pg);

/* BEGIN, COMMIT, ROLLBACK. A failed pg_commit with ERR_RETRY may have committed: look. */
bool pg_begin(struct pg *pg, struct err *err);
bool pg_commit(struct pg *pg, struct err *err);
void pg_rollback(struct pg *pg);

/* A script of several statements without parameters (migrations). */
bool pg_script(struct pg *pg, const char *name, const char *sql, struct err *err);

/* --- results --- */

void pg_result_free(struct pg_result *r); /* NULL is fine */
int pg_rows(const struct pg_result *r);
int64_t pg_affected(
    const struct pg_result *r); /* rows touched by INSERT, UPDATE, DELETE */

bool pg_is_null(const struct pg_result *r, int row, int col);
/* SQL NULL reads as 0. */
int64_t pg_get_i64(const struct pg_result *r, int row, int col);
int32_t pg_get_i32(const struct pg_result *r, int row, int col);
int16_t pg_get_i16(const struct pg_result *r, int row, int col);
bool pg_get_bool(const struct pg_result *r, int row, int col);
int64_t pg_get_time(const struct pg_result *r, int row, int col);
/* Borrowed from the result; text is NUL-terminated. NULL gives "" and length 0. */
const char *pg_get_text(const struct pg_result *r, int row, int col);
const void *pg_get_bytes(const struct pg_result *r, int row, int col, size_t *ret_len);
const uint8_t *pg_get_uuid(const struct pg_result *r, int row, int col);

/* An array column, element by element. */
struct pg_array {
    const char *at;
    const char *end;
    int32_t n;
};
void pg_get_array(const struct pg_result *r, int row, int col, struct pg_array *ret);
/* The next element, borrowed, not NUL-terminated; NULL for SQL NULL or past the end. */
const void *pg_array_next(struct pg_array *a, size_t *ret_len);
int64_t pg_array_i64(struct pg_array *a);
int32_t pg_array_i32(struct pg_array *a);
int16_t pg_array_i16(struct pg_array *a);
int64_t pg_array_time(struct pg_array *a);

/* --- copying out --- */

#define PG_COPY_COLUMNS_MAX 16

/* A row on its way through; its values are borrowed until the next is asked for. */
struct pg_copied {
    int n;
    struct {
        const char *at; /* behind the last column's stands a NUL */
        int32_t len;    /* -1: SQL NULL */
    } col[PG_COPY_COLUMNS_MAX];
};

/* The rows of a statement without parameters by COPY in binary, one at a time, so that
 * any number of them needs no more memory than one. Nothing else may be sent meanwhile.
 */
bool pg_copy_begin(struct pg *pg, const struct pg_stmt *stmt, struct err *err);

/* *ret_more false: there are no more, and the connection is free again. */
bool pg_copy_next(struct pg *pg, struct pg_copied *ret, bool *ret_more, struct err *err);

/* Leaves a copy whose end has not been reached; the connection is of no more use then.
 * Harmless when none is under way. */
void pg_copy_leave(struct pg *pg);

/* SQL NULL reads as 0. */
int64_t pg_copied_i64(const struct pg_copied *row, int col);
int16_t pg_copied_i16(const struct pg_copied *row, int col);
int64_t pg_copied_time(const struct pg_copied *row, int col);

/* Prepares the statement and compares what the server says of its parameters and columns
 * with the letters: for the test that walks all statements. */
bool pg_check(struct pg *pg, const struct pg_stmt *stmt, struct err *err);

#endif
