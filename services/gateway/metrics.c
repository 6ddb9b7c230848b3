#include "metrics.h"

#include "base/log.h"

#include <stdio.h>

static struct metric metrics[] = {
#define X(id, kind_, name_, help_)                                                       \
    [METRIC_##id] = {.name = name_, .help = help_, .kind = METRIC_##kind_},
    GATEWAY_METRICS(X)
#undef X
};

void metrics_register(void)
{
    for (int i = 0; i < N_GATEWAY_METRICS; i++)
        metric_register(&metrics[i]);
    metric_labelled(&metrics[METRIC_NOT_DELIVERED], "");
}

void metrics_unsubscribe(const char *what, unsigned status, bool took, double seconds)
{
    char labels[80];

    snprintf(labels, sizeof(labels), "what=\"%s\",status=\"%u\",recorded=\"%s\"", what,
             status, took ? "yes" : "no");
    metric_add(metric_labelled(&metrics[METRIC_UNSUBSCRIBE], labels), 1);
    snprintf(labels, sizeof(labels), "what=\"%s\"", what);
    metric_observe(metric_labelled(&metrics[METRIC_UNSUBSCRIBE_TIME], labels), seconds);
}

void metrics_event(const char *source, const char *what)
{
    char labels[160];

    snprintf(labels, sizeof(labels), "source=\"%s\",what=\"%s\"", source, what);
    metric_add(metric_labelled(&metrics[METRIC_EVENTS], labels), 1);
}

void metrics_refused_link(const char *why)
{
    char labels[48];

    snprintf(labels, sizeof(labels), "why=\"%s\"", why);
    metric_add(metric_labelled(&metrics[METRIC_REFUSED_LINKS], labels), 1);
}

void metrics_up(const char *what, bool up, struct peer *peer, const struct err *err)
{
    char labels[48];

    if (up)
        peer_up(peer);
    else
        peer_down(peer, err);
    snprintf(labels, sizeof(labels), "what=\"%s\"", what);
    metric_set(metric_labelled(&metrics[METRIC_UP], labels), up ? 1 : 0);
}

void metrics_not_delivered(void)
{
    metric_add(metric_labelled(&metrics[METRIC_NOT_DELIVERED], ""), 1);
}

void metrics_register_version(double version)
{
    metric_set(metric_labelled(&metrics[METRIC_REGISTER], ""), version);
}
