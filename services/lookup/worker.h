/*
 * worker.h - one thread that answers: its connection, its view of the register, its room.
 *
 * Every route runs inside worker_answer: connect, know the token, ask the table of roles,
 * let the route answer, and turn whatever PostgreSQL refuses into a 503.
 */
#ifndef CONSENT_LOOKUP_WORKER_H
#define CONSENT_LOOKUP_WORKER_H

#include "settings.h"
#include "tokens.h"

#include "codec/people/lookup_json.h"
#include "core/decision/decide.h"
#include "keying/keying.h"
#include "http/server.h"
#include "pg/pg_session.h"
#include "store/lists/ack_store.h"
#include "store/access/audit_store.h"
#include "store/people/fact_store.h"
#include "store/lists/list_figures.h"
#include "store/lists/change_store.h"
#include "store/register/register_store.h"
#include "vault/vault.h"

struct maker;

/* One of the contact keys of a call, and where its facts are. */
struct reading {
    struct contact_key key;
    size_t place; /* in the worker's keys */
    size_t first, n;
};

struct worker {
    const struct settings *settings;
    struct maker *maker; /* of snapshots; NULL: none are made */
    struct tokens *tokens;
    struct watch *watch; /* wakes long polls */
    struct keying *keying;
    struct vault *vault; /* the worker's own */
    struct pg_session database;
    struct pg *pg; /* the session's, during a request */
    struct register_snapshot *reg;
    struct register_snapshot **former; /* of this request: it may still look into them */
    size_t n_former;

    /* Room that is used again. */
    struct lookup_request request;
    struct asking *askings; /* decisions that are answered together; asking.c */
    size_t n_queries;       /* of all of them */
    struct fact_set facts;
    size_t cap;
    struct contact_key *keys; /* of the queries; then second readings of their numbers */
    size_t n_keys;
    struct contact_key *second; /* of a query: as read by askings_read */
    size_t *other; /* of a query: place of its second reading in keys; 0: there is none */
    struct reading *readings;   /* of each key: where its facts are */
    struct contact_key *loaded; /* the keys, each once */
    struct question *questions;
    struct decision *decisions;
    size_t n_rows;
    struct audit_row *rows;
    struct register_snapshot **registers; /* of each query; borrowed */
    size_t ids_cap, n_ids;
    int64_t *ids; /* of evidence */

    struct change_page changes;

    size_t n_ends;
    struct list_end *ends;
    struct standing_set standings;

    int64_t counted_us, counted_mono_us; /* 0: never */
    struct figures_set figures;
};

/* keying becomes the worker's. */
void worker_init(struct worker *w, const struct settings *settings, struct tokens *tokens,
                 struct keying *keying);
void worker_done(struct worker *w);

/* One look-up. */
struct call {
    struct worker *w;
    const struct access_token *token;
    const struct http_request *rq;
    struct http_reply *reply;
};

/* False: PostgreSQL did not answer, and the reply counts for nothing. */
typedef bool route_answer(struct call *c, struct err *err);

/* The same for several requests at once, which have been let in and may be answered. */
typedef bool route_together(struct worker *w, struct call *calls, size_t n,
                            struct err *err);

void worker_together(struct worker *w, enum lookup_route route, route_together *answer,
                     const struct http_asked *asked, size_t n);

void worker_answer(struct worker *w, enum lookup_route route, route_answer *answer,
                   const struct http_request *rq, struct http_reply *reply);

/* 503: the database does not answer, or something of ours is wrong, by what err says.
 * Nothing of err is told but to the log. */
void worker_no_answer(const struct err *err, struct http_reply *reply);

/* For streams, before the body is let in: the token and its role are known to be right,
 * and that is all. */
route_answer worker_enter;

/* --- for the routes --- */

/* A request begins: the connection is there, made again when it was lost. */
bool worker_connect(struct worker *w, struct err *err);

/* It has failed: is it worth to begin again? See pg_session_again. */
bool worker_again(struct worker *w, const struct err *err);

/* Room for n queries. */
void worker_room(struct worker *w, size_t n);

/* The register as it is known now, loaded if there is none. */
bool worker_register(struct worker *w, struct err *err);

/* After a change: it is loaded again when it is needed. What was found in the former one
 * may be used until the request ends. */
