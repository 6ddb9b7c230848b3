/* trace.h - what consentctl trace has found, for its form in words. */
#ifndef CONSENT_CTL_TRACE_H
#define CONSENT_CTL_TRACE_H

#include "who.h"

#include "core/people/provenance.h"
#include "store/people/fact_store.h"
#include "store/people/same_store.h"
#include "store/people/trace_store.h"

#define TIES_MOST 64 /* that are shown */

struct traced {
    const char *known; /* as known then; NULL: now */
    struct who who;
    struct register_snapshot *s;
    struct fact_set facts;
    struct trace_ids ids; /* of its events: they are loaded and said page by page */
    struct provenance p;  /* of the facts that were known by K */
    struct effect_walk walk;
    size_t n_ties; /* with contacts that are the same person's */
    struct same_tie ties[TIES_MOST];
};

/* The time line in words: what stands before the events, each of them, and what follows
 * from all. */
void trace_words_begin(const struct traced *t);
void trace_words_event(const struct traced *t, const struct trace_event *e);
void trace_words_end(const struct traced *t);

#define TRACE_MARGIN "    "

/* What an event changed, alike ones in one line (trace_fold.c); false: nothing. */
bool trace_did_say(const struct traced *t, const struct effect *e, size_t n);
/* Today's answers in the same way. */
void trace_answers_say(const struct traced *t, const struct effect *e, size_t n);

#endif
