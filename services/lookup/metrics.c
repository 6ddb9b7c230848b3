#include "metrics.h"

#include <stdio.h>

static struct metric metrics[] = {
#define X(id, kind_, name_, help_)                                                       \
    [METRIC_##id] = {.name = name_, .help = help_, .kind = METRIC_##kind_},
    LOOKUP_METRICS(X)
#undef X
};

static struct metric_child *plain[N_LOOKUP_METRICS];
static struct metric_child *verdicts[2];

static bool by_list(int m)
{
    return m >= METRIC_ACKNOWLEDGEMENTS && m <= METRIC_LATE_OPT_OUTS;
}

void metrics_register(void)
{
    for (int i = 0; i < N_LOOKUP_METRICS; i++) {
        metric_register(&metrics[i]);
        if (i != METRIC_REQUESTS && i != METRIC_TIME && i != METRIC_DECISIONS &&
            i != METRIC_UP && !by_list(i))
            plain[i] = metric_labelled(&metrics[i], "");
    }
    verdicts[VERDICT_DENY] =
        metric_labelled(&metrics[METRIC_DECISIONS], "verdict=\"DENY\"");
    verdicts[VERDICT_PERMIT] =
        metric_labelled(&metrics[METRIC_DECISIONS], "verdict=\"PERMIT\"");
}

void metrics_add(enum lookup_metric m, double by)
{
    metric_add(plain[m], by);
}

void metrics_set(enum lookup_metric m, double to)
{
    metric_set(plain[m], to);
}

void metrics_up(const char *what, bool up)
{
    char labels[32];

    snprintf(labels, sizeof(labels), "what=\"%s\"", what);
    metric_set(metric_labelled(&metrics[METRIC_UP], labels), up ? 1 : 0);
}

void metrics_request(enum lookup_route route, unsigned status, double seconds)
{
    char labels[64];

    snprintf(labels, sizeof(labels), "route=\"%s\",status=\"%u\"",
             lookup_route_name(route), status);
    metric_add(metric_labelled(&metrics[METRIC_REQUESTS], labels), 1);
    snprintf(labels, sizeof(labels), "route=\"%s\"", lookup_route_name(route));
    metric_observe(metric_labelled(&metrics[METRIC_TIME], labels), seconds);
}

void metrics_list(enum lookup_metric m, const char *list, const char *labels, double v)
{
    char text[160];
    struct metric_child *child;

    snprintf(text, sizeof(text), "list=\"%s\"%s", list, labels);
    child = metric_labelled(&metrics[m], text);
    if (metrics[m].kind == METRIC_COUNTER)
        metric_add(child, v);
    else
        metric_set(child, v);
}

void metrics_decisions(enum verdict verdict, double n)
{
    metric_add(verdicts[verdict], n);
}
