/*
 * events.h - events over HTTP, for sources without Kafka. README.md says what they are
 * told.
 *
 *   POST /v1/events     one event or a batch, to the source's own feed    take.c
 *                       who: by its token, source.c; what of it: intake/check.h
 *   GET  /v1/receipts   what became of them                               receipts.c
 *   GET  /v1/confirmations   letters that a site is to send               letters.c
 *
 * A source's threads are not those of the unsubscribe page (http/server.h, heavy).
 */
#ifndef CONSENT_GATEWAY_EVENTS_H
#define CONSENT_GATEWAY_EVENTS_H

#include "worker.h"

#include "http/server.h"
#include "intake/check.h"
#include "pg/pg_session.h"

#define EVENTS_BATCH_MAX 1000
#define EVENTS_WAKE      1 /* of those who wait for receipts */

/* Of one thread: room, and its connection. */
struct events {
    const struct settings *settings;
    struct check *check;
    struct pg_session database;
};

bool events_open(const struct settings *settings, struct events **ret, struct err *err);
void events_close(struct events *e); /* NULL is fine */

/* Before a body is read: the form of token and content-type. */
bool events_admit(void *context, const struct http_request *rq, struct http_reply *reply);
void events_enter(void *worker, const struct http_request *rq, struct http_reply *reply);
void events_take(void *worker, const struct http_request *rq, struct http_reply *reply);
void events_receipts(void *worker, const struct http_request *rq,
                     struct http_reply *reply);
void events_letters(void *worker, const struct http_request *rq,
                    struct http_reply *reply);

/* --- source.c --- */

/* The source whose token this is, in force now. NULL, with a problem in the reply: 401,
 * 403, or 503 while the register is not available. */
const struct source *source_of(const struct known *known, const struct http_request *rq,
                               struct http_reply *reply);

/* Counts n events against the source's minute. False: it is spent, and the reply says so.
 */
bool source_room(const struct settings *settings, const struct source *source, size_t n,
                 struct http_reply *reply);

#endif
