/* metrics.h - what consent-gateway shows of itself. */
#ifndef CONSENT_GATEWAY_METRICS_H
#define CONSENT_GATEWAY_METRICS_H

#include "base/err.h"
#include "base/metric.h"
#include "base/peer.h"

#include <stdbool.h>

/* id, kind, name, help */
// clang-format off
#define GATEWAY_METRICS(X)                                                                 \
    X(UNSUBSCRIBE, COUNTER, "consent_gateway_unsubscribe_total",                           \
      "Visits to the unsubscribe page, by what they were, status, and whether they said "  \
      "something new")                                                                     \
    X(UNSUBSCRIBE_TIME, HISTOGRAM, "consent_gateway_unsubscribe_seconds",                  \
      "Time of such a visit with a worker, by what it was")                                \
    X(REFUSED_LINKS, COUNTER, "consent_gateway_refused_links_total",                       \
      "Links that were not followed, by reason: alert on many")                            \
    X(EVENTS, COUNTER, "consent_gateway_events_total",                                     \
      "Events over HTTP, by source and what was said: queued, refused, dry_run")           \
    X(UP, GAUGE, "consent_gateway_up", "1 while it answers: kafka, postgresql")            \
    X(NOT_DELIVERED, COUNTER, "consent_gateway_not_delivered_total",                       \
      "Events that the brokers did not acknowledge in time; nobody was told that they did")\
    X(REGISTER, GAUGE, "consent_gateway_register_version",                                 \
      "Version of the register whose names are shown; -1: none is known")
// clang-format on

enum gateway_metric {
#define X(id, kind, name, help) METRIC_##id,
    GATEWAY_METRICS(X)
#undef X
        N_GATEWAY_METRICS
};

void metrics_register(void); /* once, before threads */

/* A visit to the unsubscribe page. */
void metrics_unsubscribe(const char *what, unsigned status, bool took, double seconds);
void metrics_event(const char *source, const char *what);
void metrics_refused_link(const char *why);

/* Shows whether it answers, and tells the peer. err: why not. */
void metrics_up(const char *what, bool up, struct peer *peer, const struct err *err);
void metrics_not_delivered(void);
void metrics_register_version(double version);

#endif
