/* fact_case.h - facts of one small shape, by the day of 2026 on which they are; for the
 * tests of what is made of them. */
#ifndef CONSENT_TESTS_FACT_CASE_H
#define CONSENT_TESTS_FACT_CASE_H

#include "core/fact.h"
#include "testbook.h"

#define DAY(d) (testbook_time("2026-01-01T00:00:00Z") + (d)*WHEN_DAY_US)

/* Of controller 1, by e-mail; the source's number is its type's. */
static inline struct fact fact_of(int64_t id, enum fact_kind kind, enum source_type type,
                                  int16_t purpose, int64_t at_us)
{
    return (struct fact){.ledger_id = id,
                         .kind = (uint8_t)kind,
                         .source = (int32_t)type,
                         .source_type = (uint8_t)type,
                         .flags = source_type_direct(type) ? FACT_IS_DIRECT : 0,
                         .from_us = at_us,
                         .to_us = at_us,
                         .known_us = at_us,
                         .expires_us = WHEN_NEVER,
                         .controller = 1,
                         .purpose = purpose,
                         .channels = CHANNEL_EMAIL,
                         .stated = CHANNEL_EMAIL};
}

/* The same of what people say: a grant of purpose 1, a no to all that is promotional. */
static inline struct fact fact_said(int64_t id, enum fact_kind kind,
                                    enum source_type type, int day)
{
    return fact_of(id, kind, type, fact_kind_denial(kind) ? PURPOSE_PROMOTIONAL : 1,
                   DAY(day));
}

#endif
