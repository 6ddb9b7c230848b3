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

/* number in core/access.h, path, method (not for streams), query arguments, function */
// clang-format off
#define ROUTES(X)                                                                        \
    X(DECISIONS, "/v1/decisions", HTTP_POST, "explain", answer_decisions)                \
    X(PROVENANCE, "/v1/provenance", HTTP_POST, "", answer_provenance)                    \
    X(LISTS, "/v1/lists", HTTP_GET, "", answer_lists)                                    \
    X(CHANGES, "/v1/lists/{id}/changes", HTTP_GET, "after limit wait", answer_changes)   \
    X(FILTER, "/v1/lists/{id}/filter", HTTP_GET, "", answer_filter)                      \
    X(SNAPSHOT, "/v1/lists/{id}/snapshot", HTTP_GET, "format compress", answer_snapshot) \
    X(ACKNOWLEDGEMENTS, "/v1/lists/{id}/acknowledgements", HTTP_POST, "",                \
      answer_acknowledgements)                                                           \
    X(RECEIPTS, "/v1/receipts", HTTP_GET, "after limit source", answer_receipts)         \
    X(QUALITY, "/v1/quality", HTTP_GET, "since source", answer_quality)                  \
    X(EXPORT, "/v1/export", HTTP_POST, "", answer_export)                                \
    X(RECORDS, "/v1/records", HTTP_POST, "", answer_records)                             \
    X(ERASURE, "/v1/erasures/preview", HTTP_POST, "granted", answer_erasure)             \
    X(ERASURE, "/v1/erasures/due", HTTP_POST, "", answer_erase_due)                      \
    X(EVIDENCE, "/v1/evidence", HTTP_POST, "", answer_evidence)                          \
    X(QUARANTINE, "/v1/quarantine", HTTP_GET, "state source reason after limit",         \
      answer_quarantine)                                                                 \
    X(QUARANTINE, "/v1/quarantine/{id}", HTTP_GET, "", answer_quarantined)               \
    X(QUARANTINE, "/v1/quarantine/{id}/discard", HTTP_POST, "", answer_discard)          \
    X(QUARANTINE, "/v1/quarantine/{id}/replay", HTTP_POST, "", answer_replay)            \
    X(FEEDS, "/v1/feeds", HTTP_GET, "", answer_feeds)                                    \
    X(RIGHTS, "/v1/rights", HTTP_GET, "state", answer_rights)                            \
    X(RIGHTS, "/v1/rights/{id}", HTTP_GET, "", answer_right)                             \
    X(RIGHTS, "/v1/rights/{id}/answers", HTTP_POST, "dry_run", answer_answer)                   \
    X(TOLD, "/v1/optouts", HTTP_POST, "dry_run", answer_optouts)                         \
    X(TOLD, "/v1/consents", HTTP_POST, "dry_run", answer_consents)                       \
    X(TOLD, "/v1/withdrawals", HTTP_POST, "dry_run", answer_withdrawals)                 \
    X(DESK, "/v1/desk", HTTP_GET, "", answer_desk)                                       \
    X(DESK, "/v1/trends", HTTP_GET, "days", answer_trends)                               \
    X(DELETION, "/v1/deletions", HTTP_GET, "after limit all", answer_deletions)          \
    X(DELETION, "/v1/deletions/acknowledgements", HTTP_POST, "", answer_deleted)         \
    X(DESK, "/v1/register", HTTP_GET, "kind id before limit", answer_register)           \
    X(REGISTER, "/v1/register", HTTP_POST, "dry_run", answer_register_change)            \
    X(DESK, "/v1/register/{id}", HTTP_GET, "", answer_register_file)                     \
    X(DESK, "/v1/agreements/{id}", HTTP_GET, "", answer_agreement)                       \
    X(AGREEMENT, "/v1/agreements/{id}/changes", HTTP_POST, "dry_run",                    \
      answer_agreement_change)                                                           \
    X(DESK, "/v1/tokens", HTTP_GET, "", answer_tokens)                                   \
    X(TOKENS, "/v1/tokens", HTTP_POST, "", answer_token_make)                            \
    X(TOKENS, "/v1/tokens/{id}/revoke", HTTP_POST, "", answer_token_end)                 \
    X(DESK, "/v1/holds", HTTP_GET, "", answer_holds)                                     \
    X(HOLDS, "/v1/holds", HTTP_POST, "dry_run", answer_hold_set)                         \
    X(HOLDS, "/v1/holds/{id}/lift", HTTP_POST, "", answer_hold_lift)                     \
    X(ME, "/v1/me", HTTP_GET, "", answer_me)

/* POSTs of a body of any size, which is not JSON: see "Streams" in http/server.h */
#define STREAMS(X)                                                                       \
    X(SCRUB, "/v1/lists/{id}/scrub", "column header tokens country", answer_scrub)

/* GETs whose path goes on: see `lenient` in http/server.h */
#define PATHS(X) X(PROOF, "/v1/proof/{path}", HTTP_GET, "from to", answer_proof)
// clang-format on

route_together answer_decisions_together;

#define X(id, path, method, arguments, answer) route_answer answer;
ROUTES(X)
PATHS(X)
#undef X
#define X(id, path, arguments, answer) route_answer answer;
STREAMS(X)
#undef X

/* Whether the database answers, and whether Kafka does not, for /readyz; from look.c. */
void routes_database(bool up);
void routes_without_kafka(bool without);
/* The database is older than the lists' topics (store/lists/epoch_store.h): what it says
 * of a list may be less than its recipient knows, so lists are not given out. */
void routes_lists_hold(bool held);
/* Somebody is in the database again who was erased: nothing is said of anybody. */
void routes_people_hold(bool held);
bool routes_people_held(void);
bool routes_lists_held(void);

/* The table for the server, and its guard before a body is read. */
extern const struct http_route routes[];
extern const size_t routes_n;
bool routes_admit(void *context, const struct http_request *rq, struct http_reply *reply);

#endif