void worker_register_forget(struct worker *w);

/* The contact's key, once call_settle has settled it. False with a problem in the reply:
 * it is no contact. pointer: of the contact in the request. */
bool call_identify(struct call *c, const struct lookup_contact *contact,
                   const char *pointer, struct contact_key *ret);

/* The same where the answer is the stricter of both, should a telephone number have two
 * readings. *ret_n: 1 or 2. */
bool call_readings(struct call *c, const struct lookup_contact *contact,
                   const char *pointer, struct contact_key ret[2], size_t *ret_n);

/* By which keys the contacts are known, of all keys that were made for the request. */
bool call_settle(struct call *c, struct contact_key *keys, size_t n, struct err *err);

/* The same as call_identify, with the canonical identifier, for answers that name the
 * person. */
#define CALL_IDENT_BYTES 4096
bool call_person(struct call *c, const struct lookup_contact *contact,
                 const char *pointer, struct contact_key *ret,
                 char ret_text[CALL_IDENT_BYTES]);

/* Who acts, as it is written down: "token 7", or of somebody who has signed in "Ana Silva
 * (token 7)". */
#define CALL_WHO_BYTES 160
void call_who(const struct call *c, char *ret, size_t bytes);

/* May it be done, where the register has two people for it (store/access/second_store.h)?
 * *ret_go false: it is asked for, and the reply says so (409). */
bool call_second(struct call *c, const char *act, const char *subject, bool *ret_go,
                 struct err *err);

/* The same without a reply, for what is in the ledger already. */
bool contact_known(struct worker *w, const struct lookup_contact *contact,
                   struct contact_key *ret);

/* The client has gone, or the time of its request is over: true, with a 503 for whoever
 * still reads it. Long work asks now and then, and stops. */
bool call_over(struct call *c);

/* To be called while a long answer is written: it goes into the spool, its deadline moves
 * on with it (http_moved), and who does not wait any more ends it: call_is_over then, and
 * the reply says so. ERR_RETRY HTTP_SPOOL. */
bool call_spill(struct call *c, struct err *err);
bool call_end(struct err *err); /* false, and err is that nobody waits */
bool call_is_over(const struct err *err);

/* A problem of that status; false, for who refuses by it. */
bool call_refuse(struct call *c, unsigned status, const char *type, const char *words);

/* 400 for what is no JSON, 422 for the rest. */
void call_fault(struct call *c, const struct fault *fault);

/* The list that the path names. *ret NULL: there is none that this token may have, and
 * the reply says 404. Valid until the register is loaded again. */
bool call_list(struct call *c, enum lookup_route route, const struct list **ret,
               struct err *err);

/* Writes the audit of a look-up about no contact. *again: the register has changed; begin
 * again. */
bool call_shown(struct call *c, enum lookup_route route, bool *again, struct err *err);
/* "?limit=" from 1 to most, else preset; "{id}" of the path. False with a problem. */
bool call_limit(struct call *c, int32_t preset, int32_t most, int32_t *ret);
bool call_id(struct call *c, int64_t *ret);

/* "?dry_run=true": nothing is sent. False with a problem. */
bool call_dry_run(struct call *c, bool *ret);

/* The register number of ?source=, for a reseller always its own; 0: all. False with a
 * problem: no such source, or another's. */
bool call_source(struct call *c, int32_t *ret);

/* 403 for a role that reaches the route but not this; audited. */
void call_forbid(struct call *c, enum lookup_route route);

/* Writes the audit of what was read without judging: the register, loaded here, only
 * names things in it. *refused as below. */
bool call_noted(struct call *c, enum lookup_route route, const struct audit_row *rows,
                size_t n, bool *refused, struct err *err);

/* Of calls together: see audit_call. The same without a refusal in the reply. */
bool call_audit_together(struct worker *w, struct audit_call *audit,
                         struct audit_done *done, bool *changed, struct err *err);
void call_over_budget(struct call *c);

/* Writes the audit. *changed: the register has changed; decide again. *refused: over
 * budget, and the reply says so. */
bool call_audit(struct call *c, struct audit_call *audit, struct audit_done *done,
                bool *changed, bool *refused, struct err *err);

#endif
