/* quality.h - what a source's events were worth: sums over counts and facts. Pure. */
#ifndef CONSENT_CORE_QUALITY_H
#define CONSENT_CORE_QUALITY_H

#include "core/vocab.h"

/* What became of the records of a feed. */
struct source_outcome {
    int32_t source;
    uint8_t outcome;    /* enum outcome */
    const char *reason; /* borrowed from the result */
    bool late;
    int64_t n;
};

/* What a source handed over, by the facts. */
struct source_quality {
    int32_t source;
    int64_t contacts;    /* in grants and leads                                 */
    int64_t grants;      /* events                                              */
    int64_t unwarranted; /* of them third-party ones without a warranty         */
    int64_t suppressed;  /* of them for a contact that had said no before        */
    int64_t complained;  /* contacts that complained after they were handed over */
};

struct quality {
    size_t n_outcomes, n_sources;
    struct source_outcome *outcomes; /* by source, outcome, reason */
    struct source_quality *sources;  /* by source                  */
};

/* One source's sums; reasons stay with the outcomes they came in. */
struct quality_sums {
    int64_t events, of[OUTCOME_REFUSED + 1], late, minors;
};

struct quality_sums quality_sums(const struct quality *q, int32_t source);
struct source_quality quality_worth(const struct quality *q, int32_t source);

/* Goes over the reasons of a source's quarantined, each once: *at begins with 0; gives
 * how many, 0 at the end. */
int64_t quality_reason(const struct quality *q, size_t *at, int32_t source,
                       const char **ret_reason);

/* The next source above last (-1: the first); -1: no more. 0: of feeds without one. */
int32_t quality_source_next(const struct quality *q, int32_t last);

#endif
