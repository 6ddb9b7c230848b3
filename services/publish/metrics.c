#include "metrics.h"

static const double publish_sizes[] = {1,   2,   5,    10,   20,   50,    100,
                                       200, 500, 1000, 2000, 5000, 10000, 0};

static struct metric metrics[] = {
#define X(id, kind_, bounds_, name_, help_)                                              \
    [METRIC_##                                                                           \
        id] = {.name = name_, .help = help_, .kind = METRIC_##kind_, .bounds = bounds_},
    PUBLISH_METRICS(X)
#undef X
};

static struct metric_child *plain[N_PUBLISH_METRICS];

void metrics_register(void)
{
    for (int i = 0; i < N_PUBLISH_METRICS; i++)
        metric_register(&metrics[i]);
    for (int i = 0; i < N_PUBLISH_METRICS; i++)
        if (i != METRIC_ENTRIES && i != METRIC_BATCHES && i != METRIC_RECEIPTS &&
            i != METRIC_LISTS && i != METRIC_UP)
            plain[i] = metric_labelled(&metrics[i], "");
}

struct metric_child *metrics_child(enum publish_metric m, const char *labels)
{
    return metric_labelled(&metrics[m], labels);
}

void metrics_add(enum publish_metric m, double by)
{
    metric_add(plain[m], by);
}

void metrics_set(enum publish_metric m, double to)
{
    metric_set(plain[m], to);
}

void metrics_observe(enum publish_metric m, double value)
{
    metric_observe(plain[m], value);
}
