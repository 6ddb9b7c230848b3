#include "core/list.h"
#include "testbook.h"

#include <criterion/criterion.h>

static struct testbook t;
static struct fact facts[4];

#define DAY(n) (testbook_time("2026-01-01T00:00:00Z") + (n)*WHEN_DAY_US)

static struct fact fact(int64_t id, enum fact_kind kind, int16_t purpose, int64_t at_us)
{
    return (struct fact){.ledger_id = id,
                         .kind = (uint8_t)kind,
                         .source = 1,
                         .source_type = SOURCE_DIRECT,
                         .flags = FACT_IS_DIRECT,
                         .from_us = at_us,
                         .to_us = at_us,
                         .known_us = at_us,
                         .expires_us = WHEN_NEVER,
                         .controller = 1,
                         .purpose = purpose,
                         .channels = CHANNEL_EMAIL,
                         .stated = CHANNEL_EMAIL};
}

static struct list make_list(enum list_polarity polarity)
{
    return (struct list){.id = "promotional-email",
                         .valid = ALWAYS_VALID,
                         .number = 1,
                         .controller = 1,
                         .purpose = PURPOSE_PROMOTIONAL,
                         .channel = CHANNEL_EMAIL,
                         .polarity = (uint8_t)polarity};
}

/* What was, what is decided, what follows. */
static const struct {
    enum list_polarity polarity;
    enum list_status last;
    bool permitted;
    enum list_status next;
} rows[] = {
    {LIST_DENY, LIST_ABSENT, false, LIST_SUPPRESSED},
    {LIST_DENY, LIST_ABSENT, true, LIST_ABSENT}, /* never suppressed: never released */
    {LIST_DENY, LIST_SUPPRESSED, false, LIST_SUPPRESSED},
    {LIST_DENY, LIST_SUPPRESSED, true, LIST_RELEASED},
    {LIST_DENY, LIST_RELEASED, false, LIST_SUPPRESSED},
    {LIST_DENY, LIST_RELEASED, true, LIST_RELEASED},
    {LIST_PERMIT, LIST_ABSENT, false, LIST_ABSENT},
    {LIST_PERMIT, LIST_ABSENT, true, LIST_PERMITTED},
    {LIST_PERMIT, LIST_PERMITTED, false, LIST_RELEASED},
    {LIST_PERMIT, LIST_PERMITTED, true, LIST_PERMITTED},
    {LIST_PERMIT, LIST_RELEASED, false, LIST_RELEASED},
    {LIST_PERMIT, LIST_RELEASED, true, LIST_PERMITTED},
};

Test(list, every_step)
{
    testbook_init(&t);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct list list = make_list(rows[i].polarity);
        struct standing s;
        facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
        list_standing(&t.book, &list, CONTACT_EMAIL, facts, rows[i].permitted ? 1 : 0,
                      DAY(1), rows[i].last, &s);
        cr_assert_eq(s.status, rows[i].next, "row %zu", i);
        cr_assert_eq(s.decision.verdict == VERDICT_PERMIT, rows[i].permitted);
    }
}

Test(list, another_kind_of_contact)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    struct standing s;
    list_standing(&t.book, &list, CONTACT_PHONE, NULL, 0, DAY(1), LIST_SUPPRESSED, &s);
    cr_assert_eq(s.status, LIST_ABSENT);
    cr_assert_eq(s.decision.rule, RULE_NONE);
    cr_assert_eq(s.decision.valid_until_us, WHEN_NEVER);
}

/* A list that is not in force takes nothing back, and wakes when it begins and ends. */
Test(list, not_in_force)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    list.purpose = 1;
    list.valid = (struct period){DAY(10), DAY(20)};
    struct standing s;
    facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(9), LIST_SUPPRESSED, &s);
    cr_assert_eq(s.status, LIST_SUPPRESSED);
    cr_assert_eq(s.decision.valid_until_us, DAY(10));
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(10), LIST_SUPPRESSED, &s);
    cr_assert_eq(s.status, LIST_RELEASED);
    cr_assert_eq(s.decision.valid_until_us, DAY(20));
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(20), LIST_SUPPRESSED, &s);
    cr_assert_eq(s.status, LIST_SUPPRESSED);
    cr_assert_eq(s.decision.valid_until_us, WHEN_NEVER);
}

