/*
 * routes.h - every route that asks for a token, one line each; what else is served is in
 * routes.c.
 *
 * A new route is a line here, its number and roles in core/access.{h,c}, and a file with
 * its function.
 */
#ifndef CONSENT_LOOKUP_ROUTES_H
#define CONSENT_LOOKUP_ROUTES_H

#include "worker.h"

/* number in core/access.h, path, method, query arguments, function */
// clang-format off
#define ROUTES(X)                                                                        \
    X(DECISIONS, "/v1/decisions", HTTP_POST, "explain", answer_decisions)                \
    X(PROVENANCE, "/v1/provenance", HTTP_POST, "", answer_provenance)                    \
    X(LISTS, "/v1/lists", HTTP_GET, "", answer_lists)                             \
    X(CHANGES, "/v1/lists/{id}/changes", HTTP_GET, "after limit wait", answer_changes)
// clang-format on

#define X(id, path, method, arguments, answer) route_answer answer;
ROUTES(X)
#undef X

/* Whether the database answers, for /readyz; said by whoever looks. */
void routes_database(bool up);
bool routes_database_up(void);

/* The table for the server, and its guard before a body is read. */
extern const struct http_route routes[];
extern const size_t routes_n;
bool routes_admit(void *context, const struct http_request *rq, struct http_reply *reply);

#endif
