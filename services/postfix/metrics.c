#include "metrics.h"

#include <stdio.h>

static struct metric metrics[] = {
#define X(id, kind_, name_, help_)                                                       \
    [METRIC_##id] = {.name = name_, .help = help_, .kind = METRIC_##kind_},
    POSTFIX_METRICS(X)
#undef X
};

static struct metric_child *plain[N_POSTFIX_METRICS];
static struct metric_child *answers[N_ANSWERS];

void metrics_register(void)
{
    static const char *const names[N_ANSWERS] = {"refused", "pass", "temp", "timeout",
                                                 "perm"};
    char labels[32];

    for (int i = 0; i < N_POSTFIX_METRICS; i++) {
        metric_register(&metrics[i]);
        if (i != METRIC_ANSWERS)
            plain[i] = metric_labelled(&metrics[i], "");
    }
    for (int i = 0; i < N_ANSWERS; i++) {
        snprintf(labels, sizeof(labels), "answer=\"%s\"", names[i]);
        answers[i] = metric_labelled(&metrics[METRIC_ANSWERS], labels);
    }
}

void metrics_answer(enum answer answer, double seconds)
{
    metric_add(answers[answer], 1);
    metric_observe(plain[METRIC_TIME], seconds);
}

void metrics_broken(void)
{
    metric_add(plain[METRIC_BROKEN], 1);
}

void metrics_connections(double by)
{
    metric_add(plain[METRIC_CONNECTIONS], by);
}
