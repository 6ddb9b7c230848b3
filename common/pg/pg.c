#include "pg/pg_internal.h"

#include "base/clock.h"
#include "base/stop.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STOP_MS 5000 /* what is under way may still end well after SIGTERM */
#define PUSH_MS 50   /* as long as one that reads needs for a batch, and some more */

/* --- connection --- */

void pg_close(struct pg *pg)
{
    if (pg == NULL)
        return;
    PQfreemem(pg->copy_row);
    PQfinish(pg->conn);
    free(pg);
}

bool pg_broken(const struct pg *pg)
{
    return pg->broken || PQstatus(pg->conn) == CONNECTION_BAD;
}

bool pg_alive(struct pg *pg)
{
    struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLIN};

    /* Nobody has asked, so what can be read is a farewell, a notice, or the end. */
    while (!pg_broken(pg) && poll(&fd, 1, 0) > 0) {
        if (!PQconsumeInput(pg->conn))
            pg->broken = true;
        else
            PQisBusy(pg->conn); /* takes what was read out of the way */
    }
    return !pg_broken(pg);
}

void pg_set_timeout(struct pg *pg, int32_t timeout_ms)
{
    pg->timeout_ms = timeout_ms;
}

/* --- waiting --- */

bool pg_ready(struct pg *pg)
{
    if (PQflush(pg->conn) < 0 || !PQconsumeInput(pg->conn)) {
        pg->broken = true;
        return true; /* pg_collect will say what happened */
    }
    return !PQisBusy(pg->conn);
}

bool pg_wait(struct pg *pg, int32_t timeout_ms)
{
    struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLIN};

    if (pg_ready(pg))
        return true;
    if (timeout_ms <= 0 || fd.fd < 0)
        return false;
    if (PQflush(pg->conn) == 1)
        fd.events |= POLLOUT;
    poll(&fd, 1, timeout_ms);
    return pg_ready(pg);
}

bool pg_await(struct pg *pg, const char *what, struct err *err)
{
    int64_t until_us = clock_mono_us() + (int64_t)pg->timeout_ms * 1000;

    while (!pg_wait(pg, 100)) {
        if (clock_mono_us() < until_us && stop_asked_ms() < STOP_MS)
            continue;
        pg_cancel(pg);
        pg->broken = true;
        return err_set(err, ERR_RETRY, "PG_TIMEOUT",
                       "no answer from PostgreSQL to %s in %d ms", what,
                       (int)pg->timeout_ms);
    }
    return true;
}

bool pg_drain(struct pg *pg, const char *what, PGresult **ret, struct err *err)
{
    PGresult *kept = NULL;

    for (;;) {
        PGresult *res;

        if (!pg_await(pg, what, err)) {
            PQclear(kept);
            return false;
        }
        res = PQgetResult(pg->conn);
        if (res == NULL)
            break;
        if (kept == NULL || PQresultStatus(kept) != PGRES_FATAL_ERROR) {
            PQclear(kept);
            kept = res;
        } else {
            PQclear(res);
        }
        if (PQstatus(pg->conn) == CONNECTION_BAD)
            break;
    }
    if (kept != NULL && (PQresultStatus(kept) == PGRES_COMMAND_OK ||
                         PQresultStatus(kept) == PGRES_TUPLES_OK)) {
        *ret = kept;
        return true;
    }
    pg_fail(pg, kept, what, err);
    PQclear(kept);
    return false;
}

/* --- statements --- */

static bool is_prepared(const struct pg *pg, const struct pg_stmt *stmt)
{
    for (size_t i = 0; i < pg->n_prepared; i++)
        if (pg->prepared[i] == stmt)
            return true;
    for (size_t i = pg->at_piped; i < pg->n_piped; i++)
        if (pg->piped[i].stmt == stmt)
            return true;
    return false;
}

static bool prepare(struct pg *pg, const struct pg_stmt *stmt, struct err *err)
{
    Oid types[PG_PARAMS_MAX];
    size_t n = strlen(stmt->params);
    PGresult *res;

    if (is_prepared(pg, stmt))
        return true;
    assert(n <= PG_PARAMS_MAX && pg->n_prepared < PG_STATEMENTS_MAX);
    for (size_t i = 0; i < n; i++)
        types[i] = pg_oid(stmt->params[i]);
    if (!PQsendPrepare(pg->conn, stmt->name, stmt->sql, (int)n, types))
        return pg_fail(pg, NULL, stmt->name, err);
    if (pg->piping) {
        pg_pipe_note(pg, stmt, PG_PIPED_PREPARES);
        return true;
    }
    if (!pg_drain(pg, stmt->name, &res, err))
        return false;
    PQclear(res);
    pg->prepared[pg->n_prepared++] = stmt;
    return true;
}

void pg_push(struct pg *pg)
{
    struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLOUT};
    const int64_t until_us = clock_mono_us() + PUSH_MS * 1000;

    while (PQflush(pg->conn) == 1 && clock_mono_us() < until_us)
        poll(&fd, 1, PUSH_MS);
}

