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
    struct trace_set events;
    struct provenance p; /* of the above; facts known by K */
    struct effect_walk walk;
    size_t n_ties; /* with contacts that are the same person's */
    struct same_tie ties[TIES_MOST];
};

/* why: for the audit of openings. t->known as given, and the rest zeroed. */
bool traced_find(struct ctl *ctl, struct traced *t, const char *why, struct err *err);
void traced_done(struct traced *t);

int trace_say_words(const struct traced *t);

#define TRACE_MARGIN "    "

/* What an event changed, alike ones in one line (trace_fold.c); false: nothing. */
bool trace_did_say(const struct traced *t, const struct effect *e, size_t n);
/* Today's answers in the same way. */
void trace_answers_say(const struct traced *t, const struct effect *e, size_t n);

#endif
