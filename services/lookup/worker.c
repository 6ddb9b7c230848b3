#include "worker.h"

#include "metrics.h"
#include "people/asking.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/operate/schema.h"
#include "store/people/secret_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MS      200
#define PG_TIMEOUT_MS 15000
#define FACTS_KEPT    50000 /* room for so many is used again, more is given back */

void worker_init(struct worker *w, const struct settings *settings, struct tokens *tokens,
                 struct keying *keying)
{
    const struct pg_session_settings database = {
        .conninfo = settings->database_url,
        .app = "consent-lookup",
        .fits = schema_fits,
        .lookups = true,
        .more = settings->audit_durable ? NULL : "SET synchronous_commit = off",
        .timeout_ms = PG_TIMEOUT_MS,
        .pause_ms = PAUSE_MS,
        .also = contact_secret_fits,
        .context = keying_marks(keying),
    };

    *w = (struct worker){.settings = settings, .tokens = tokens, .keying = keying};
    pg_session_init(&w->database, &database);
}

static void former_free(struct worker *w)
{
    while (w->n_former > 0)
        register_free(w->former[--w->n_former]);
}

void worker_done(struct worker *w)
{
    pg_session_done(&w->database);
    former_free(w);
    free(w->former);
    register_free(w->reg);
    keying_close(w->keying);
    vault_close(w->vault);
    lookup_request_done(&w->request);
    askings_done(w);
    fact_set_done(&w->facts);
    change_page_done(&w->changes);
    free(w->ends);
    standing_set_done(&w->standings);
    figures_set_done(&w->figures);
    free(w->keys);
    free(w->second);
    free(w->other);
    free(w->readings);
    free(w->loaded);
    free(w->questions);
    free(w->decisions);
    free(w->rows);
    free(w->registers);
    free(w->ids);
}

void worker_room(struct worker *w, size_t n)
{
    if (n <= w->cap)
        return;
    w->keys = mem_resize(w->keys, 2 * n, sizeof(*w->keys));
    w->loaded = mem_resize(w->loaded, 2 * n, sizeof(*w->loaded));
    w->readings = mem_resize(w->readings, 2 * n, sizeof(w->readings[0]));
    w->second = mem_resize(w->second, n, sizeof(w->second[0]));
    w->other = mem_resize(w->other, n, sizeof(w->other[0]));
    w->questions = mem_resize(w->questions, n, sizeof(*w->questions));
    w->decisions = mem_resize(w->decisions, n, sizeof(*w->decisions));
    w->rows = mem_resize(w->rows, 2 * n, sizeof(*w->rows));
    w->registers = mem_resize(w->registers, n, sizeof(w->registers[0]));
    w->cap = n;
}

/* --- PostgreSQL --- */

bool worker_connect(struct worker *w, struct err *err)
{
    former_free(w);
    const bool ok = pg_session_begin(&w->database, err);

    w->pg = w->database.pg;
    return ok;
}

bool worker_again(struct worker *w, const struct err *err)
{
    const bool again = pg_session_again(&w->database, err);

    w->pg = w->database.pg;
    return again;
}

bool worker_register(struct worker *w, struct err *err)
{
    if (w->reg == NULL && !register_load(w->pg, WHEN_NEVER, &w->reg, err))
        return false;
    metrics_set(METRIC_REGISTER, (double)w->reg->book.version);
    return true;
}

void worker_register_forget(struct worker *w)
{
    if (w->reg == NULL)
        return;
    w->former = mem_resize(w->former, w->n_former + 1, sizeof(*w->former));
    w->former[w->n_former++] = w->reg;
    w->reg = NULL;
}

/* --- one request --- */

/* *ok false: it may not be asked, and the reply says why. */
static bool let_in(struct call *c, enum lookup_route route, struct access_token *token,
                   bool *ok, struct err *err)
{
    char room[CALLER_BYTES];

    if (!tokens_find(c->w->tokens, c->w->pg, caller_authorization(c->rq, room), token, ok,
                     err))
        return false;
    if (!*ok) {
        metrics_add(METRIC_UNKNOWN_TOKENS, 1);
        http_problem(c->reply, 401, "token", "the token is not valid", NULL);
    } else if (!access_allows(token->role, route)) {
        *ok = false;
        call_forbid(c, route);
    }
    return true;
}

static bool attempt(struct worker *w, enum lookup_route route, route_answer *answer,
                    const struct http_request *rq, struct http_reply *reply,
                    struct err *err)
{
    struct access_token token;
    struct call call = {w, &token, rq, reply};
    bool ok;

    keying_begin(w->keying);
    return worker_connect(w, err) && let_in(&call, route, &token, &ok, err) &&
           (!ok || answer(&call, err));
}

bool worker_enter(struct call *c, struct err *err)
{
    (void)c;
    (void)err;
    return true;
}

void worker_no_answer(const struct err *err, struct http_reply *reply)
{
    log_err(err->kind == ERR_RETRY ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, "no_answer", err);
    if (pg_away(err)) {
        metrics_add(METRIC_DATABASE, 1);
        http_problem(reply, 503, "database",
                     "the database does not answer, and nothing else is good enough",
                     NULL);
    } else {
        http_problem(reply, 503, "our-side",
                     "something is wrong on our side, and our log says what", NULL);
    }
    reply->retry_after_s = 1;
}

static void room_back(struct worker *w)
{
    lookup_request_clear(&w->request);
    if (w->facts.cap > FACTS_KEPT)
        fact_set_done(&w->facts);
}

static bool attempt_together(struct worker *w, enum lookup_route route,
                             route_together *answer, const struct http_asked *asked,
                             size_t n, struct err *err)
{
    struct access_token tokens[HTTP_TOGETHER];
    struct call calls[HTTP_TOGETHER];
    size_t n_calls = 0;
    bool ok;

    keying_begin(w->keying);
    if (!worker_connect(w, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct call *c = &calls[n_calls];

        *c = (struct call){w, &tokens[n_calls], asked[i].rq, asked[i].reply};
        http_reply_again(c->reply);
        c->reply->status = 200;
        c->reply->type = "application/json";
        if (!let_in(c, route, &tokens[n_calls], &ok, err))
            return false;
        n_calls += ok;
    }
    return n_calls == 0 || answer(w, calls, n_calls, err);
}

void worker_together(struct worker *w, enum lookup_route route, route_together *answer,
                     const struct http_asked *asked, size_t n)
{
    const int64_t start_us = clock_mono_us();
    struct err err;
    bool ok;

    do
        ok = attempt_together(w, route, answer, asked, n, &err);
    while (!ok && worker_again(w, &err));
    for (size_t i = 0; i < n; i++) {
        if (!ok)
            worker_no_answer(&err, asked[i].reply);
        metrics_request(route, asked[i].reply->status,
                        (double)(clock_mono_us() - start_us) / 1e6);
    }
    room_back(w);
}

void worker_answer(struct worker *w, enum lookup_route route, route_answer *answer,
                   const struct http_request *rq, struct http_reply *reply)
{
    int64_t start_us = clock_mono_us();
    struct err err;
    bool ok;

    reply->type = "application/json";
    do {
        http_reply_again(reply);
        ok = attempt(w, route, answer, rq, reply, &err);
        /* what has been read of a stream cannot be read again */
    } while (!ok && worker_again(w, &err) &&
             (rq->stream == NULL || answer == worker_enter));
    if (!ok)
        worker_no_answer(&err, reply);
    room_back(w);
    if (answer == worker_enter && reply->status == 200)
        return; /* the request has yet to be answered */
    metrics_request(route, reply->status, (double)(clock_mono_us() - start_us) / 1e6);
}
