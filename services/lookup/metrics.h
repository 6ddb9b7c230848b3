/* metrics.h - what consent-lookup shows of itself. */
#ifndef CONSENT_LOOKUP_METRICS_H
#define CONSENT_LOOKUP_METRICS_H

#include "base/metric.h"
#include "core/access.h"
#include "core/decision/decide.h"

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
      "Requests that PostgreSQL did not let us answer")                                    \
    X(UP, GAUGE, "consent_lookup_up", "1 while it answers: postgresql, kafka")             \
    X(SNAPSHOTS, COUNTER, "consent_lookup_snapshots_total",                                \
      "Snapshots of lists that were made for somebody who asked")                          \
    X(SNAPSHOT_FAILURES, COUNTER, "consent_lookup_snapshot_failures_total",                \
      "Snapshots that could not be made or read: the log says why")                        \
    X(ACKNOWLEDGEMENTS, COUNTER, "consent_lookup_list_acknowledgements_total",             \
      "Acknowledgements of lists, by list and result: differs is a drift")                 \
    X(BEHIND_EVENTS, GAUGE, "consent_lookup_list_behind_events",                           \
      "Words of a list beyond its recipient's last acknowledgement (up to 160000)")        \
    X(BEHIND_SECONDS, GAUGE, "consent_lookup_list_behind_seconds",                         \
      "Age of the first of them")                                                          \
    X(SNAPSHOT_AGE, GAUGE, "consent_lookup_list_snapshot_age_seconds",                     \
      "Age of the newest snapshot of a list in snapshot_dir: alert when none is made")     \
    X(DRIFTED, GAUGE, "consent_lookup_list_drifted",                                       \
      "1: the recipient's last acknowledgement differed from what it should have")         \
    X(TIME_TO_ACK, GAUGE, "consent_lookup_list_time_to_ack_seconds",                       \
      "From an opt-out's append to its acknowledgement, over 30 days, by list")            \
    X(LATE_OPT_OUTS, GAUGE, "consent_lookup_list_late_opt_outs",                           \
      "Of these, how many took longer than 48 hours, or 10 business days")
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
void metrics_up(const char *what, bool up); /* what: a word */
void metrics_request(enum lookup_route route, unsigned status, double seconds);
/* Of those by list. labels: further ones, beginning with a comma, or "". */
void metrics_list(enum lookup_metric m, const char *list, const char *labels, double v);
void metrics_decisions(enum verdict verdict, double n);

#endif
