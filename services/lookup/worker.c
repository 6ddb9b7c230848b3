#include "worker.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_US      200000
#define PG_TIMEOUT_MS 15000

void worker_init(struct worker *w, const struct settings *settings, struct tokens *tokens,
                 struct contact_keyer *keyer)
{
    *w = (struct worker){.settings = settings, .tokens = tokens, .keyer = keyer};
}

void worker_done(struct worker *w)
{
    pg_close(w->pg);
    register_free(w->reg);
    contact_keyer_close(w->keyer);
    lookup_request_done(&w->request);
    fact_set_done(&w->facts);
    change_page_done(&w->changes);
    free(w->ends);
    free(w->standings);
    free(w->keys);
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
    w->keys = mem_resize(w->keys, n, sizeof(*w->keys));
    w->questions = mem_resize(w->questions, n, sizeof(*w->questions));
    w->decisions = mem_resize(w->decisions, n, sizeof(*w->decisions));
    w->rows = mem_resize(w->rows, n, sizeof(*w->rows));
    w->registers = mem_resize(w->registers, n, sizeof(w->registers[0]));
    w->cap = n;
}

/* --- PostgreSQL ----------------------------------------------------------------------
 */

/* Index look-ups, whatever the planner believed of the tables when they were empty. */
static bool session_begin(struct worker *w, struct err *err)
{
    pg_set_timeout(w->pg, PG_TIMEOUT_MS);
    return pg_script(w->pg, "session",
                     w->settings->audit_durable
                         ? "SET plan_cache_mode = force_generic_plan;"
                           "SET enable_seqscan = off; SET jit = off"
                         : "SET plan_cache_mode = force_generic_plan;"
                           "SET enable_seqscan = off; SET jit = off;"
                           "SET synchronous_commit = off",
                     err);
}

bool worker_connect(struct worker *w, struct err *err)
{
    if (w->pg != NULL && !pg_broken(w->pg))
        return true;
    pg_close(w->pg);
    w->pg = NULL;
    if (clock_mono_us() < w->retry_us)
        return err_set(err, ERR_RETRY, "PG_DOWN", "no PostgreSQL there");
    if (pg_open(w->settings->database_url, "consent-lookup", &w->pg, err) &&
        session_begin(w, err))
        return true;
    pg_close(w->pg);
    w->pg = NULL;
    w->retry_us = clock_mono_us() + RETRY_US;
    return false;
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
    register_free(w->reg);
    w->reg = NULL;
}

/* --- one request ---------------------------------------------------------------------
 */

static bool attempt(struct worker *w, enum lookup_route route, route_answer *answer,
                    const struct http_request *rq, struct http_reply *reply,
                    struct err *err)
{
    struct access_token token;
    struct call call = {w, &token, rq, reply};
    bool found;

    if (!worker_connect(w, err) ||
        !tokens_find(w->tokens, w->pg, rq->authorization, &token, &found, err))
        return false;
    if (!found) {
        metrics_add(METRIC_UNKNOWN_TOKENS, 1);
        http_problem(reply, 401, "token", "the token is not valid", NULL);
        return true;
    }
    if (!access_allows(token.role, route)) {
        call_forbid(&call, route);
        return true;
    }
    return answer(&call, err);
}

bool worker_enter(struct call *c, struct err *err)
{
    (void)c;
    (void)err;
    return true;
}

void worker_answer(struct worker *w, enum lookup_route route, route_answer *answer,
                   const struct http_request *rq, struct http_reply *reply)
{
    int64_t start_us = clock_mono_us();
    bool used = w->pg != NULL;
    struct err err;
    bool ok;

    reply->type = "application/json";
    ok = attempt(w, route, answer, rq, reply, &err);
    /* A connection that died while nobody asked is not worth a 503. What has been read of
     * a stream cannot be read again. */
    if (!ok && used && (rq->stream == NULL || answer == worker_enter) &&
        pg_broken(w->pg) && err.kind == ERR_RETRY) {
        buf_reset(&reply->body);
        ok = attempt(w, route, answer, rq, reply, &err);
    }
    if (!ok) {
        metrics_add(METRIC_DATABASE, 1);
        log_err(err.kind == ERR_RETRY ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, "no_answer",
                &err);
        http_problem(reply, 503, "database",
                     "the database does not answer, and nothing else is good enough",
                     NULL);
        reply->retry_after_s = 1;
    }
    lookup_request_clear(&w->request);
    metrics_request(route, reply->status, (double)(clock_mono_us() - start_us) / 1e6);
}
