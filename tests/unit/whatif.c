/* Another register or window: what would change on a list. */
#include "knowledge_case.h"

TestSuite(whatif, .init = begin);

static struct list list_of(enum list_polarity polarity)
{
    return (struct list){.id = "list",
                         .valid = ALWAYS_VALID,
                         .number = 1,
                         .controller = 1,
                         .purpose = 1,
                         .channel = CHANNEL_EMAIL,
                         .polarity = (uint8_t)polarity};
}

Test(whatif, on_off_reason_same)
{
    const struct fact facts[] = {grant(1, now_us - DAY(5), now_us - DAY(5))};
    const struct list deny = list_of(LIST_DENY), permit = list_of(LIST_PERMIT);
    struct testbook other;
    struct standing s[2];

    testbook_init(&other);
    other.agreements[0].breach_from_us = 0;
#define CHANGE(a, x, b, y)                                                               \
    whatif_compare(&(struct whatif_side){&(a), (x)}, &(struct whatif_side){&(b), (y)},   \
                   CONTACT_EMAIL, facts, 1, now_us, &s[0], &s[1])
    cr_assert_eq(CHANGE(t.book, &deny, t.book, &deny), WHATIF_SAME);
    cr_assert_eq(CHANGE(t.book, &deny, other.book, &deny), WHATIF_ON);
    cr_assert_eq(CHANGE(other.book, &deny, t.book, &deny), WHATIF_OFF);
    cr_assert_eq(CHANGE(t.book, &permit, other.book, &permit), WHATIF_OFF);
    cr_assert_eq(CHANGE(t.book, NULL, other.book, &deny), WHATIF_ON);
    cr_assert_eq(CHANGE(other.book, &deny, other.book, NULL), WHATIF_OFF);
    cr_assert_eq(CHANGE(t.book, NULL, t.book, &deny), WHATIF_SAME);
    t.agreements[0].terminated_us = now_us;
    cr_assert_eq(CHANGE(t.book, &deny, other.book, &deny), WHATIF_REASON);
    cr_assert_eq(s[0].decision.reason, REASON_TERMINATED);
    cr_assert_eq(s[1].decision.reason, REASON_INVALIDATED);
}

Test(whatif, an_end_once_said_stands_a_term_is_the_last_said)
{
    struct agreement a = t.agreements[0];
    struct agreement_fact said = {.from_us = WHEN_ALWAYS,
                                  .until_us = WHEN_NEVER,
                                  .terminated_us = 2000,
                                  .breach_from_us = WHEN_NEVER};

    whatif_agreement(&a, &said);
    cr_assert_eq(a.terminated_us, 2000);
    cr_assert_eq(a.valid.until_us, t.agreements[0].valid.until_us);
    cr_assert_eq(a.valid.from_us, t.agreements[0].valid.from_us);
    cr_assert_eq(a.breach_from_us, WHEN_NEVER);
    said.terminated_us = 3000;
    said.breach_from_us = 500;
    said.from_us = 100;
    said.until_us = 9000;
    whatif_agreement(&a, &said);
    cr_assert_eq(a.terminated_us, 2000);
    cr_assert_eq(a.breach_from_us, 500);
    cr_assert_eq(a.valid.from_us, 100);
    said.until_us = 8000;
    whatif_agreement(&a, &said);
    cr_assert_eq(a.valid.until_us, 8000);
}

Test(whatif, windows_as_the_register_writes_them)
{
    static const struct {
        const char *name, *value, *code;
    } bad[] = {
        {"art14", "soon", "BAD_WINDOW"},
        {"soft_opt_in", "yes", "BAD_WINDOW"},
        {"none", "P1D", "NO_WINDOW"},
        {"skew", "PT1M", "WINDOW_ADMITS"},
        {"soft_bounce", "P1D", "WINDOW_ADMITS"},
        {"backdated_grant", "P1D", "WINDOW_ADMITS"},
    };
    struct windows w = t.book.windows;
    struct err err;

    cr_assert(whatif_window(&w, "art14", "P2M", &err));
    cr_assert_eq(w.art14.months, 2);
    cr_assert(whatif_window(&w, "third_party_stale", "P10D", &err));
    cr_assert_eq(w.third_party_stale.days, 10);
    cr_assert(whatif_window(&w, "sale_reoptin", "P24M", &err));
    cr_assert(whatif_window(&w, "direct_reconfirm", "P24M", &err));
    cr_assert(whatif_window(&w, "soft_opt_in", "true", &err));
    cr_assert(w.soft_opt_in);
    cr_assert(whatif_window(&w, "third_party_evidence", "false", &err));
    cr_assert_not(w.third_party_evidence);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct windows before = w;

        cr_assert_not(whatif_window(&w, bad[i].name, bad[i].value, &err));
        cr_assert_str_eq(err.code, bad[i].code);
        cr_assert_eq(memcmp(&before, &w, sizeof(w)), 0);
    }
}

Test(whatif, another_reason_by_the_same_rule_or_another)
{
    struct fact facts[] = {grant(1, now_us - DAY(5), now_us - DAY(5))};
    const struct list deny = list_of(LIST_DENY);
    struct testbook other;
    struct standing s[2];

    testbook_init(&other);
    other.agreements[0].warranty = false;
    facts[0].flags &= ~(uint32_t)FACT_IS_EVIDENCE;
    cr_expect_eq(whatif_compare(&(struct whatif_side){&t.book, &deny},
                                &(struct whatif_side){&other.book, &deny}, CONTACT_EMAIL,
                                facts, 1, now_us, &s[0], &s[1]),
                 WHATIF_REASON);
    cr_expect_eq(s[0].decision.rule, s[1].decision.rule);
    cr_expect_eq(s[0].decision.reason, REASON_EVIDENCE_MISSING);
    cr_expect_eq(s[1].decision.reason, REASON_NO_WARRANTY);
    facts[0].flags |= FACT_IS_EVIDENCE;
    t.agreements[0].terminated_us = now_us;
    cr_expect_eq(whatif_compare(&(struct whatif_side){&t.book, &deny},
                                &(struct whatif_side){&other.book, &deny}, CONTACT_EMAIL,
                                facts, 1, now_us, &s[0], &s[1]),
                 WHATIF_REASON);
    cr_expect_neq(s[0].decision.rule, s[1].decision.rule);
}

Test(whatif, on_for_the_same_reason_is_the_same)
{
    const struct fact facts[] = {
        fact_of(FACT_OPTOUT, 1, now_us - DAY(5), now_us - DAY(5))};
    const struct list deny = list_of(LIST_DENY);
    const struct whatif_side side = {&t.book, &deny};
    struct standing s[2];

    cr_expect_eq(
        whatif_compare(&side, &side, CONTACT_EMAIL, facts, 1, now_us, &s[0], &s[1]),
        WHATIF_SAME);
    cr_expect_eq(s[0].decision.reason, REASON_OPTOUT);
}
