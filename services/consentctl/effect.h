/*
 * effect.h - what an event did to the answer: the decision for each (controller, purpose,
 * channel) it touches, with what was known just before it, and with it.
 */
#ifndef CONSENT_CTL_EFFECT_H
#define CONSENT_CTL_EFFECT_H

#include "core/decide.h"
#include "store/fact_store.h"
#include "store/register_store.h"

#define EFFECTS_MAX 48

struct effect {
    int16_t controller;
    int16_t purpose; /* PURPOSE_PROMOTIONAL: any of them */
    uint16_t channel;
    struct decision before, after;
    bool changed; /* verdict or reason */
};

/* facts must be sorted by effect_sort. at_us is when the event became known; kind that of
 * the contact. Gives how many it wrote: one for each touched triple, at most EFFECTS_MAX.
 */
size_t effect_of(const struct register_snapshot *s, const struct fact *facts, size_t n,
                 enum contact_kind kind, int64_t ledger_id, int64_t known_us,
                 struct effect ret[EFFECTS_MAX]);

/* By known, then ledger id. */
void effect_sort(struct fact *facts, size_t n);

#endif
