/*
 * metric.h - counters, gauges and histograms of one process, in Prometheus text format.
 *
 * A metric is a static struct; metric_register links it into the process's list at start,
 * before threads. Updating is one atomic operation. Families with labels are made by
 * metric_labelled, which finds or adds the child for a label text such as
 * `source="acme-hosting",outcome="accepted"` (bounded: past METRIC_CHILDREN_MAX children
 * everything counts under other="true"). Never a personal identifier in a label.
 */
#ifndef CONSENT_BASE_METRIC_H
#define CONSENT_BASE_METRIC_H

#include "base/buf.h"

#include <stdatomic.h>
#include <stdint.h>

#define METRIC_CHILDREN_MAX 2000
#define METRIC_BUCKETS      20

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric_child;

struct metric {
    const char *name; /* consent_ingest_events_total */
    const char *help;
    enum metric_kind kind;
    const double *bounds; /* histogram: upper bounds, rising, ended by 0; NULL: times   */
    struct metric_child *children;
    struct metric *next;
};

void metric_register(struct metric *m);

/* labels: "" for none. The child lives as long as the process. */
struct metric_child *metric_labelled(struct metric *m, const char *labels);

void metric_add(struct metric_child *c, double by); /* counter, gauge */
void metric_set(struct metric_child *c, double to); /* gauge          */
void metric_observe(struct metric_child *c,
                    double value); /* histogram; times in seconds */

/* Appends all registered metrics, and process_resident_memory_bytes,
 * process_cpu_seconds_total, process_start_time_seconds. */
bool metric_print(struct buf *out);

#endif
