/* pg_internal.h - what the files of common/pg share. */
#ifndef CONSENT_PG_INTERNAL_H
#define CONSENT_PG_INTERNAL_H

#include "pg/pg.h"

#include <libpq-fe.h>

#define PG_STATEMENTS_MAX 512
#define PG_PIPE_MAX       32
#define PG_POOLER_REASON                                                                 \
    "database_url leads to a pooler that does not keep sessions whole: set pool_mode = " \
    "session in it"

/* What is in a pipe (pg.h), in its order. */
enum pg_piped_kind {
    PG_PIPED_ASKS,     /* a statement whose answer pg_collect gives */
    PG_PIPED_PREPARES, /* the statement behind it                   */
    PG_PIPED_BEGINS,   /* a transaction                             */
};
struct pg_piped {
    const struct pg_stmt *stmt;
    enum pg_piped_kind kind;
};

struct pg {
    PGconn *conn;
    int32_t timeout_ms;
    bool broken;
    bool proven; /* it has worked before: what refuses us may heal */
    const struct pg_stmt *running;
    const struct pg_stmt *copying; /* NULL: no COPY is under way */
    bool copy_begun;               /* its header has been read   */
    char *copy_row;                /* the message of the row at hand */
    bool piping;                   /* pg_send adds to the pipe, which has not gone yet */
    size_t n_piped, at_piped; /* in the pipe, and read of it; none: there is no pipe */
    struct pg_piped piped[PG_PIPE_MAX];
    const struct pg_stmt *prepared[PG_STATEMENTS_MAX];
    size_t n_prepared;
};

/* A letter's OID, for a capital that of the array. */
Oid pg_oid(char letter);

/* Big endian, as the wire has it. */
void pg_store32(char *to, uint32_t v);
void pg_store64(char *to, uint64_t v);
uint16_t pg_load16(const char *from);
uint32_t pg_load32(const char *from);
uint64_t pg_load64(const char *from);

int64_t pg_time_to_wire(int64_t us);
int64_t pg_time_of_wire(int64_t wire);

/* Writes the array header into the reserved head of a finished array parameter. */
void pg_param_seal(struct pg_param *p);

/* Writes the length of the last row of an array of rows. */
void pg_row_seal(struct pg_param *p);

/* Until an answer, the end of our patience, or a dead connection. */
bool pg_await(struct pg *pg, const char *what, struct err *err);

/* Reads all results of what was sent; keeps the last, or the first that failed. */
bool pg_drain(struct pg *pg, const char *what, PGresult **ret, struct err *err);

/* A socket has room for a tenth of a batch, and the server begins with the last byte:
 * what is left goes as fast as it reads, not bit by bit between other work. */
void pg_push(struct pg *pg);

/* Notes what was just sent into the pipe; takes the next answer out of it. On failure the
 * pipe is empty afterwards, or the connection broken. */
void pg_pipe_note(struct pg *pg, const struct pg_stmt *stmt, enum pg_piped_kind kind);
bool pg_pipe_take(struct pg *pg, const struct pg_stmt **ret_stmt, PGresult **ret,
                  struct err *err);

/* err from a failed result (NULL: from the connection). Marks pg broken where it is, and
 * where another connection may fare better. */
bool pg_fail(struct pg *pg, const PGresult *res, const char *what, struct err *err);

/* err from a connection that could not be made. plain: what was said without verbosity.
 */
bool pg_open_fail(PGconn *conn, const char *plain, struct err *err);

/* A sentence on why the server's certificate was refused; false: it cannot be told. */
bool pg_certificate_why(const char *conninfo, PGconn *failed, char *ret, size_t cap);

/* --- pg_edge.c --- */

/* As libpq reads it, for PQconninfoFree. NULL: it cannot; ERR_CONFIG PG_CONNINFO, without
 * what may be a password. */
PQconninfoOption *pg_conninfo_parse(const char *conninfo, struct err *err);

/* --- pg_open.c --- */

/* Opening on a thread of its own, because names and servers may take long to answer. text
 * is run as the session's first; all three are copied. */
struct pg_opening;
struct pg_opening *pg_opening_start(const char *conninfo, const char *app,
                                    const char *text);
bool pg_opening_wait(struct pg_opening *o, int32_t timeout_ms); /* true: take it */
bool pg_opening_take(struct pg_opening *o, struct pg **ret, struct err *err);
void pg_opening_leave(struct pg_opening *o); /* NULL is fine */

/* Nobody waits for the statement under way any more: the server need not go on. */
void pg_cancel(struct pg *pg);

#endif
