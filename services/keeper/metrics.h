/* metrics.h - what consent-keeper shows of itself. */
#ifndef CONSENT_KEEPER_METRICS_H
#define CONSENT_KEEPER_METRICS_H

#include "base/metric.h"

/* id, kind, name, help */
// clang-format off
#define KEEPER_METRICS(X)                                                                  \
    X(DUE, COUNTER, "consent_keeper_due_contacts_total",                                   \
      "Contacts woken because their time had come")                                        \
    X(LATE, HISTOGRAM, "consent_keeper_due_late_seconds",                                  \
      "How late the first of each step was woken")                                         \
    X(WAITING, GAUGE, "consent_keeper_due_waiting",                                        \
      "Contacts whose time has come and who wait, counted up to 100000")                   \
    X(CASCADED, COUNTER, "consent_keeper_cascade_contacts_total",                          \
      "Contacts woken because an agreement or the register changed")                       \
    X(CASCADES, GAUGE, "consent_keeper_cascades_open", "Cascades not finished")            \
    X(UP, GAUGE, "consent_keeper_up", "1 while PostgreSQL answers as it should")           \
    X(HELD_BACK, COUNTER, "consent_keeper_held_back_total",                                \
      "Looks at which nobody was woken and the daily run slowed: too many are dirty")       \
    X(FORGOTTEN, COUNTER, "consent_keeper_forgotten_rows_total",                           \
      "Rows of look-ups and of tokens' days that were old enough to go")                   \
    X(ERASED, COUNTER, "consent_keeper_erased_contacts_total",                             \
      "Erasures carried out, each with its certificate")                                   \
    X(ERASED_EVENTS, COUNTER, "consent_keeper_erased_events_total",                        \
      "Events that nobody can read any more")                                              \
    X(ERASE_PASSED_OVER, COUNTER, "consent_keeper_erase_passed_over_total",                \
      "Contacts that a run of retention could not erase; the next tries again")            \
    X(DELETES_OPEN, GAUGE, "consent_keeper_deletes_open", "Deletions asked for, not done") \
    X(DELETES_OVERDUE, GAUGE, "consent_keeper_deletes_overdue",                            \
      "Of these, asked for too long ago: alert on it")                                     \
    X(RIGHTS_OPEN, GAUGE, "consent_keeper_rights_open",                                    \
      "Rights requests that wait for an answer")                                           \
    X(RIGHTS_SOON, GAUGE, "consent_keeper_rights_due_in_7_days",                           \
      "Of these, to be answered within seven days")                                        \
    X(PROOF_LEAVES, COUNTER, "consent_keeper_proof_leaves_total",                          \
      "Leaves added to the logs of events, lists and look-ups")                            \
    X(PROOF_SEALS, COUNTER, "consent_keeper_proof_checkpoints_total",                      \
      "Checkpoints signed")                                                                \
    X(PROOF_HELD, GAUGE, "consent_keeper_proof_held",                                      \
      "Logs that cannot go on: alert on it")                                               \
    X(PARTITIONS, GAUGE, "consent_keeper_partitions",                                     \
      "Partitions of the tables that have them")                                          \
    X(PARTITIONS_LATE, GAUGE, "consent_keeper_partitions_late",                           \
      "Tables for which no partition was made ahead")                                     \
    X(RIGHTS_OVERDUE, GAUGE, "consent_keeper_rights_overdue",                              \
      "Of these, overdue (GDPR article 12(3)): alert on it")
// clang-format on

enum keeper_metric {
#define X(id, kind, name, help) METRIC_##id,
    KEEPER_METRICS(X)
#undef X
        N_KEEPER_METRICS
};

void metrics_register(void); /* once, before threads */
void metrics_add(enum keeper_metric m, double by);
void metrics_set(enum keeper_metric m, double to);
void metrics_observe(enum keeper_metric m, double value);

#endif
