#include "ingest.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/metric.h"
#include "core/event/admit.h"

#include <stdio.h>
#include <string.h>

#define LABEL_BYTES 512
/* With so many sources there is still room for what is counted of each. */
#define SOURCES_FROM_ZERO (METRIC_CHILDREN_MAX / 4)

// clang-format off
static const double rows_bounds[] = {1, 5, 20, 100, 500, 1000, 2000, 5000, 10000, 20000, 0};
static struct metric events = {"consent_ingest_events_total",
    "Records taken in, by source and what became of them.", METRIC_COUNTER, NULL, NULL, NULL};
static struct metric grants = {"consent_ingest_grants_total",
    "Consents and leads taken in, by source.", METRIC_COUNTER, NULL, NULL, NULL};
static struct metric faults = {"consent_ingest_faults_total",
    "Records with a fault, by reason.", METRIC_COUNTER, NULL, NULL, NULL};
static struct metric batch_rows = {"consent_ingest_batch_rows",
    "Records in one transaction.", METRIC_HISTOGRAM, rows_bounds, NULL, NULL};
static struct metric batch_seconds = {"consent_ingest_batch_seconds",
    "From sending a batch to its commit.", METRIC_HISTOGRAM, NULL, NULL, NULL};
static struct metric lag_seconds = {"consent_ingest_known_to_commit_seconds",
    "From a record's append to its commit, by the oldest of a batch.",
    METRIC_HISTOGRAM, NULL, NULL, NULL};
static struct metric retries = {"consent_ingest_retries_total",
    "Tries that did not succeed, by code.", METRIC_COUNTER, NULL, NULL, NULL};
static struct metric create_time = {"consent_ingest_create_time_total",
    "Records whose time is their producer's, for the topic does not stamp.",
    METRIC_COUNTER, NULL, NULL, NULL};
static struct metric unknown_source = {"consent_ingest_unknown_source_total",
    "Records on feeds without a registered source.", METRIC_COUNTER, NULL, NULL, NULL};
static struct metric dropped = {"consent_ingest_dropped_fields_total",
    "Fields of a contact that its source may not bring.", METRIC_COUNTER, NULL, NULL, NULL};
static struct metric lag = {"consent_ingest_lag_records",
    "Records in the topic and not yet committed, of the partitions of this process.",
    METRIC_GAUGE, NULL, NULL, NULL};
static struct metric held = {"consent_ingest_held_partitions",
    "Partitions that stand still, by reason.", METRIC_GAUGE, NULL, NULL, NULL};
static struct metric gaps = {"consent_ingest_gap_records",
    "Records that were gone before anybody read them, until a person has acknowledged it.",
    METRIC_GAUGE, NULL, NULL, NULL};
static struct metric owned = {"consent_ingest_partitions",
    "Partitions of this process.", METRIC_GAUGE, NULL, NULL, NULL};
static struct metric waiting = {"consent_quarantine_waiting",
    "Records in quarantine that wait for a person.", METRIC_GAUGE, NULL, NULL, NULL};
static struct metric oldest = {"consent_quarantine_oldest_seconds",
    "Age of the oldest of them; 0: none.", METRIC_GAUGE, NULL, NULL, NULL};
static struct metric up = {"consent_ingest_up",
    "1 while the other side answers.", METRIC_GAUGE, NULL, NULL, NULL};
// clang-format on

void measure_open(void)
{
    struct metric *all[] = {
        &grants,      &events,  &faults,      &batch_rows,     &batch_seconds,
        &lag_seconds, &retries, &create_time, &unknown_source, &lag,
        &held,        &owned,   &waiting,     &oldest,         &up,
        &dropped,     &gaps};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        metric_register(all[i]);
}

/* A topic's or register's name between quotes; neither can hold any, but who knows. */
static const char *safe(const char *name, char out[CONSUMER_TOPIC_BYTES])
{
    size_t i = 0;

    for (; name[i] != '\0' && i < CONSUMER_TOPIC_BYTES - 1; i++)
        out[i] = name[i] == '"' || name[i] == '\\' || (unsigned char)name[i] < 0x20
                     ? '?'
                     : name[i];
    out[i] = '\0';
    return out;
}

