/* metrics.h - what consent-postfix shows of itself. */
#ifndef CONSENT_POSTFIX_METRICS_H
#define CONSENT_POSTFIX_METRICS_H

#include "base/metric.h"

/* id, kind, name, help */
// clang-format off
#define POSTFIX_METRICS(X)                                                                 \
    X(ANSWERS, COUNTER, "consent_postfix_answers_total",                                   \
      "Recipients asked about, by answer: refused, pass, temp, timeout, perm")             \
    X(TIME, HISTOGRAM, "consent_postfix_answer_seconds",                                   \
      "Time from a whole request to its answer")                                           \
    X(CONNECTIONS, GAUGE, "consent_postfix_connections", "Open connections of Postfix")    \
    X(BROKEN, COUNTER, "consent_postfix_broken_requests_total",                            \
      "Connections closed because what came was no request")
// clang-format on

enum postfix_metric {
#define X(id, kind, name, help) METRIC_##id,
    POSTFIX_METRICS(X)
#undef X
        N_POSTFIX_METRICS
};

enum answer {
    ANSWER_REFUSED,
    ANSWER_PASS,
    ANSWER_TEMP,
    ANSWER_TIMEOUT,
    ANSWER_PERM,
    N_ANSWERS
};

void metrics_register(void); /* once, before threads */
void metrics_answer(enum answer answer, double seconds);
void metrics_broken(void);
void metrics_connections(double by);

#endif
