/*
 * pg_session.h - a connection that is kept from request to request.
 *
 * It is opened when it is needed, with the same settings every time, and dropped when it
 * is of no more use. One rule about trying again stands here for every program: a
 * connection that died while nobody asked is no reason to fail a request, so what fails
 * on a connection *found* broken is tried once more on a new one. What failed on a fresh
 * connection, or ran out of its time, is not: the server is away, or would only do the
 * same long work twice.
 *
 *     do
 *         ok = pg_session_begin(&s, &err) && work(s.pg, &err);
 *     while (!ok && pg_session_again(&s, &err));
 *
 * One thread uses a session.
 */
#ifndef CONSENT_PG_SESSION_H
#define CONSENT_PG_SESSION_H

#include "pg/pg.h"

struct pg_opening;

struct pg_session_settings {
    const char *conninfo; /* the strings are borrowed */
    const char *app;      /* application_name */

    /* Index look-ups, whatever the planner believed of the tables when they were empty.
     */
    bool lookups;
    const char *more; /* "SET ...": further session text; NULL: none */

    /* Asked of every new connection: false, with its err, and there is none. May be NULL.
     * also: asked again by a request that begins a second later or more. */
    bool (*fits)(struct pg *pg, struct err *err);
    bool (*also)(const void *context, struct pg *pg, struct err *err);
    const void *context; /* of also */

    /* Of a statement: we wait so long, then cancel it. The server ends it by itself a
     * second later, in case we are gone. 0: 60 s, and the server sets no limit. */
    int32_t timeout_ms;

    /* After a failed attempt to connect, none is made for so long: begin fails at once
     * with what the last one said. For those whose caller cannot wait. */
    int32_t pause_ms;
};

struct pg_session {
    struct pg_session_settings set;
    struct pg *pg; /* good after pg_session_begin; else NULL, or of no use */
    bool found;    /* pg was there before pg_session_begin; what hangs on a connection
                      (numbers of types, leases) begins again when it was not */
    bool proven;   /* see pg_session_proven */
    struct pg_opening *opening; /* under way, or NULL */
    int64_t retry_us;
    int64_t ask_us;  /* when also is asked again */
    struct err last; /* of the attempt before retry_us */
};

/* Connects nothing yet. */
void pg_session_init(struct pg_session *s, const struct pg_session_settings *set);
void pg_session_done(struct pg_session *s); /* also of one that is all zero */

/* A request begins: s->pg is there and not known to be dead. Waits for a second at most:
 * a host that is slower is ERR_RETRY, and goes on being connected to. Errors as
 * pg_open's.
 */
bool pg_session_begin(struct pg_session *s, struct err *err);

/* The request has failed with err. Drops the connection if it is of no more use, and
 * leaves a transaction that is open. True: it was found broken, so try the request once
 * more. */
bool pg_session_again(struct pg_session *s, const struct err *err);

/* The program has worked with it: whatever PostgreSQL refuses from now on (a password, a
 * right, a table) was there before and may come back, so ERR_CONFIG becomes ERR_RETRY. */
void pg_session_proven(struct pg_session *s);

void pg_session_drop(struct pg_session *s);

/* The planner settings of `lookups`, for a connection of another's. */
bool pg_plan_lookups(struct pg *pg, struct err *err);

#endif