static struct metric_child *by(struct metric *m, const char *label, const char *name)
{
    char labels[LABEL_BYTES], clean[CONSUMER_TOPIC_BYTES];

    snprintf(labels, sizeof(labels), "%s=\"%s\"", label, safe(name, clean));
    return metric_labelled(m, labels);
}

/* --- batches --- */

struct tally {
    int32_t source;
    enum outcome outcome;
    double n, grants;
};

struct tallies {
    size_t n, cap;
    struct tally *list;
};

static void count(struct tallies *t, int32_t source, enum outcome outcome, bool grant)
{
    for (size_t i = t->n; i-- > 0;)
        if (t->list[i].source == source && t->list[i].outcome == outcome) {
            t->list[i].n++;
            t->list[i].grants += grant;
            return;
        }
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 64;
        t->list = mem_resize(t->list, t->cap, sizeof(*t->list));
    }
    t->list[t->n++] = (struct tally){source, outcome, 1, grant};
}

static void tell(const struct ingest *in, const struct tally *t)
{
    const struct source *s = rulebook_source_n(&in->reg->book, t->source);
    char labels[LABEL_BYTES], clean[CONSUMER_TOPIC_BYTES];

    snprintf(labels, sizeof(labels), "source=\"%s\",outcome=\"%s\"",
             s ? safe(s->id, clean) : "", outcome_name(t->outcome));
    metric_add(metric_labelled(&events, labels), t->n);
    if (t->outcome == OUTCOME_ACCEPTED && s != NULL && t->grants > 0)
        metric_add(by(&grants, "source", s->id), t->grants);
}

void measure_register(const struct ingest *in)
{
    char labels[LABEL_BYTES], clean[CONSUMER_TOPIC_BYTES];

    metric_add(by(&faults, "reason", "OVER_BUDGET"), 0);
    for (size_t i = 0; i < in->reg->book.n_sources && i < SOURCES_FROM_ZERO; i++) {
        const char *id = in->reg->book.sources[i].id;

        snprintf(labels, sizeof(labels), "source=\"%s\",outcome=\"%s\"", safe(id, clean),
                 outcome_name(OUTCOME_QUARANTINED));
        metric_add(metric_labelled(&events, labels), 0);
        metric_add(by(&grants, "source", id), 0);
    }
}

void measure_batch(const struct ingest *in, const struct ingest_batch *b, size_t from,
                   size_t to, const struct ingest_done *done)
{
    static struct tallies tallies; /* keeps its memory */
    int64_t oldest_us = INT64_MAX;

    tallies.n = 0;
    for (size_t i = from; i < to; i++) {
        const struct ingest_row *r = &b->rows[i];
        uint8_t became = done != NULL ? done->became[i - from] : 0;

        if (r->slot < 0)
            continue;
        count(&tallies, r->source, (enum outcome)(became ? became : r->outcome),
              admit_spends((enum event_type)r->type));
        if (r->known_us < oldest_us)
            oldest_us = r->known_us;
        if (!r->reason.null)
            metric_add(by(&faults, "reason", ingest_batch_text(b, r->reason)), 1);
    }
    if (done != NULL && done->n_reuses > 0)
        metric_add(by(&faults, "reason", "ID_REUSE"), (double)done->n_reuses);
    for (size_t i = 0; i < tallies.n; i++)
        tell(in, &tallies.list[i]);
    if (oldest_us != INT64_MAX)
        metric_observe(metric_labelled(&lag_seconds, ""),
                       (double)(clock_wall_us() - oldest_us) / 1e6);
}

void measure_commit(int64_t took_us, size_t rows)
{
    metric_observe(metric_labelled(&batch_rows, ""), (double)rows);
    metric_observe(metric_labelled(&batch_seconds, ""), (double)took_us / 1e6);
}

void measure_retry(const struct err *e)
{
    metric_add(by(&retries, "code", e->code), 1);
}

void measure_create_time(const char *topic)
{
    metric_add(by(&create_time, "topic", topic), 1);
}

