/* quality: sums over what became of a source's events, and the words beside them. */
#include "testbook.h"

#include "core/casework/quality.h"
#include "core/event/quarantine.h"
#include "core/casework/rights.h"

#include <criterion/criterion.h>

static struct source_outcome outcomes[] = {
    {0, OUTCOME_QUARANTINED, "UNKNOWN_TYPE", false, 1},
    {3, OUTCOME_ACCEPTED, "", false, 10},
    {3, OUTCOME_ACCEPTED, "", true, 4},
    {3, OUTCOME_QUARANTINED, "BAD_VALUE", false, 2},
    {3, OUTCOME_QUARANTINED, "BAD_VALUE", true, 1},
    {3, OUTCOME_QUARANTINED, "BACKDATED", false, 5},
    {3, OUTCOME_REFUSED, "UNDER_16", false, 6},
    {3, OUTCOME_REFUSED, "PROCESSOR_ONLY", false, 7},
    {5, OUTCOME_QUARANTINED, "BACKDATED", false, 9},
    {5, 200, "", false, 1}, /* of a version to come: counted, but under no word */
};
static struct source_quality worths[] = {{.source = 3, .grants = 8}, {.source = 9}};
static const struct quality q = {COUNT_OF(outcomes), COUNT_OF(worths), outcomes, worths};

Test(quality, sums_of_a_source)
{
    const struct quality_sums s = quality_sums(&q, 3);

    cr_expect_eq(s.events, 35);
    cr_expect_eq(s.of[OUTCOME_ACCEPTED], 14);
    cr_expect_eq(s.of[OUTCOME_QUARANTINED], 8);
    cr_expect_eq(s.of[OUTCOME_REFUSED], 13);
    cr_expect_eq(s.late, 5);
    cr_expect_eq(s.minors, 6);
    cr_expect_eq(quality_sums(&q, 5).events, 10);
    cr_expect_eq(quality_sums(&q, 4).events, 0);
}

Test(quality, each_reason_once)
{
    const char *reason;
    size_t at = 0;

    cr_expect_eq(quality_reason(&q, &at, 3, &reason), 3);
    cr_expect_str_eq(reason, "BAD_VALUE");
    cr_expect_eq(quality_reason(&q, &at, 3, &reason), 5);
    cr_expect_str_eq(reason, "BACKDATED");
    cr_expect_eq(quality_reason(&q, &at, 3, &reason), 0);
    at = 0;
    cr_expect_eq(quality_reason(&q, &at, 5, &reason), 9);
    at = 0;
    /* the next source begins with the same reason; then the next outcome does */
    struct source_outcome side[] = {{1, OUTCOME_QUARANTINED, "BAD_VALUE", false, 1},
                                    {2, OUTCOME_QUARANTINED, "BAD_VALUE", false, 2},
                                    {2, OUTCOME_REFUSED, "BAD_VALUE", false, 4}};
    const struct quality beside = {3, 0, side, NULL};
    at = 0;
    cr_expect_eq(quality_reason(&beside, &at, 1, &reason), 1);
    cr_expect_eq(quality_reason(&beside, &at, 1, &reason), 0);
    at = 0;
    cr_expect_eq(quality_reason(&beside, &at, 2, &reason), 2);
    cr_expect_eq(quality_reason(&beside, &at, 2, &reason), 0);
    at = 0;
    cr_expect_eq(quality_reason(&(struct quality){9, 0, outcomes, NULL}, &at, 5, &reason),
                 9, "the last of all");
}

Test(quality, sources_one_after_the_other)
{
    const int32_t want[] = {0, 3, 5, 9, -1};
    int32_t last = -1;

    for (size_t i = 0; i < COUNT_OF(want); i++) {
        last = quality_source_next(&q, last);
        cr_expect_eq(last, want[i]);
    }
    /* in whatever order they stand */
    struct source_outcome turned[] = {{.source = 7}, {.source = 2}, {.source = 4}};
    struct source_quality more[] = {{.source = 6}, {.source = 1}, {.source = 8}};
    const struct quality other = {3, 3, turned, more};
    last = -1;
    for (int32_t n = 0; n < 6; n++) {
        const int32_t next = quality_source_next(&other, last);
        cr_expect_gt(next, last);
        last = next;
    }
    cr_expect_eq(quality_source_next(&other, last), -1);
}

Test(quality, worth_of_one_that_handed_over_nothing)
{
    cr_expect_eq(quality_worth(&q, 3).grants, 8);
    cr_expect_eq(quality_worth(&q, 9).source, 9);
    cr_expect_eq(quality_worth(&q, 5).source, 5);
    cr_expect_eq(quality_worth(&q, 5).grants, 0);
}

Test(quality, words_of_states)
{
    cr_expect_str_eq(quarantine_state_name(QUARANTINE_WAITING), "waiting");
    cr_expect_str_eq(quarantine_state_name(QUARANTINE_REPLAYED), "replayed");
    cr_expect_str_eq(quarantine_state_name(QUARANTINE_DISCARDED), "discarded");
    cr_expect_str_eq(rights_state_name(RIGHTS_PAUSED), "paused");
}