/* The answer's own end comes first where it is earlier than the list's. */
Test(list, wakes_at_the_earlier_end)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    list.purpose = 1;
    list.valid = (struct period){DAY(10), DAY(20)};
    struct standing s;
    facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
    facts[0].expires_us = DAY(5);
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(1), LIST_ABSENT, &s);
    cr_assert_eq(s.decision.valid_until_us, DAY(5));
    facts[0].expires_us = DAY(15);
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(11), LIST_ABSENT, &s);
    cr_assert_eq(s.decision.valid_until_us, DAY(15));
}

/* K is the rulebook's: what became known later is not looked at. */
Test(list, as_known)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    struct standing s;
    facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
    facts[0].known_us = DAY(3);
    t.book.known_us = DAY(2);
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(1), LIST_ABSENT, &s);
    cr_assert_eq(s.status, LIST_SUPPRESSED);
    t.book.known_us = DAY(3);
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(1), LIST_ABSENT, &s);
    cr_assert_eq(s.status, LIST_ABSENT);
}

Test(list, a_register_without_promotion)
{
    testbook_init(&t);
    struct question q = {1, PURPOSE_PROMOTIONAL, CHANNEL_EMAIL, DAY(1), WHEN_NEVER};
    struct decision d;
    t.book.n_purposes = 0;
    decide_any(&t.book, NULL, 0, &q, &d, NULL);
    cr_assert_eq(d.rule, RULE_P1);
    cr_assert_eq(d.verdict, VERDICT_DENY);
}

/* The trace is that of the purpose which speaks for the stream; obligations are all. */
Test(list, trace_and_obligations_of_a_stream)
{
    testbook_init(&t);
    struct question q = {1, PURPOSE_PROMOTIONAL, CHANNEL_EMAIL, DAY(3), WHEN_NEVER};
    struct decision plain, traced;
    struct trace trace;
    facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
    facts[1] = fact(2, FACT_GRANT, 2, DAY(1));
    facts[1].flags = FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE;
    facts[1].source = 6;
    facts[1].source_type = SOURCE_RESELLER;
    facts[1].agreement = 1;
    decide_any(&t.book, facts, 2, &q, &plain, NULL);
    decide_any(&t.book, facts, 2, &q, &traced, &trace);
    cr_assert_eq(plain.verdict, VERDICT_PERMIT);
    cr_assert_eq(plain.obligations, OBLIGATION_OPT_OUT_LINK |
                                        OBLIGATION_ART21_4_STATEMENT |
                                        OBLIGATION_ART14_NOTICE);
    cr_assert_eq(memcmp(&plain, &traced, sizeof(plain)), 0);
    cr_assert_eq(trace.n, 21);
    cr_assert(trace.step[18].decided);
}

/* The register's order does not show: of equals the smaller number speaks. */
Test(list, purposes_in_any_order)
{
    testbook_init(&t);
    struct question q = {1, PURPOSE_PROMOTIONAL, CHANNEL_EMAIL, DAY(3), WHEN_NEVER};
    struct decision before, after;
    facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
    facts[1] = fact(2, FACT_GRANT, 4, DAY(0));
    decide_any(&t.book, facts, 2, &q, &before, NULL);
    struct purpose swap = t.purposes[0];
    t.purposes[0] = t.purposes[3];
    t.purposes[3] = swap;
    decide_any(&t.book, facts, 2, &q, &after, NULL);
    cr_assert_eq(before.n_evidence, 1);
    cr_assert_eq(before.evidence[0], 1);
    cr_assert_eq(memcmp(&before, &after, sizeof(before)), 0);
}
