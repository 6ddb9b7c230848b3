/*
 * events.h - events over HTTP, for sources without Kafka. README.md says what they are
 * told.
 *
 *   POST /v1/events     one event or a batch, to the source's own feed    take.c
 *                       who: by its token, source.c; what of it: check.c
 *   GET  /v1/receipts   what became of them                               receipts.c
 *
 * A source's threads are not those of the unsubscribe page (http/server.h, heavy).
 */
#ifndef CONSENT_GATEWAY_EVENTS_H
#define CONSENT_GATEWAY_EVENTS_H

#include "worker.h"

#include "codec/event/event_json.h"
#include "core/event/admit.h"
#include "http/server.h"
#include "intake/identify.h"
#include "pg/pg_session.h"

#define EVENTS_BATCH_MAX 1000
#define EVENTS_WAKE      1 /* of those who wait for receipts */

/* Of one thread: room, and its connection. */
struct events {
    const struct settings *settings;
    struct contact_keyer *keyer; /* of a key nobody has: only what is wrong is asked */
    struct pg_session database;
    struct event event;
    struct fault fault;
    struct identities who;
    struct admission admission;
};

bool events_open(const struct settings *settings, struct events **ret, struct err *err);
void events_close(struct events *e); /* NULL is fine */

/* Before a body is read: the form of token and content-type. */
bool events_admit(void *context, const struct http_request *rq, struct http_reply *reply);
void events_enter(void *worker, const struct http_request *rq, struct http_reply *reply);
void events_take(void *worker, const struct http_request *rq, struct http_reply *reply);
void events_receipts(void *worker, const struct http_request *rq,
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

/* --- check.c --- */

/* What ingest would make of it, as far as it can be told from the event alone. What takes
 * effect goes on, also where something is wrong with it: a no is never lost for a fault
 * beside it. */
struct checked {
    const char *id; /* e->event's; "": could not be read */
    bool goes_on;
    enum outcome outcome;
    const struct fault *fault; /* reason "": nothing is wrong */
};

/* fault: of the record that holds it. ERR_FATAL: a key could not be made. */
bool event_check(struct events *e, const struct known *known, const struct source *source,
                 const struct event_input *event, enum event_fault fault,
                 struct checked *ret, struct err *err);

#endif