bool pg_send(struct pg *pg, const struct pg_stmt *stmt, const struct pg_params *params,
             struct err *err)
{
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX];
    int formats[PG_PARAMS_MAX];
    size_t n = params ? params->n : 0;

    assert(n == strlen(stmt->params));
    if (pg->broken)
        return err_set(err, ERR_RETRY, "PG_DOWN", "connection to PostgreSQL is gone");
    if (!prepare(pg, stmt, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct pg_param p = params->p[i]; /* a copy: sealing shortens empty arrays */

        assert(p.type == stmt->params[i] && !p.b.overrun);
        pg_param_seal(&p);
        values[i] = p.null ? NULL : p.b.data ? p.b.data : "";
        lengths[i] = (int)p.b.len;
        formats[i] = 1;
    }
    if (!PQsendQueryPrepared(pg->conn, stmt->name, (int)n, values, lengths, formats, 1))
        return pg_fail(pg, NULL, stmt->name, err);
    if (pg->piping) {
        pg_pipe_note(pg, stmt, PG_PIPED_ASKS);
        return true;
    }
    pg->running = stmt;
    pg_push(pg);
    return true;
}

static bool shape_is(const PGresult *res, const char *columns)
{
    if (PQnfields(res) != (int)strlen(columns))
        return false;
    for (int i = 0; columns[i] != '\0'; i++)
        if (PQftype(res, i) != pg_oid(columns[i]))
            return false;
    return true;
}

bool pg_collect(struct pg *pg, struct pg_result **ret, struct err *err)
{
    const struct pg_stmt *stmt = pg->running;
    PGresult *res;

    assert(stmt != NULL || pg->n_piped > 0);
    pg->running = NULL;
    if (pg->n_piped > 0 ? !pg_pipe_take(pg, &stmt, &res, err)
                        : !pg_drain(pg, stmt->name, &res, err))
        return false;
    if (PQresultStatus(res) == PGRES_TUPLES_OK && !shape_is(res, stmt->columns)) {
        PQclear(res);
        return err_set(err, ERR_FATAL, "PG_SHAPE", "result of %s has another shape",
                       stmt->name);
    }
    if (ret != NULL)
        *ret = (struct pg_result *)res;
    else
        PQclear(res);
    return true;
}

bool pg_exec(struct pg *pg, const struct pg_stmt *stmt, const struct pg_params *params,
             struct pg_result **ret, struct err *err)
{
    return pg_send(pg, stmt, params, err) && pg_collect(pg, ret, err);
}

bool pg_each(struct pg *pg, const struct pg_stmt *stmt, const struct pg_params *params,
             pg_each_row *row, void *context, struct err *err)
{
    bool ok = true;
    PGresult *res;

    if (!pg_send(pg, stmt, params, err))
        return false;
    pg->running = NULL;
    PQsetSingleRowMode(pg->conn);
    for (;;) {
        if (PQisBusy(pg->conn) && !pg_await(pg, stmt->name, err))
            return false;
        res = PQgetResult(pg->conn);
        if (res == NULL)
            return ok;
        if (PQresultStatus(res) == PGRES_SINGLE_TUPLE) {
            if (ok && !shape_is(res, stmt->columns))
                ok = err_set(err, ERR_FATAL, "PG_SHAPE", "result of %s has another shape",
                             stmt->name);
            if (ok && !row(context, (struct pg_result *)res, err)) {
                ok = false;
                pg_cancel(pg);
            }
        } else if (PQresultStatus(res) != PGRES_TUPLES_OK && ok) {
            ok = pg_fail(pg, res, stmt->name, err);
        }
        PQclear(res);
        if (PQstatus(pg->conn) == CONNECTION_BAD)
            return ok && pg_fail(pg, NULL, stmt->name, err);
    }
}

bool pg_script(struct pg *pg, const char *name, const char *sql, struct err *err)
{
    PGresult *res;

    if (pg->broken || !PQsendQuery(pg->conn, sql))
        return pg_fail(pg, NULL, name, err);
    if (!pg_drain(pg, name, &res, err))
        return false;
    PQclear(res);
    return true;
}

bool pg_begin(struct pg *pg, struct err *err)
{
    static const struct pg_stmt begin = {"begin", "BEGIN", "", ""};

    if (pg->piping) {
        if (!PQsendQueryParams(pg->conn, begin.sql, 0, NULL, NULL, NULL, NULL, 0))
            return pg_fail(pg, NULL, begin.name, err);
        pg_pipe_note(pg, &begin, PG_PIPED_BEGINS);
        return true;
    }
    return pg_script(pg, begin.name, begin.sql, err);
}

bool pg_commit(struct pg *pg, struct err *err)
{
    return pg_script(pg, "commit", "COMMIT", err);
}

void pg_rollback(struct pg *pg)
{
    struct err ignored;

    pg_pipe_leave(pg);
    if (!pg->broken && PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
        pg_script(pg, "rollback", "ROLLBACK", &ignored);
}

bool pg_check(struct pg *pg, const struct pg_stmt *stmt, struct err *err)
{
    PGresult *res;
    bool ok;

    if (!prepare(pg, stmt, err))
        return false;
    if (!PQsendDescribePrepared(pg->conn, stmt->name))
        return pg_fail(pg, NULL, stmt->name, err);
    if (!pg_drain(pg, stmt->name, &res, err))
        return false;
    ok = PQnparams(res) == (int)strlen(stmt->params) && shape_is(res, stmt->columns);
    for (int i = 0; ok && i < PQnparams(res); i++)
        ok = stmt->params[i] == 'R' || PQparamtype(res, i) == pg_oid(stmt->params[i]);
    PQclear(res);
    if (!ok)
        return err_set(err, ERR_FATAL, "PG_SHAPE", "%s is not of its stated shape",
                       stmt->name);
    return true;
}
