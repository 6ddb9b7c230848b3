#include "pg/pg_internal.h"

#include "base/aside.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/stop.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A host; those of a list are tried one after the other. */
#define CONNECT_US INT64_C(5000000)
#define CONNECT_S  "5"
#define PROBES     3
#define PROBE_US   INT64_C(2000000)
#define CANCEL_MS  500
#define STEP_MS    100

struct pg_opening {
    struct aside *aside;
    char *conninfo, *app, *text;
    PGconn *conn;
    bool ok;
    struct err err;
};

/* --- on the thread --- */

static PGconn *connect_to(const struct pg_opening *o)
{
    /* later keywords win, so what the operator gives in conninfo overrides those before
     * it
     */
    const char *keys[] = {"connect_timeout",  "keepalives_idle",  "keepalives_interval",
                          "keepalives_count", "tcp_user_timeout", "application_name",
                          "dbname",           "client_encoding",  NULL};
    const char *values[] = {CONNECT_S, "5",         "2",    "3", "15000",
                            o->app,    o->conninfo, "UTF8", NULL};

    return PQconnectdbParams(keys, values, 1);
}

static bool connected(struct pg_opening *o)
{
    int64_t start_us = clock_mono_us();
    PQconninfoOption *options = pg_conninfo_parse(o->conninfo, &o->err);
    char *plain;

    if (options == NULL)
        return false;
    PQconninfoFree(options);
    o->conn = connect_to(o);
    if (PQstatus(o->conn) == CONNECTION_OK)
        return true;
    /* Once more, for the SQLSTATE; not when the host did not even answer. */
    plain = mem_strdup(PQerrorMessage(o->conn));
    if (clock_mono_us() - start_us < CONNECT_US) {
        PQsetErrorVerbosity(o->conn, PQERRORS_VERBOSE);
        PQreset(o->conn);
        PQsetErrorVerbosity(o->conn, PQERRORS_DEFAULT);
    }
    if (PQstatus(o->conn) != CONNECTION_OK) {
        char why[96];

        pg_open_fail(o->conn, plain, &o->err);
        if (strstr(plain, "certificate verify failed") != NULL &&
            pg_certificate_why(o->conninfo, o->conn, why, sizeof(why)))
            err_set(&o->err, ERR_RETRY, "PG_TLS",
                    "no connection to PostgreSQL: its certificate is refused: %s", why);
        else if (strstr(plain, "does not match host name") != NULL)
            snprintf(o->err.code, sizeof(o->err.code), "PG_TLS");
    }
    free(plain);
    return PQstatus(o->conn) == CONNECTION_OK;
}

static bool given(PGconn *conn, const char *setting)
{
    PQconninfoOption *options = PQconninfo(conn);
    bool found = false;

    for (const PQconninfoOption *p = options; p != NULL && p->keyword != NULL; p++)
        if (strcmp(p->keyword, "options") == 0 && p->val != NULL)
            found = strstr(p->val, setting) != NULL;
    PQconninfoFree(options);
    return found;
}

/* By SET, for a pooler takes no options when a connection starts. */
static bool run(struct pg_opening *o, const char *sql)
{
    PGresult *res = PQexec(o->conn, sql);
    struct pg pg = {.conn = o->conn};
    bool ok = PQresultStatus(res) == PGRES_COMMAND_OK;

    if (!ok)
        pg_fail(&pg, res, "session", &o->err);
    PQclear(res);
    return ok;
}

static bool settle(struct pg_opening *o)
{
    return (given(o->conn, "lock_timeout") || run(o, "SET lock_timeout = '5s'")) &&
           (given(o->conn, "idle_in_transaction_session_timeout") ||
            run(o, "SET idle_in_transaction_session_timeout = '10s'")) &&
           (o->text[0] == '\0' || run(o, o->text));
}

/* The server's process that answers; 0: none does soon. */
static int backend_of(PGconn *conn)
{
    int64_t until_us = clock_mono_us() + PROBE_US;
    PGresult *res;
    int pid = 0;

    if (!PQsendQuery(conn, "SELECT pg_backend_pid()"))
        return 0;
    while (PQconsumeInput(conn) && PQisBusy(conn) && clock_mono_us() < until_us) {
        struct pollfd fd = {.fd = PQsocket(conn), .events = POLLIN};

        poll(&fd, 1, STEP_MS);
    }
    if (PQisBusy(conn))
        return 0;
    while ((res = PQgetResult(conn)) != NULL) {
        if (PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) > 0 &&
            PQnfields(res) > 0)
            pid = (int)strtol(PQgetvalue(res, 0, 0), NULL, 10);
        PQclear(res);
    }
    return pid;
}

