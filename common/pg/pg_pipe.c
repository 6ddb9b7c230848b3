#include "pg/pg_internal.h"

#include <assert.h>

bool pg_pipe_open(struct pg *pg, struct err *err)
{
    if (pg->broken) /* maybe amid a pipe, which is still in it */
        return err_set(err, ERR_RETRY, "PG_DOWN", "connection to PostgreSQL is gone");
    assert(pg->running == NULL && pg->n_piped == 0 && !pg->piping);
    if (!PQenterPipelineMode(pg->conn))
        return pg_fail(pg, NULL, "a pipe", err);
    pg->piping = true;
    pg->at_piped = 0;
    return true;
}

void pg_pipe_note(struct pg *pg, const struct pg_stmt *stmt, enum pg_piped_kind kind)
{
    assert(pg->piping && pg->n_piped < PG_PIPE_MAX);
    pg->piped[pg->n_piped++] = (struct pg_piped){stmt, kind};
}

/* Nothing is in the pipe any more: the connection is as any other again. */
static void leave(struct pg *pg)
{
    pg->piping = false;
    pg->n_piped = pg->at_piped = 0;
    if (!PQexitPipelineMode(pg->conn))
        pg->broken = true;
}

bool pg_pipe_go(struct pg *pg, struct err *err)
{
    assert(pg->piping);
    if (pg->n_piped == 0) {
        leave(pg);
        return true;
    }
    if (!PQpipelineSync(pg->conn))
        return pg_fail(pg, NULL, pg->piped[0].stmt->name, err);
    pg->piping = false;
    pg_push(pg);
    return true;
}

/* The mark behind the last answer. */
static bool sync_read(struct pg *pg, struct err *err)
{
    PGresult *res;
    bool ok;

    if (!pg_await(pg, "a pipe", err))
        return false;
    res = PQgetResult(pg->conn);
    ok = PQresultStatus(res) == PGRES_PIPELINE_SYNC || pg_fail(pg, NULL, "a pipe", err);
    PQclear(res);
    if (ok)
        leave(pg);
    return ok;
}

/* What is left in the pipe was not run, or nobody wants its answer. A statement that was
 * prepared there stands all the same: a ROLLBACK does not take it away. */
static void drop_rest(struct pg *pg)
{
    struct err ignored;

    while (!pg_broken(pg) && pg->at_piped < pg->n_piped) {
        const struct pg_piped *p = &pg->piped[pg->at_piped];
        PGresult *res;

        if (!pg_await(pg, "a pipe", &ignored))
            return;
        res = PQgetResult(pg->conn);
        if (res == NULL)
            pg->at_piped++;
        else if (p->kind == PG_PIPED_PREPARES && PQresultStatus(res) == PGRES_COMMAND_OK)
            pg->prepared[pg->n_prepared++] = p->stmt;
        PQclear(res);
    }
    if (!pg_broken(pg))
        sync_read(pg, &ignored);
}

bool pg_pipe_take(struct pg *pg, const struct pg_stmt **ret_stmt, PGresult **ret,
                  struct err *err)
{
    assert(!pg->piping);
    for (;;) {
        const struct pg_piped p = pg->piped[pg->at_piped++];

        assert(pg->at_piped <= pg->n_piped);
        if (!pg_drain(pg, p.stmt->name, ret, err)) {
            drop_rest(pg);
            return false;
        }
        if (p.kind == PG_PIPED_PREPARES)
            pg->prepared[pg->n_prepared++] = p.stmt;
        if (p.kind == PG_PIPED_ASKS) {
            *ret_stmt = p.stmt;
            break;
        }
        PQclear(*ret);
    }
    if (pg->at_piped < pg->n_piped || sync_read(pg, err))
        return true;
    PQclear(*ret);
    return false;
}

bool pg_pipe_end(struct pg *pg, struct err *err)
{
    while (pg->n_piped > 0)
        if (!pg_collect(pg, NULL, err))
            return false;
    return true;
}

void pg_pipe_leave(struct pg *pg)
{
    struct err ignored;

    if (pg->piping && !pg_broken(pg))
        pg_pipe_go(pg, &ignored);
    if (pg->n_piped > 0 && !pg_broken(pg))
        drop_rest(pg);
}
