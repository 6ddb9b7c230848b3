#include "base/metric.h"
#include "base/clock.h"
#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct metric_child {
    char *labels;
    const double *bounds;
    _Atomic double value; /* counter and gauge: the value; histogram: the sum */
    /* Histogram: one a bound, and the last for what is above all of them. Not cumulative
     * here, so that observing touches one of them only. */
    _Atomic uint64_t buckets[METRIC_BUCKETS];
    struct metric_child *next;
};

static const double metric_times[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                      0.5,   1,      2.5,   5,    10,    30,   60,  0};

/* Guards the lists, never the values. */
static pthread_mutex_t metric_lock = PTHREAD_MUTEX_INITIALIZER;
static struct metric *metric_first;

static size_t bound_count(const double *bounds)
{
    size_t n = 0;

    while (bounds[n] > 0)
        n++;
    return n;
}

void metric_register(struct metric *m)
{
    struct metric **at;

    if (m->kind == METRIC_HISTOGRAM && m->bounds == NULL)
        m->bounds = metric_times;
    assert(m->kind != METRIC_HISTOGRAM || bound_count(m->bounds) < METRIC_BUCKETS);
    pthread_mutex_lock(&metric_lock);
    for (at = &metric_first; *at != NULL && *at != m; at = &(*at)->next)
        ;
    *at = m;
    pthread_mutex_unlock(&metric_lock);
}

struct metric_child *metric_labelled(struct metric *m, const char *labels)
{
    struct metric_child **at, *found;
    size_t n = 0;

    pthread_mutex_lock(&metric_lock);
    for (at = &m->children; *at != NULL; at = &(*at)->next, n++) {
        if (strcmp((*at)->labels, labels) == 0)
            break;
        /* Full: the one child past the bound takes all the rest. */
        if (n == METRIC_CHILDREN_MAX)
            break;
    }
    if (*at == NULL) {
        *at = mem_zalloc(1, sizeof(**at));
        (*at)->labels = mem_strdup(n < METRIC_CHILDREN_MAX ? labels : "other=\"true\"");
        (*at)->bounds = m->bounds;
    }
    found = *at;
    pthread_mutex_unlock(&metric_lock);
    return found;
}

void metric_add(struct metric_child *c, double by)
{
    double old = atomic_load_explicit(&c->value, memory_order_relaxed);

    while (!atomic_compare_exchange_weak_explicit(
        &c->value, &old, old + by, memory_order_relaxed, memory_order_relaxed))
        ;
}

void metric_set(struct metric_child *c, double to)
{
    atomic_store_explicit(&c->value, to, memory_order_relaxed);
}

void metric_observe(struct metric_child *c, double value)
{
    size_t i = 0;

    while (c->bounds[i] > 0 && value > c->bounds[i])
        i++;
    atomic_fetch_add_explicit(&c->buckets[i], 1, memory_order_relaxed);
    metric_add(c, value);
}

/* The shortest of the usual forms that reads back as the same number. */
static const char *number_text(double value, char text[32])
{
    if (isnan(value))
        snprintf(text, 32, "NaN");
    else if (isinf(value))
        snprintf(text, 32, value > 0 ? "+Inf" : "-Inf");
    else {
        snprintf(text, 32, "%.15g", value);
        if (strtod(text, NULL) < value || strtod(text, NULL) > value)
            snprintf(text, 32, "%.17g", value);
    }
    return text;
}

static void print_histogram(struct buf *out, const struct metric *m,
                            struct metric_child *c)
{
    const char *comma = c->labels[0] != '\0' ? "," : "";
    const char *open = c->labels[0] != '\0' ? "{" : "";
    const char *close = c->labels[0] != '\0' ? "}" : "";
    uint64_t total = 0;
    char text[32];

    for (size_t i = 0;; i++) {
        bool last = !(m->bounds[i] > 0);

        total += atomic_load_explicit(&c->buckets[i], memory_order_relaxed);
        buf_addf(out, "%s_bucket{%s%sle=\"%s\"} %llu\n", m->name, c->labels, comma,
                 last ? "+Inf" : number_text(m->bounds[i], text),
                 (unsigned long long)total);
        if (last)
            break;
    }
    buf_addf(out, "%s_sum%s%s%s %s\n", m->name, open, c->labels, close,
             number_text(atomic_load_explicit(&c->value, memory_order_relaxed), text));
    buf_addf(out, "%s_count%s%s%s %llu\n", m->name, open, c->labels, close,
             (unsigned long long)total);
}

static void print_child(struct buf *out, const struct metric *m, struct metric_child *c)
{
    char text[32];

    number_text(atomic_load_explicit(&c->value, memory_order_relaxed), text);
    if (c->labels[0] == '\0')
        buf_addf(out, "%s %s\n", m->name, text);
    else
        buf_addf(out, "%s{%s} %s\n", m->name, c->labels, text);
}

static void print_process(struct buf *out, const char *name, const char *kind,
                          const char *help, double value)
{
    char text[32];

    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n%s %s\n", name, help, name, kind, name,
             number_text(value, text));
}

static bool read_proc(const char *path, char line[1024])
{
    FILE *f = fopen(path, "re");
    size_t n;

    if (f == NULL)
        return false;
    n = fread(line, 1, 1023, f);
    fclose(f);
    line[n] = '\0';
    return n > 0;
}

/* The second number of statm, in pages. */
static bool resident_bytes(double *ret)
{
    char line[1024];
    const char *at;

    if (!read_proc("/proc/self/statm", line) || (at = strchr(line, ' ')) == NULL)
        return false;
    *ret = (double)strtoull(at, NULL, 10) * (double)sysconf(_SC_PAGESIZE);
    return true;
}

/* The start in clock ticks since boot is the 22nd field of stat; the second one is the
 * name in parentheses, which may hold anything. */
static bool start_seconds(double *ret)
{
    char line[1024];
    const char *at;
    struct timespec up;

    if (!read_proc("/proc/self/stat", line))
        return false;
    at = strrchr(line, ')');
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at == NULL || clock_gettime(CLOCK_BOOTTIME, &up) != 0)
        return false;
    *ret = (double)clock_wall_us() / 1e6 -
           ((double)up.tv_sec + (double)up.tv_nsec / 1e9) +
           (double)strtoull(at, NULL, 10) / (double)sysconf(_SC_CLK_TCK);
    return true;
}

static void print_all_process(struct buf *out)
{
    static double started; /* asked once: the answer must not tremble. Under the lock. */
    struct timespec cpu;
    double value;

    if (resident_bytes(&value))
        print_process(out, "process_resident_memory_bytes", "gauge",
                      "Resident memory size in bytes.", value);
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0)
        print_process(out, "process_cpu_seconds_total", "counter",
                      "Total user and system CPU time spent in seconds.",
                      (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9);
    if (started > 0 || start_seconds(&started))
        print_process(out, "process_start_time_seconds", "gauge",
                      "Start time of the process since the Unix epoch in seconds.",
                      started);
}

bool metric_print(struct buf *out)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};

    pthread_mutex_lock(&metric_lock);
    for (const struct metric *m = metric_first; m != NULL; m = m->next) {
        buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name,
                 kinds[m->kind]);
        for (struct metric_child *c = m->children; c != NULL; c = c->next) {
            if (m->kind == METRIC_HISTOGRAM)
                print_histogram(out, m, c);
            else
                print_child(out, m, c);
        }
    }
    print_all_process(out);
    pthread_mutex_unlock(&metric_lock);
    return !out->overrun;
}