void measure_dropped(const char *source, int fields)
{
    metric_add(by(&dropped, "source", source), fields);
}

void measure_unknown_source(const char *topic)
{
    metric_add(by(&unknown_source, "topic", topic), 1);
}

void measure_quarantine(const struct ingest_waiting *w)
{
    metric_set(metric_labelled(&waiting, ""), (double)w->n);
    metric_set(metric_labelled(&oldest, ""),
               w->n > 0 ? (double)(clock_wall_us() - w->oldest_us) / 1e6 : 0);
}

/* --- feeds --- */

/* Records in the log that are not in the ledger: of another log all of them. */
static double lag_of(const struct ingest *in, size_t part)
{
    const struct ingest_part *p = &in->parts[part];
    const struct feed *f = &in->feeds[part];
    int64_t end = lanes_end(in, part), next = p->next;

    if (hold_lasts(f->hold) && f->high >= 0) { /* librdkafka no longer looks there */
        end = f->high;
        next = f->hold == HOLD_CREATE_TIME && next > f->low ? next : f->low;
    }
    return end > next ? (double)(end - next) : 0;
}

/* Gauges by a label: those that are not given any more fall to 0. */
struct gauges {
    struct metric *metric;
    size_t n, cap;
    struct gauge {
        char labels[LABEL_BYTES];
        double value;
    } * list;
};

static void gauge_add(struct gauges *g, const char *labels, double value)
{
    size_t i = 0;

    while (i < g->n && strcmp(g->list[i].labels, labels) != 0)
        i++;
    if (i == g->cap) {
        g->cap = g->cap ? 2 * g->cap : 64;
        g->list = mem_resize(g->list, g->cap, sizeof(*g->list));
    }
    if (i == g->n) {
        g->list[g->n++].value = 0;
        snprintf(g->list[i].labels, sizeof(g->list[i].labels), "%s", labels);
    }
    g->list[i].value += value;
}

static void gauges_tell(struct gauges *g)
{
    for (size_t i = 0; i < g->n; i++) {
        metric_set(metric_labelled(g->metric, g->list[i].labels), g->list[i].value);
        g->list[i].value = 0;
    }
}

void measure_gaps(const struct ingest *in)
{
    static struct gauges g = {.metric = &gaps};

    for (size_t i = 0; i < in->n_gaps; i++) {
        char labels[LABEL_BYTES], clean[CONSUMER_TOPIC_BYTES];

        snprintf(labels, sizeof(labels), "topic=\"%s\",partition=\"%d\"",
                 safe(in->gaps[i].topic, clean), (int)in->gaps[i].partition);
        gauge_add(&g, labels, (double)in->gaps[i].records);
    }
    gauges_tell(&g);
}

void measure_feeds(const struct ingest *in)
{
    static const enum hold holds[] = {HOLD_TAKEN, HOLD_OUT_OF_RANGE, HOLD_CREATE_TIME,
                                      HOLD_OTHER_LOG, HOLD_DOUBT};
    static struct gauges g = {.metric = &lag};

    for (size_t i = 0; i < in->n_parts; i++) {
        char labels[LABEL_BYTES], clean[CONSUMER_TOPIC_BYTES];

        snprintf(labels, sizeof(labels), "topic=\"%s\"", safe(in->parts[i].topic, clean));
        gauge_add(&g, labels, lag_of(in, i));
    }
    gauges_tell(&g);
    for (size_t h = 0; h < sizeof(holds) / sizeof(holds[0]); h++) {
        double n = 0;

        for (size_t i = 0; i < in->n_parts; i++)
            n += in->feeds[i].hold == holds[h];
        metric_set(by(&held, "reason", hold_name(holds[h])), n);
    }
    metric_set(metric_labelled(&owned, ""), (double)in->n_parts);
}

void measure_state(const struct ingest *in)
{
    ready_note(in);
    metric_set(by(&up, "what", "postgresql"),
               peer_state(&in->postgresql) == PEER_DOWN ? 0 : 1);
    metric_set(by(&up, "what", "kafka"), consumer_up(in->consumer) ? 1 : 0);
}
