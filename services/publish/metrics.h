/* metrics.h - what consent-publish shows of itself. */
#ifndef CONSENT_PUBLISH_METRICS_H
#define CONSENT_PUBLISH_METRICS_H

#include "base/metric.h"

/* id, kind, bounds, name, help */
// clang-format off
#define PUBLISH_METRICS(X)                                                                 \
    X(ENTRIES, COUNTER, NULL, "consent_publish_entries_total",                             \
      "List entries confirmed by Kafka and committed")                                     \
    X(LATENCY, HISTOGRAM, NULL, "consent_publish_known_to_published_seconds",              \
      "From an event's append to its feed to its entry's being on the list")               \
    X(BATCHES, COUNTER, NULL, "consent_publish_batches_total", "Batches, by result")       \
    X(BATCH_CONTACTS, HISTOGRAM, publish_sizes, "consent_publish_batch_contacts",          \
      "Contacts in a batch")                                                               \
    X(BATCH_TIME, HISTOGRAM, NULL, "consent_publish_batch_seconds",                        \
      "Time of a batch, from taking to commit")                                            \
    X(DIRTY, GAUGE, NULL, "consent_publish_dirty_rows",                                    \
      "Dirty marks that wait, in whosever shards, counted up to 100000")                   \
    X(DIRTY_AGE, GAUGE, NULL, "consent_publish_dirty_age_seconds",                         \
      "Age of the oldest of them, since its event was appended")                           \
    X(UP, GAUGE, NULL, "consent_publish_up", "1 while the other side answers")             \
    X(OLDER, GAUGE, NULL, "consent_publish_database_older",                                \
      "1 while the database is older than its topics, and nothing is published")           \
    X(LOGS_LOST, GAUGE, NULL, "consent_publish_logs_lost",                                 \
      "Lists whose topic was found to be another log in the last day, or that are still "  \
      "said again because of that")                                                        \
    X(SHARDS, GAUGE, NULL, "consent_publish_shards_held", "Shards held, of 16")            \
    X(TAKEN_OVER, COUNTER, NULL, "consent_publish_shards_taken_over_total",                \
      "Shards taken from a publisher that did not give them up")                           \
    X(LOST, COUNTER, NULL, "consent_publish_shards_lost_total",                            \
      "Shards that another took from us")                                                  \
    X(PRODUCER_FAILURES, COUNTER, NULL, "consent_publish_producer_failures_total",         \
      "Producers given up because a delivery failed or took too long")                     \
    X(DOUBTFUL, COUNTER, NULL, "consent_publish_doubtful_contacts_total",                  \
      "Contacts published once more because of a doubt")                                   \
    X(LINKED, COUNTER, NULL, "consent_publish_linked_contacts_total",                      \
      "Contacts made dirty by a wide denial of a contact linked to them")                  \
    X(UNTOKENED, COUNTER, NULL, "consent_publish_untokened_total",                         \
      "Entries left out because the contact's identifier could not be unsealed")           \
    X(LISTS, GAUGE, NULL, "consent_publish_lists", "Lists in the register, by state")      \
    X(HEARTBEATS, COUNTER, NULL, "consent_publish_heartbeats_total",                       \
      "Heartbeats confirmed by Kafka: a record a partition of every list")                 \
    X(RECEIPTS, COUNTER, NULL, "consent_publish_receipts_total",                           \
      "Receipts confirmed by Kafka and committed")                                         \
    X(RECEIPT_FAILURES, COUNTER, NULL, "consent_publish_receipt_failures_total",           \
      "Attempts to send receipts that failed")                                             \
    X(OUTBOX, COUNTER, NULL, "consent_publish_outbox_records_total",                       \
      "Certificates, journal records and orders confirmed by Kafka and committed")
// clang-format on

enum publish_metric {
#define X(id, kind, bounds, name, help) METRIC_##id,
    PUBLISH_METRICS(X)
#undef X
        N_PUBLISH_METRICS
};

/* Once, before threads. */
void metrics_register(void);

/* labels: "" for none. */
struct metric_child *metrics_child(enum publish_metric m, const char *labels);

/* The child without labels. */
void metrics_add(enum publish_metric m, double by);
void metrics_set(enum publish_metric m, double to);
void metrics_observe(enum publish_metric m, double value);

#endif
