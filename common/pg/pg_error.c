#include "pg/pg_internal.h"

#include <stdio.h>
#include <string.h>

/* What a SQLSTATE asks of us. A reason is for the operator's eyes. */
struct reaction {
    const char *prefix;
    enum err_kind kind;
    bool drop; /* another connection may fare better: this one is of no more use */
    const char *reason;
};

#define MIGRATE "a table or function is missing: run consentctl migrate"
#define SERVER  "a fault of the PostgreSQL server itself: see its own log"

/* The first that fits. */
static const struct reaction reactions[] = {
    {"08", ERR_RETRY, false, NULL},    /* connection                                */
    {"0A000", ERR_RETRY, true, NULL},  /* a plan of before a migration              */
    {"25P03", ERR_RETRY, false, NULL}, /* idle in transaction too long              */
    {"25006", ERR_RETRY, true,
     "the server is read-only: a standby, or set so by somebody"},
    {"26000", ERR_CONFIG, true, PG_POOLER_REASON}, /* no such prepared statement */
    {"42P05", ERR_CONFIG, true,
     PG_POOLER_REASON}, /* there is a prepared statement of that name */
    {"28", ERR_CONFIG, false, "PostgreSQL does not let us in"},
    {"3D000", ERR_CONFIG, false, "there is no such database"},
    {"3F000", ERR_CONFIG, false, MIGRATE},
    {"40", ERR_RETRY, false, NULL}, /* serialization failure, deadlock           */
    {"42501", ERR_CONFIG, false, "the role lacks a right there (GRANT)"},
    {"42P01", ERR_CONFIG, false, MIGRATE}, /* table, ... */
    {"42703", ERR_CONFIG, false, MIGRATE}, /* ... column, ... */
    {"42883", ERR_CONFIG, false, MIGRATE}, /* ... function, ... */
    {"42704", ERR_CONFIG, false, MIGRATE}, /* ... type */
    {"42P10", ERR_CONFIG, false, "a key is missing: is it still being restored?"},
    {"53100", ERR_RETRY, false, "the server's disk is full"},
    {"53300", ERR_RETRY, false, "too many connections (max_connections)"},
    {"53", ERR_RETRY, false, NULL},    /* out of memory and the like                */
    {"55P03", ERR_RETRY, false, NULL}, /* lock timeout                              */
    {"55006", ERR_RETRY, false, NULL}, /* object in use                             */
    {"57014", ERR_RETRY, false, "cancelled: by statement_timeout, or by somebody"},
    {"57P03", ERR_RETRY, true, "the server is starting, or shutting down"},
    {"57", ERR_RETRY, true, "the server has ended the connection"},
    {"58", ERR_RETRY, true, SERVER}, /* a file is missing, cannot be read         */
    {"XX", ERR_RETRY, true, SERVER}, /* its own mistake, damaged data             */
    {"CQ", ERR_RETRY, false, NULL},  /* raised by our own functions: another's    */
};

/* PgBouncer's own words. */
static const struct reaction refused_parameter = {"08P01", ERR_CONFIG, false, NULL};

static const struct reaction other = {"", ERR_FATAL, false, NULL}; /* our own mistake */

static const struct reaction *find(const char *state)
{
    for (size_t i = 0; i < sizeof(reactions) / sizeof(reactions[0]); i++)
        if (strncmp(state, reactions[i].prefix, strlen(reactions[i].prefix)) == 0)
            return &reactions[i];
    return &other;
}

static enum err_kind kind_of(const struct reaction *r, bool proven)
{
    return proven && r->kind == ERR_CONFIG ? ERR_RETRY : r->kind;
}

bool pg_fail(struct pg *pg, const PGresult *res, const char *what, struct err *err)
{
    const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
    const char *constraint =
        res ? PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME) : NULL;
    const struct reaction *r;
    char code[16];

    if (PQstatus(pg->conn) == CONNECTION_BAD)
        pg->broken = true;
    if (state == NULL) {
        pg->broken = true;
        return err_set(err, ERR_RETRY, "PG_DOWN", "connection to PostgreSQL lost in %s",
                       what);
    }
    r = find(state);
    pg->broken = pg->broken || r->drop;
    snprintf(code, sizeof(code), "PG_%.5s", state);
    return err_set(err, kind_of(r, pg->proven), code,
                   "PostgreSQL refused %s with SQLSTATE %.5s%s%s%s%s", what, state,
                   constraint ? ", constraint " : "", constraint ? constraint : "",
                   r->reason ? ": " : "", r->reason ? r->reason : "");
}

bool pg_away(const struct err *err)
{
    static const char *const answered[] = {"PG_22", "PG_23", "PG_42"};

    for (size_t i = 0; i < sizeof(answered) / sizeof(answered[0]); i++)
        if (strncmp(err->code, answered[i], strlen(answered[i])) == 0)
            return false;
    return err->kind == ERR_RETRY && strncmp(err->code, "PG_", 3) == 0;
}

/* --- a connection that never was --- */

/* libpq keeps the SQLSTATE of a refused connection to itself. At high verbosity it stands
 * in the words, whatever language the server speaks: "FATAL:  28P01: ...". The last one
 * is of the last host that was tried. */
static bool state_in(const char *words, char ret[6])
{
    bool found = false;

    for (const char *p = words; (p = strstr(p, ":  ")) != NULL; p++) {
        if (strspn(p + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5 || p[8] != ':')
            continue;
        snprintf(ret, 6, "%.5s", p + 3);
        found = true;
    }
    return found;
}

/* In one line. */
static void words_of(const char *message, char *ret, size_t bytes)
{
    size_t n = 0;

    for (const char *p = message; *p != '\0' && n + 2 < bytes; p++) {
        if (*p == '\n' && p[1] != '\0')
            ret[n++] = ';';
        ret[n++] = *p == '\n' || *p == '\t' ? ' ' : *p;
    }
    while (n > 0 && ret[n - 1] == ' ')
        n--;
    ret[n] = '\0';
}

bool pg_open_fail(PGconn *conn, const char *plain, struct err *err)
{
    const char *verbose = PQerrorMessage(conn);
    char words[180], state[6], code[16];
    const struct reaction *r;

    words_of(plain, words, sizeof(words));
    if (!state_in(verbose, state)) {
        /* libpq's own words, which nobody translates: we call no setlocale */
        const bool wrong = PQconnectionNeedsPassword(conn) ||
                           strncmp(plain, "invalid ", 8) == 0 ||
                           strncmp(plain, "could not match ", 16) == 0;

        return err_set(err, wrong ? ERR_CONFIG : ERR_RETRY,
                       wrong ? "PG_REFUSED" : "PG_DOWN",
                       "no connection to PostgreSQL: %s", words);
    }
    r = find(state);
    if (strcmp(state, "08P01") == 0 && strstr(plain, "startup parameter") != NULL)
        r = &refused_parameter;
    snprintf(code, sizeof(code), "PG_%s", state);
    return err_set(err, r == &other ? ERR_RETRY : r->kind, code, "%s: %s (SQLSTATE %s)",
                   r->kind == ERR_CONFIG ? "PostgreSQL refuses us"
                                         : "no connection to PostgreSQL",
                   words, state);
}