/* A pooler that gives every transaction another server cannot work for us: settings and
 * prepared statements belong to a session. It is known by this: the server's process is
 * not the one that greeted us, and a second connection is served by the same. */
static bool whole_sessions(struct pg_opening *o)
{
    int pid = backend_of(o->conn);
    PGconn *other;
    bool shared = false;

    if (pid == 0)
        return err_set(&o->err, ERR_RETRY, "PG_DOWN",
                       "no connection to PostgreSQL: it accepts us, and does not answer");
    if (pid == PQbackendPID(o->conn))
        return true;
    other = connect_to(o);
    for (int i = 0; i < PROBES && !shared && PQstatus(other) == CONNECTION_OK; i++) {
        const int answers = backend_of(other);

        if (answers == 0) /* it waits for us to go: whole sessions */
            break;
        shared = backend_of(o->conn) == answers;
    }
    PQfinish(other);
    return !shared || err_set(&o->err, ERR_CONFIG, "PG_POOLER", "%s", PG_POOLER_REASON);
}

/* libpq would print notices to stderr, and a notice may quote a row. */
static void notice_drop(void *arg, const PGresult *res)
{
    (void)arg;
    (void)res;
}

static void open_work(void *arg)
{
    struct pg_opening *o = arg;

    if (!connected(o))
        return;
    PQsetNoticeReceiver(o->conn, notice_drop, NULL);
    o->ok = whole_sessions(o) && settle(o);
    PQsetnonblocking(o->conn, 1);
}

static void open_drop(void *arg)
{
    struct pg_opening *o = arg;

    PQfinish(o->conn);
    free(o->conninfo);
    free(o->app);
    free(o->text);
    free(o);
}

/* --- for the others --- */

struct pg_opening *pg_opening_start(const char *conninfo, const char *app,
                                    const char *text)
{
    struct pg_opening *o = mem_zalloc(1, sizeof(*o));

    o->conninfo = mem_strdup(conninfo);
    o->app = mem_strdup(app);
    o->text = mem_strdup(text);
    o->aside = aside_start(open_work, open_drop, o);
    return o;
}

bool pg_opening_wait(struct pg_opening *o, int32_t timeout_ms)
{
    return aside_wait(o->aside, timeout_ms);
}

bool pg_opening_take(struct pg_opening *o, struct pg **ret, struct err *err)
{
    bool ok;

    aside_take(o->aside);
    ok = o->ok;
    if (ok) {
        struct pg *pg = mem_zalloc(1, sizeof(*pg));

        pg->conn = o->conn;
        pg->timeout_ms = 60000;
        o->conn = NULL;
        *ret = pg;
    } else {
        *err = o->err;
    }
    open_drop(o);
    return ok;
}

void pg_opening_leave(struct pg_opening *o)
{
    if (o != NULL)
        aside_leave(o->aside);
}

bool pg_open(const char *conninfo, const char *app, struct pg **ret, struct err *err)
{
    struct pg_opening *o = pg_opening_start(conninfo, app, "");

    while (!pg_opening_wait(o, STEP_MS))
        if (stop_asked()) {
            pg_opening_leave(o);
            return err_set(err, ERR_RETRY, "STOPPED", "stopped while connecting");
        }
    return pg_opening_take(o, ret, err);
}

/* --- cancelling --- */

static void cancel_work(void *arg)
{
    char ignored[256];

    PQcancel(arg, ignored, sizeof(ignored));
}

static void cancel_drop(void *arg)
{
    PQfreeCancel(arg);
}

void pg_cancel(struct pg *pg)
{
    PGcancel *handle = PQgetCancel(pg->conn);
    struct aside *a;

    if (handle == NULL)
        return;
    a = aside_start(cancel_work, cancel_drop, handle);
    aside_wait(a, CANCEL_MS);
    aside_leave(a);
}
