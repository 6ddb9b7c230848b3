#include "routes.h"

#include "access/sign_in.h"
#include "console/console.h"
#include "metrics.h"
#include "reference/reference.h"

#include "base/metric.h"

#include <stdatomic.h>

/* --- with a token: inside worker_answer --- */

#define X_ROUTE(id, path, method, arguments, answer)                                     \
    static void on_##answer(void *context, const struct http_request *rq,                \
                            struct http_reply *reply)                                    \
    {                                                                                    \
        worker_answer(context, LOOKUP_##id, answer, rq, reply);                          \
    }                                                                                    \
    static void enter_##answer(void *context, const struct http_request *rq,             \
                               struct http_reply *reply)                                 \
    {                                                                                    \
        worker_answer(context, LOOKUP_##id, worker_enter, rq, reply);                    \
    }
ROUTES(X_ROUTE)
PATHS(X_ROUTE)
#define X(id, path, arguments, answer) X_ROUTE(id, path, HTTP_POST, arguments, answer)
STREAMS(X)
#undef X

static void decisions_together(void *context, const struct http_asked *asked, size_t n)
{
    worker_together(context, LOOKUP_DECISIONS, answer_decisions_together, asked, n);
}

/* What may take long, and must keep no decision waiting. */
#define IS_HEAVY(id)                                                                     \
    (LOOKUP_##id == LOOKUP_PROVENANCE || LOOKUP_##id == LOOKUP_EXPORT ||                 \
     LOOKUP_##id == LOOKUP_RECORDS || LOOKUP_##id == LOOKUP_QUALITY ||                   \
     LOOKUP_##id == LOOKUP_DESK || LOOKUP_##id == LOOKUP_EVIDENCE ||                     \
     LOOKUP_##id == LOOKUP_ERASURE || LOOKUP_##id == LOOKUP_REGISTER ||                  \
     LOOKUP_##id == LOOKUP_AGREEMENT)

/* --- without: they say nothing about anybody --- */

static atomic_bool database_up, without_kafka;

void routes_database(bool up)
{
    atomic_store(&database_up, up);
}

void routes_without_kafka(bool without)
{
    atomic_store(&without_kafka, without);
}

static atomic_bool lists_held;

void routes_lists_hold(bool held)
{
    atomic_store(&lists_held, held);
}

static atomic_bool people_held;

void routes_people_hold(bool held)
{
    atomic_store(&people_held, held);
}

bool routes_people_held(void)
{
    return atomic_load(&people_held);
}

bool routes_lists_held(void)
{
    return atomic_load(&lists_held);
}

static void metrics_page(void *context, const struct http_request *rq,
                         struct http_reply *reply)
{
    (void)context;
    (void)rq;
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    metric_print(&reply->body);
}

static void health(void *context, const struct http_request *rq, struct http_reply *reply)
{
    (void)context;
    (void)rq;
    buf_add_str(&reply->body, "ok\n");
}

static void ready(void *context, const struct http_request *rq, struct http_reply *reply)
{
    (void)context;
    (void)rq;
    if (routes_people_held()) {
        reply->status = 503;
        buf_add_str(&reply->body, "not ready: somebody is in the database again who was "
                                  "erased, see consentctl restored\n");
        return;
    }
    if (atomic_load(&database_up)) {
        buf_add_str(&reply->body,
                    routes_lists_held()
                        ? "ready, but for lists: the database is older than "
                          "their topics, see consentctl restored\n"
                    : atomic_load(&without_kafka)
                        ? "ready, but Kafka does not answer: no replay meanwhile\n"
                        : "ready\n");
        return;
    }
    reply->status = 503;
    buf_add_str(&reply->body, "not ready: PostgreSQL does not answer as it should\n");
}

const struct http_route routes[] = {
#define X(id, path_, method_, arguments_, answer_)                                       \
    {.path = path_,                                                                      \
     .method = method_,                                                                  \
     .worker = true,                                                                     \
     .heavy = IS_HEAVY(id),                                                              \
     .arguments = arguments_,                                                            \
     .answer = on_##answer_,                                                             \
     .together = LOOKUP_##id == LOOKUP_DECISIONS ? decisions_together : NULL,            \
     .enter = enter_##answer_},
    ROUTES(X)
#undef X
// clang-format off
#define X(id, path_, method_, arguments_, answer_)                                       \
    {.path = path_,                                                                      \
     .method = method_,                                                                  \
     .worker = true,                                                                     \
     .lenient = true,                                                                    \
     .arguments = arguments_,                                                            \
     .answer = on_##answer_,                                                             \
     .enter = enter_##answer_},
    PATHS(X)
#undef X
#define X(id, path_, arguments_, answer_)                                                \
    {.path = path_,                                                                      \
     .method = HTTP_POST,                                                                \
     .stream = true,                                                                     \
     .arguments = arguments_,                                                            \
     .answer = on_##answer_,                                                             \
     .enter = enter_##answer_},
    STREAMS(X)
#undef X
    // clang-format on
    {.path = "/metrics", .answer = metrics_page},
    {.path = "/healthz", .answer = health},
    {.path = "/readyz", .answer = ready},
    {.path = "/v1/sign-in",
     .worker = true,
     .heavy = true,
     .arguments = "",
     .answer = sign_in_begin},
    {.path = "/v1/sign-in/callback",
     .worker = true,
     .heavy = true,
     .answer = sign_in_end},
    {.path = "/v1/sign-in/offer",
     .worker = true,
     .arguments = "",
     .answer = sign_in_offer},
    {.path = "/v1/sign-out",
     .method = HTTP_POST,
     .worker = true,
     .arguments = "",
     .answer = sign_out},
    {.path = "/v1/openapi.yaml", .arguments = "", .answer = reference_document},
    {.path = "/docs", .arguments = "", .answer = reference_moved},
    {.path = "/docs/", .arguments = "", .answer = reference_answer},
    {.path = "/docs/{file}", .arguments = "", .answer = reference_answer},
    {.path = "/console", .arguments = "", .answer = console_answer},
    {.path = "/console/", .arguments = "", .answer = console_answer},
    {.path = "/console/{file}", .arguments = "", .answer = console_answer},
};
const size_t routes_n = sizeof(routes) / sizeof(routes[0]);

/* Before a body is read. */
bool routes_admit(void *context, const struct http_request *rq, struct http_reply *reply)
{
    char room[CALLER_BYTES];

    (void)context;
    if (rq->route->answer == sign_in_begin || rq->route->answer == sign_in_end ||
        rq->route->answer == sign_in_offer || rq->route->answer == sign_out)
        return true; /* who signs in has no token yet */
    if (!tokens_form(caller_authorization(rq, room))) {
        metrics_add(METRIC_UNKNOWN_TOKENS, 1);
        http_problem(reply, 401, "token", "say Authorization: Bearer and a token", NULL);
        return false;
    }
    if (routes_people_held()) {
        http_problem(reply, 503, "restored",
                     "the database was restored to an earlier time, and who was erased "
                     "since then has to be erased again first",
                     NULL);
        return false;
    }
    if (rq->route->method == HTTP_POST && !rq->route->stream &&
        !http_content_type_is(rq, "application/json")) {
        http_problem(reply, 415, "content-type", "the body is application/json, please",
                     NULL);
        return false;
    }
    return true;
}
