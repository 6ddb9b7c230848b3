/*
 * late.h - what a denial that came late left permitted between its occurrence and its
 * arrival.
 *
 * Pure. For each instant of that time two questions: what would we have answered then,
 * with what was known then; and what is the answer for then once the denial is known.
 * Where the first is PERMIT and the second DENY, a message was wrongly permitted.
 */
#ifndef CONSENT_CORE_LATE_H
#define CONSENT_CORE_LATE_H

#include "core/decision/decide.h"

#define LATE_SCOPES_MAX 64

/* One (controller, purpose, channel) wrongly permitted. */
struct late_scope {
    int16_t controller;
    int16_t purpose;
    uint16_t channel;
    int64_t first_us;     /* from here on ...                  */
    int64_t until_us;     /* ... to here, perhaps with breaks  */
    int64_t permitted_us; /* how long in all                   */
};

/* facts: all of the contact, the denial among them. rb: the register as known just before
 * the denial arrived. Looks at what the contact's grants name and the denial covers, for
 * nothing else can have been permitted; channels of the contact's kind. Gives how many it
 * wrote, at most LATE_SCOPES_MAX. */
size_t late_find(const struct rulebook *rb, const struct fact *facts, size_t n,
                 const struct fact *denial, enum contact_kind kind,
                 struct late_scope ret[LATE_SCOPES_MAX]);

#endif
