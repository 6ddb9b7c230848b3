/* readings.h - the facts that the questions of one call are answered from. */
#ifndef CONSENT_LOOKUP_READINGS_H
#define CONSENT_LOOKUP_READINGS_H

#include "worker.h"

/* For every one of w->keys, w->readings: where in w->facts its facts are. */
bool readings_find(struct worker *w, struct err *err);

/* Answers question i. Of a number with two readings a no to either counts, and a yes to
 * both. trace: NULL, or why. */
void readings_judge(struct worker *w, size_t i, struct trace *trace);

#endif
