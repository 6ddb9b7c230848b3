/* knowledge_case.h - facts of a reseller and an opt-out; for knowledge.c, whatif.c,
 * provenance.c. */
#ifndef CONSENT_TESTS_KNOWLEDGE_CASE_H
#define CONSENT_TESTS_KNOWLEDGE_CASE_H

#include "testbook.h"

#include "core/people/compare.h"
#include "core/casework/late.h"
#include "core/casework/whatif.h"

#include <criterion/criterion.h>

#define DAY(n) ((int64_t)(n)*WHEN_DAY_US)

static struct testbook t;
static int64_t now_us; /* 2026-02-01 */

static void begin(void)
{
    testbook_init(&t);
    now_us = testbook_time("2026-02-01T00:00:00Z");
}

static inline struct fact fact_of(enum fact_kind kind, int64_t ledger_id,
                                  int64_t occurred_us, int64_t known_us)
{
    return (struct fact){.ledger_id = ledger_id,
                         .known_us = known_us,
                         .from_us = occurred_us,
                         .to_us = occurred_us,
                         .expires_us = WHEN_NEVER,
                         .source = 6, /* acme */
                         .controller = 1,
                         .purpose = 1,
                         .channels = CHANNEL_EMAIL,
                         .stated = CHANNEL_EMAIL,
                         .kind = (uint8_t)kind,
                         .source_type = SOURCE_RESELLER};
}

/* Of acme, under ACME, with all that P12 asks for. */
static inline struct fact grant(int64_t ledger_id, int64_t occurred_us, int64_t known_us)
{
    struct fact g = fact_of(FACT_GRANT, ledger_id, occurred_us, known_us);

    g.agreement = 1;
    g.flags = FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE;
    return g;
}

#endif
