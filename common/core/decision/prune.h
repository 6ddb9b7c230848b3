/*
 * prune.h - fewer facts, the same answers.
 *
 * Anybody can sign up or opt out ten thousand times. Of acts that are alike but for their
 * time only the last one matters from then on, so whoever asks several questions about
 * one contact (its lists, say) first leaves the others out, once.
 */
#ifndef CONSENT_CORE_PRUNE_H
#define CONSENT_CORE_PRUNE_H

#include "core/register/rulebook.h"

/* Moves the facts that matter to the front, in their order, and returns how many they
 * are. Every question with at_us or later as T, and a K that knows all the facts, has the
 * same answer as before; evidence and all, but valid_until may be later (and as honest).
 * One pass; no allocation. */
size_t facts_prune(const struct rulebook *rb, struct fact *facts, size_t n,
                   int64_t at_us);

#endif
