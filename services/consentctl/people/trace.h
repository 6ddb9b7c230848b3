/* trace.h - what consentctl trace has found, for its form in words. */
#ifndef CONSENT_CTL_TRACE_H
#define CONSENT_CTL_TRACE_H

#include "who.h"

#include "core/people/provenance.h"
#include "store/people/fact_store.h"
#include "store/people/trace_store.h"

struct traced {
    struct who who;
    struct register_snapshot *s;
    struct fact_set facts;
    struct trace_set events;
    struct provenance p; /* of the above; facts known by K */
    struct effect_walk walk;
};

int trace_say_words(const struct traced *t);

#endif
