/* metric: the text format, bounds, labels, and counting from many threads. */
#include "base/metric.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Every test is a process of its own, so these are fresh in each. */
static struct metric events = {
    .name = "t_events_total", .help = "Events.", .kind = METRIC_COUNTER};
static struct metric lag = {.name = "t_lag", .help = "Lag.", .kind = METRIC_GAUGE};
static const double bounds[] = {0.5, 2, 0};
static struct metric sizes = {
    .name = "t_size", .help = "Sizes.", .kind = METRIC_HISTOGRAM, .bounds = bounds};
static struct metric times = {
    .name = "t_seconds", .help = "Times.", .kind = METRIC_HISTOGRAM};

static struct buf out;

static void setup(void)
{
    buf_init(&out, 1 << 20);
    metric_register(&events);
    metric_register(&lag);
    metric_register(&sizes);
    metric_register(&times);
}

static void teardown(void)
{
    buf_done(&out);
}

TestSuite(metric, .init = setup, .fini = teardown);

static const char *print(void)
{
    buf_reset(&out);
    cr_assert(metric_print(&out));
    return out.data;
}

static bool has(const char *piece)
{
    return strstr(print(), piece) != NULL;
}

Test(metric, families_come_in_order_with_help_and_type)
{
    const char *text = print();
    const char *one = strstr(text, "# HELP t_events_total Events.\n"
                                   "# TYPE t_events_total counter\n");
    const char *two = strstr(text, "# HELP t_lag Lag.\n# TYPE t_lag gauge\n");

    cr_assert_eq(one, text);
    cr_assert_not_null(two);
    cr_assert_lt(one, two);
    cr_assert_not_null(strstr(text, "# TYPE t_size histogram\n"));
}

Test(metric, registering_twice_is_once)
{
    metric_register(&events);
    metric_register(&times);
    cr_assert_null(
        strstr(strstr(print(), "# HELP t_events_total") + 1, "# HELP t_events_total"));
}

Test(metric, counter_and_gauge)
{
    struct metric_child *plain = metric_labelled(&events, "");
    struct metric_child *acme =
        metric_labelled(&events, "source=\"acme\",outcome=\"ok\"");

    cr_assert(has("\nt_events_total 0\n"));
    metric_add(plain, 1);
    metric_add(plain, 41);
    metric_add(acme, 3);
    cr_assert_eq(metric_labelled(&events, "source=\"acme\",outcome=\"ok\""), acme);
    cr_assert(
        has("\nt_events_total 42\nt_events_total{source=\"acme\",outcome=\"ok\"} 3\n"));
    metric_set(metric_labelled(&lag, ""), 1.5);
    metric_add(metric_labelled(&lag, ""), -2);
    cr_assert(has("\nt_lag -0.5\n"));
}

static const struct {
    double value;
    const char *line;
} numbers[] = {
    {0, "\nt_lag 0\n"},
    {0.1, "\nt_lag 0.1\n"},
    {1e15 - 1, "\nt_lag 999999999999999\n"},
    {9007199254740991.0, "\nt_lag 9007199254740991\n"},
    {1764000000.123456, "\nt_lag 1764000000.123456\n"},
    {1.0 / 3, "\nt_lag 0.33333333333333331\n"},
    {1e300 * 1e300, "\nt_lag +Inf\n"},
    {-1e300 * 1e300, "\nt_lag -Inf\n"},
};

Test(metric, numbers_read_back)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        metric_set(metric_labelled(&lag, ""), numbers[i].value);
        cr_assert(has(numbers[i].line), "row %zu: %s", i, out.data);
    }
}

Test(metric, histogram_is_cumulative)
{
    struct metric_child *c = metric_labelled(&sizes, "");

    metric_observe(c, 0.25);
    metric_observe(c, 0.5); /* a bound belongs below it */
    metric_observe(c, 0.75);
    metric_observe(c, 99);
    cr_assert(has("\nt_size_bucket{le=\"0.5\"} 2\nt_size_bucket{le=\"2\"} 3\n"
                  "t_size_bucket{le=\"+Inf\"} 4\nt_size_sum 100.5\nt_size_count 4\n"));
}

Test(metric, histogram_with_labels)
{
    metric_observe(metric_labelled(&sizes, "list=\"a\""), 1);
    cr_assert(has("\nt_size_bucket{list=\"a\",le=\"0.5\"} 0\n"
                  "t_size_bucket{list=\"a\",le=\"2\"} 1\n"
                  "t_size_bucket{list=\"a\",le=\"+Inf\"} 1\n"
                  "t_size_sum{list=\"a\"} 1\nt_size_count{list=\"a\"} 1\n"));
}

Test(metric, times_have_preset_bounds)
{
    metric_observe(metric_labelled(&times, ""), 0.02);
    cr_assert(has("t_seconds_bucket{le=\"0.01\"} 0\nt_seconds_bucket{le=\"0.025\"} 1\n"));
    cr_assert(has("t_seconds_bucket{le=\"60\"} 1\nt_seconds_bucket{le=\"+Inf\"} 1\n"));
}

Test(metric, children_are_bounded)
{
    struct metric_child *first_over, *c = NULL;
    char labels[32];

    for (int i = 0; i < METRIC_CHILDREN_MAX; i++) {
        snprintf(labels, sizeof(labels), "n=\"%d\"", i);
        c = metric_labelled(&events, labels);
        metric_add(c, 1);
    }
    first_over = metric_labelled(&events, "n=\"more\"");
    cr_assert_neq(first_over, c);
    cr_assert_eq(metric_labelled(&events, "n=\"yet more\""), first_over);
    cr_assert_eq(metric_labelled(&events, labels), c, "known ones are still found");
    metric_add(first_over, 7);
    cr_assert(has("\nt_events_total{other=\"true\"} 7\n"));
    cr_assert_not(has("more"));
    cr_assert(has("\nt_events_total{n=\"1999\"} 1\n"));
}

static void *count(void *arg)
{
    (void)arg;
    for (int i = 0; i < 50000; i++) {
        metric_add(metric_labelled(&events, i % 2 ? "k=\"odd\"" : "k=\"even\""), 1);
        metric_observe(metric_labelled(&sizes, ""), 1);
    }
    return NULL;
}

Test(metric, threads_lose_nothing)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, count, NULL), 0);
    for (int i = 0; i < 20; i++)
        print();
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    cr_assert(has("\nt_events_total{k=\"odd\"} 100000\n"));
    cr_assert(has("\nt_events_total{k=\"even\"} 100000\n"));
    cr_assert(has("\nt_size_sum 200000\nt_size_count 200000\n"));
}

static double after(const char *name)
{
    const char *at = strstr(print(), name);

    cr_assert_not_null(at, "%s", name);
    return strtod(at + strlen(name), NULL);
}

Test(metric, process)
{
    double started = after("\nprocess_start_time_seconds ");

    cr_assert_gt(after("\nprocess_resident_memory_bytes "), 100000);
    cr_assert_geq(after("\nprocess_cpu_seconds_total "), 0);
    cr_assert_leq(started, (double)time(NULL) + 1);
    cr_assert_gt(started, (double)time(NULL) - 600);
    cr_assert_float_eq(after("\nprocess_start_time_seconds "), started, 0);
}

Test(metric, a_full_buffer_is_told)
{
    struct buf small;

    buf_init(&small, 10);
    cr_assert_not(metric_print(&small));
    buf_done(&small);
}
