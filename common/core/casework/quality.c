#include "quality.h"

#include <string.h>

struct quality_sums quality_sums(const struct quality *q, int32_t source)
{
    struct quality_sums sums = {0};

    for (size_t i = 0; i < q->n_outcomes; i++) {
        const struct source_outcome *o = &q->outcomes[i];

        if (o->source != source)
            continue;
        sums.events += o->n;
        if (o->outcome <= OUTCOME_REFUSED)
            sums.of[o->outcome] += o->n;
        if (o->late)
            sums.late += o->n;
        if (o->outcome == OUTCOME_REFUSED && strcmp(o->reason, "UNDER_16") == 0)
            sums.minors += o->n;
    }
    return sums;
}

struct source_quality quality_worth(const struct quality *q, int32_t source)
{
    for (size_t i = 0; i < q->n_sources; i++)
        if (q->sources[i].source == source)
            return q->sources[i];
    return (struct source_quality){.source = source};
}

/* The reasons of quarantine, late or not, each once: neighbours but for that. */
int64_t quality_reason(const struct quality *q, size_t *at, int32_t source,
                       const char **ret_reason)
{
    int64_t n = 0;

    while (*at < q->n_outcomes && (q->outcomes[*at].source != source ||
                                   q->outcomes[*at].outcome != OUTCOME_QUARANTINED))
        (*at)++;
    if (*at == q->n_outcomes)
        return 0;
    *ret_reason = q->outcomes[*at].reason;
    while (*at < q->n_outcomes && q->outcomes[*at].source == source &&
           q->outcomes[*at].outcome == OUTCOME_QUARANTINED &&
           strcmp(q->outcomes[*at].reason, *ret_reason) == 0)
        n += q->outcomes[(*at)++].n;
    return n;
}

/* Both parts are sorted by source: the smallest above the last; -1: no more. */
int32_t quality_source_next(const struct quality *q, int32_t last)
{
    int32_t next = -1;

    for (size_t i = 0; i < q->n_outcomes; i++)
        if (q->outcomes[i].source > last && (next < 0 || q->outcomes[i].source < next))
            next = q->outcomes[i].source;
    for (size_t i = 0; i < q->n_sources; i++)
        if (q->sources[i].source > last && (next < 0 || q->sources[i].source < next))
            next = q->sources[i].source;
    return next;
}
