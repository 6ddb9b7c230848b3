/*
 * compare.h - lawful as known, and lawful in fact: one question, two times of knowledge.
 *
 * Pure. "As known" is the answer for T with what was known at K (usually K = T: what we
 * could know when we acted); "in fact" the answer for the same T with what is known now.
 * The steps say which events made the difference, in the order in which they became
 * known, and last what the register and the agreements were learnt to say since.
 */
#ifndef CONSENT_CORE_COMPARE_H
#define CONSENT_CORE_COMPARE_H

#include "core/lists/list.h"

#define COMPARE_STEPS_MAX  16
#define COMPARE_EVENTS_MAX 4

/* A moment at which verdict, rule or reason of the answer for T changed. */
struct compare_step {
    bool of_register; /* the register or an agreement; no event about the contact */
    int64_t known_us; /* when its events became known; of_register: not said */
    size_t n_events;
    int64_t events[COMPARE_EVENTS_MAX]; /* ledger ids known at that moment */
    struct decision after;
};

struct comparison {
    struct decision as_known, in_fact;
    size_t n_later; /* facts about the contact that became known in between */
    size_t n_steps;
    bool more; /* steps than fit: the last one is always there */
    struct compare_step steps[COMPARE_STEPS_MAX];
};

/* q asks as known at q->known_us under `then`, the register as known at that time; `now`
 * is the register as known at now_us. */
void compare_knowledge(const struct rulebook *then, const struct rulebook *now,
                       const struct fact *facts, size_t n, const struct question *q,
                       int64_t now_us, struct comparison *ret);

/* Differs in verdict, rule or reason. */
bool compare_differs(const struct decision *a, const struct decision *b);

#endif
