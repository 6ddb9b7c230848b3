/* metrics.h - what consent-lookup shows of itself. */
#ifndef CONSENT_LOOKUP_METRICS_H
#define CONSENT_LOOKUP_METRICS_H

#include "base/metric.h"
#include "core/access.h"
#include "core/decide.h"

/* id, kind, name, help */
// clang-format off
#define LOOKUP_METRICS(X)                                                                  \
    X(REQUESTS, COUNTER, "consent_lookup_requests_total",                                  \
      "Requests answered, by route and status")                                            \
    X(TIME, HISTOGRAM, "consent_lookup_request_seconds",                                   \
      "Time of a request with a worker, by route")                                         \
    X(DECISIONS, COUNTER, "consent_lookup_decisions_total",                                \
      "Decisions given, by verdict")                                                       \
    X(UNKNOWN_TOKENS, COUNTER, "consent_lookup_unknown_tokens_total",                      \
      "Requests with a token that is unknown, expired or revoked: alert on many")          \
    X(OVER_BUDGET, COUNTER, "consent_lookup_over_budget_total",                            \
      "Requests refused because the token's contacts of the day are spent")                \
    X(REGISTER, GAUGE, "consent_lookup_register_version",                                  \
      "Version of the register that the last answer was found under")                      \
    X(DATABASE, COUNTER, "consent_lookup_database_failures_total",                         \
      "Requests that PostgreSQL did not let us answer")
// clang-format on

enum lookup_metric {
#define X(id, kind, name, help) METRIC_##id,
    LOOKUP_METRICS(X)
#undef X
        N_LOOKUP_METRICS
};

void metrics_register(void); /* once, before threads */

void metrics_add(enum lookup_metric m, double by); /* of those without labels */
void metrics_set(enum lookup_metric m, double to);
void metrics_request(enum lookup_route route, unsigned status, double seconds);
void metrics_decisions(enum verdict verdict, double n);

#endif
