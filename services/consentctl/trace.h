/* trace.h - what consentctl trace has found, for its two forms. */
#ifndef CONSENT_CTL_TRACE_H
#define CONSENT_CTL_TRACE_H

#include "effect.h"
#include "who.h"

#include "store/trace_store.h"

struct traced {
    struct who who;
    int64_t now_us;
    struct register_snapshot *s;
    struct fact_set facts;
    size_t n_facts; /* known by K, sorted */
    struct trace_set events;
};

int trace_say_json(const struct traced *t);
int trace_say_words(const struct traced *t);

const struct source *trace_source(const struct traced *t, const struct trace_event *e);

/* The agreement that the event's facts rest upon, 0: none. */
int32_t trace_agreement(const struct traced *t, const struct trace_event *e);

/* Every triple that the contact's facts touch, with today's decision in after. */
size_t trace_answers(const struct traced *t, struct effect ret[EFFECTS_MAX]);

#endif
