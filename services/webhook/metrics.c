#include "metrics.h"

static struct metric metrics[] = {
#define X(id, kind_, name_, help_)                                                       \
    [METRIC_##id] = {.name = name_, .help = help_, .kind = METRIC_##kind_},
    WEBHOOK_METRICS(X)
#undef X
};

static struct metric_child *plain[N_WEBHOOK_METRICS];

void metrics_register(void)
{
    for (int i = 0; i < N_WEBHOOK_METRICS; i++) {
        metric_register(&metrics[i]);
        plain[i] = metric_labelled(&metrics[i], "");
    }
}

void metrics_add(enum webhook_metric m, double by)
{
    metric_add(plain[m], by);
}

void metrics_set(enum webhook_metric m, double to)
{
    metric_set(plain[m], to);
}

void metrics_observe(enum webhook_metric m, double value)
{
    metric_observe(plain[m], value);
}
