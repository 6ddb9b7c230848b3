#include "ingest.h"

#include "base/clock.h"
#include "base/metric.h"

#include <stdio.h>
#include <string.h>

#define TALLY_MAX   256
#define LABEL_BYTES 512

// clang-format off
static const double rows_bounds[] = {1, 5, 20, 100, 500, 1000, 2000, 5000, 10000, 20000, 0};
static struct metric events = {"consent_ingest_events_total",
    "Records taken in, by source and what became of them.", METRIC_COUNTER, NULL, NULL, NULL};
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
    struct metric *all[] = {&events,      &faults,  &batch_rows,  &batch_seconds,
                            &lag_seconds, &retries, &create_time, &unknown_source,
                            &lag,         &held,    &owned,       &waiting,
                            &oldest,      &up,      &dropped};

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

struct tally {
    int32_t source;
    enum outcome outcome;
    double n;
};

static void count(struct tally *tallies, size_t *n, int32_t source, enum outcome outcome)
{
    for (size_t i = *n; i-- > 0;)
        if (tallies[i].source == source && tallies[i].outcome == outcome) {
            tallies[i].n++;
            return;
        }
    if (*n < TALLY_MAX)
        tallies[(*n)++] = (struct tally){source, outcome, 1};
}

static bool among(const uint32_t *rows, size_t n, size_t row)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i] == row)
            return true;
    return false;
}

static enum outcome outcome_of(const struct ingest_batch *b, size_t i,
                               const struct ingest_done *done)
{
    if (done != NULL && among(done->duplicates, done->n_duplicates, i))
        return OUTCOME_DUPLICATE;
    if (done != NULL && among(done->reuses, done->n_reuses, i))
        return OUTCOME_QUARANTINED;
    return (enum outcome)b->rows[i].outcome;
}

void measure_batch(const struct ingest *in, const struct ingest_batch *b, size_t from,
                   size_t to, const struct ingest_done *done)
{
    static struct tally tallies[TALLY_MAX];
    size_t n = 0;
    int64_t oldest_us = INT64_MAX;

    for (size_t i = from; i < to; i++) {
        const struct ingest_row *r = &b->rows[i];

        if (r->slot < 0)
            continue;
        count(tallies, &n, r->source, outcome_of(b, i, done));
        if (r->known_us < oldest_us)
            oldest_us = r->known_us;
        if (!r->reason.null)
            metric_add(by(&faults, "reason", ingest_batch_text(b, r->reason)), 1);
    }
    if (done != NULL && done->n_reuses > 0)
        metric_add(by(&faults, "reason", "ID_REUSE"), (double)done->n_reuses);
    for (size_t i = 0; i < n; i++) {
        const struct source *s = rulebook_source_n(&in->reg->book, tallies[i].source);
        char labels[LABEL_BYTES], clean[CONSUMER_TOPIC_BYTES];

        snprintf(labels, sizeof(labels), "source=\"%s\",outcome=\"%s\"",
                 s ? safe(s->id, clean) : "", outcome_name(tallies[i].outcome));
        metric_add(metric_labelled(&events, labels), tallies[i].n);
    }
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

/* Partitions of a topic stand side by side in an assignment, but nobody promises it. */
static double topic_lag(const struct ingest *in, const char *topic)
{
    double sum = 0;

    for (size_t i = 0; i < in->n_parts; i++) {
        const struct ingest_part *p = &in->parts[i];
        int64_t end;

        if (strcmp(p->topic, topic) != 0)
            continue;
        end = consumer_end(in->consumer, p->topic, p->partition);
        if (end > p->next)
            sum += (double)(end - p->next);
    }
    return sum;
}

void measure_feeds(const struct ingest *in)
{
    static const enum hold holds[] = {HOLD_TAKEN, HOLD_OUT_OF_RANGE, HOLD_CREATE_TIME};

    for (size_t i = 0; i < in->n_parts; i++)
        if (i == 0 || strcmp(in->parts[i].topic, in->parts[i - 1].topic) != 0)
            metric_set(by(&lag, "topic", in->parts[i].topic),
                       topic_lag(in, in->parts[i].topic));
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
