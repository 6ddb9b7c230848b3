/* metrics.h - what consent-webhook shows of itself. */
#ifndef CONSENT_WEBHOOK_METRICS_H
#define CONSENT_WEBHOOK_METRICS_H

#include "base/metric.h"

/* id, kind, name, help */
// clang-format off
#define WEBHOOK_METRICS(X)                                                                 \
    X(UP, GAUGE, "consent_webhook_up", "1 while PostgreSQL answers")                       \
    X(LEADING, GAUGE, "consent_webhook_leading",                                           \
      "1 while this process posts; another one does where it is 0")                        \
    X(HOOKS, GAUGE, "consent_webhook_hooks", "Webhooks in force")                          \
    X(FAILING, GAUGE, "consent_webhook_failing",                                           \
      "Of these, those whose last attempt failed and that are tried again")                \
    X(PARKED, GAUGE, "consent_webhook_parked",                                             \
      "Of these, those that nobody tries any more: alert on it")                           \
    X(TAKEN, COUNTER, "consent_webhook_taken_total", "Posts that a target has taken")      \
    X(FAILED, COUNTER, "consent_webhook_failed_total",                                     \
      "Posts that a target did not take, or did not answer")                               \
    X(TIME, HISTOGRAM, "consent_webhook_post_seconds", "Time from a post to its answer")
// clang-format on

enum webhook_metric {
#define X(id, kind, name, help) METRIC_##id,
    WEBHOOK_METRICS(X)
#undef X
        N_WEBHOOK_METRICS
};

void metrics_register(void); /* once, before threads */
void metrics_add(enum webhook_metric m, double by);
void metrics_set(enum webhook_metric m, double to);
void metrics_observe(enum webhook_metric m, double value);

#endif
