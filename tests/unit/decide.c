/* What examples in plain text cannot show: the trace, the words, evidence, odd input. */
#include "core/decision/decide.h"
#include "fact_case.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct testbook t;
static struct fact facts[8];
static size_t n;

static void set_up(void)
{
    testbook_init(&t);
    memset(facts, 0, sizeof(facts));
    n = 0;
}

TestSuite(decide, .init = set_up);

static struct fact *add(int64_t id, enum fact_kind kind, enum source_type type, int day)
{
    facts[n] = fact_said(id, kind, type, day);
    return &facts[n++];
}

static struct decision ask(int day, struct trace *trace)
{
    struct question q = {1, 1, CHANNEL_EMAIL, DAY(day), WHEN_NEVER};
    struct decision d;
    decide(&t.book, facts, n, &q, &d, trace);
    return d;
}

static const struct trace_step *step_of(const struct trace *trace, enum rule rule)
{
    return &trace->step[rule - 1];
}

/* What came along a tie that proved a mistake. */
Test(decide, a_fact_that_is_known_to_be_gone)
{
    struct question q = {1, 1, CHANNEL_EMAIL, DAY(20), DAY(4)};
    struct decision d;

    add(1, FACT_GRANT, SOURCE_DIRECT, 1);
    add(2, FACT_OPTOUT, SOURCE_DIRECT, 3)->gone_us = DAY(5);
    decide(&t.book, facts, n, &q, &d, NULL);
    cr_assert_eq(d.verdict, VERDICT_DENY);
    q.known_us = DAY(5);
    decide(&t.book, facts, n, &q, &d, NULL);
    cr_assert_eq(d.verdict, VERDICT_PERMIT);
    cr_assert_eq(ask(20, NULL).verdict, VERDICT_PERMIT);
}

Test(decide, words)
{
    for (int r = RULE_P1; r <= RULE_P21; r++) {
        char name[16];
        snprintf(name, sizeof(name), "P%d", r);
        cr_assert_str_eq(rule_name((enum rule)r), name);
        cr_assert_gt(strlen(rule_source((enum rule)r)), 5, "%s names its source", name);
    }
    cr_assert_str_eq(rule_name(RULE_NONE), "-");
    cr_assert_str_eq(rule_source(RULE_NONE), "");
    cr_assert_str_eq(rule_name((enum rule)99), "?");
    cr_assert_str_eq(rule_source((enum rule)99), "?");
#define X(num, id) cr_assert_str_eq(reason_name((enum reason)num), #id);
    REASONS(X)
#undef X
    cr_assert_str_eq(reason_name(REASON_NONE), "NONE");
    cr_assert_str_eq(reason_name((enum reason)99), "?");
#define X(bit, id) cr_assert_str_eq(obligation_name(1U << bit), #id);
    OBLIGATIONS(X)
#undef X
    cr_assert_str_eq(obligation_name(0), "?");
    cr_assert_str_eq(obligation_name(3), "?");
    cr_assert_str_eq(verdict_name(VERDICT_PERMIT), "PERMIT");
    cr_assert_str_eq(verdict_name(VERDICT_DENY), "DENY");
}

/* The lawyer sees both sides of it: what decided, and what came too late. */
Test(decide, trace_of_a_denial)
{
    struct trace trace;
    add(11, FACT_GRANT, SOURCE_DIRECT, 0);
    add(12, FACT_OPTOUT, SOURCE_MAILING, 10);
    add(13, FACT_GRANT, SOURCE_RESELLER, 20);
    struct decision d = ask(30, &trace);
    cr_assert_eq(d.rule, RULE_P9);
    cr_assert_eq(d.since_us, DAY(10));
    cr_assert_eq(d.known_us, DAY(20), "the youngest evidence");
    cr_assert_eq(d.n_evidence, 2);
    cr_assert(d.evidence[0] == 12 && d.evidence[1] == 13);
    cr_assert_eq(trace.n, 21);
    for (size_t i = 0; i < trace.n; i++)
        cr_assert_eq(trace.step[i].decided, trace.step[i].rule == RULE_P9);
    const struct trace_step *p13 = step_of(&trace, RULE_P13);
    cr_assert_eq(p13->reason, REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY);
    cr_assert(p13->n_evidence == 2 && p13->evidence[0] == 12 && p13->evidence[1] == 13);
    cr_assert_eq(step_of(&trace, RULE_P12)->reason, REASON_NO_AGREEMENT);
    cr_assert_eq(step_of(&trace, RULE_P12)->evidence[0], 13);
    cr_assert_eq(step_of(&trace, RULE_P19)->reason, REASON_CONSENT,
                 "the older consent would have been good");
    cr_assert_eq(step_of(&trace, RULE_P19)->evidence[0], 11);
}

/* Of two words that the person is old enough the latest is shown, whatever came first. */
Test(decide, trace_of_one_who_was_under_16)
{
    struct trace trace;
    add(11, FACT_MINOR, SOURCE_DIRECT, 0);
    add(12, FACT_ADULT, SOURCE_DPO, 10);
    add(13, FACT_ADULT, SOURCE_DPO, 5);
    add(14, FACT_GRANT, SOURCE_DIRECT, 20);
    cr_assert_eq(ask(30, &trace).rule, RULE_P19);
    const struct trace_step *p3 = step_of(&trace, RULE_P3);
    cr_assert_eq(p3->reason, REASON_UNDER_16);
    cr_assert_eq(p3->n_evidence, 2);
    cr_assert(p3->evidence[0] == 11 && p3->evidence[1] == 12);
}

Test(decide, trace_of_a_lifted_denial)
{
    struct trace trace;
    add(12, FACT_OPTOUT, SOURCE_MAILING, 10);
    add(14, FACT_OPTOUT, SOURCE_RESELLER, 11);
    add(13, FACT_GRANT, SOURCE_DIRECT, 20);
    struct decision d = ask(30, &trace);
    cr_assert_eq(d.rule, RULE_P19);
    cr_assert_eq(step_of(&trace, RULE_P9)->reason, REASON_OPTOUT);
    cr_assert_eq(step_of(&trace, RULE_P9)->n_evidence, 2);
    cr_assert_eq(step_of(&trace, RULE_P10)->reason, REASON_CONSENT);
    cr_assert_eq(step_of(&trace, RULE_P10)->evidence[0], 13);
    cr_assert_eq(step_of(&trace, RULE_P11)->reason, REASON_OPTOUT);
    cr_assert_eq(step_of(&trace, RULE_P21)->reason, REASON_NONE);
}

/* Gates that looked and let it pass say what they saw. */
Test(decide, trace_of_what_was_overcome)
{
    struct trace trace;
    add(1, FACT_PROCESSOR, SOURCE_DIRECT, 0)->controller = CONTROLLER_ANY;
    add(2, FACT_MINOR, SOURCE_DIRECT, 1)->controller = CONTROLLER_ANY;
    add(3, FACT_ADULT, SOURCE_DPO, 2)->controller = CONTROLLER_ANY;
    add(4, FACT_ERASURE, SOURCE_DPO, 3)->flags |= FACT_IS_CONFIRMED;
    add(5, FACT_BOUNCE, SOURCE_MAILING, 4);
    add(6, FACT_RESTRICTION, SOURCE_DPO, 5);
    add(7, FACT_RESTRICTION_LIFTED, SOURCE_DPO, 6);
    struct fact *g = add(8, FACT_GRANT, SOURCE_DIRECT, 7);
    g->flags |= FACT_IS_CONFIRMED;
    g->effective_us = DAY(8);
    struct decision d = ask(30, &trace);
    cr_assert_eq(d.verdict, VERDICT_PERMIT);
    static const enum reason seen[] = {REASON_PROCESSOR_ONLY, REASON_UNDER_16,
                                       REASON_ERASED, REASON_UNREACHABLE,
                                       REASON_RESTRICTED};
    for (size_t i = 0; i < COUNT_OF(seen); i++) {
        const struct trace_step *step = step_of(&trace, (enum rule)(RULE_P2 + i));
        cr_assert_eq(step->reason, seen[i]);
        cr_assert_not(step->decided);
        cr_assert_eq(step->n_evidence, 2);
    }
    cr_assert_eq(d.since_us, DAY(8));
}

Test(decide, trace_of_a_refusal_and_of_a_sale)
{
    struct trace trace;
    add(1, FACT_REFUSAL, SOURCE_DIRECT, 0);
    add(2, FACT_GRANT, SOURCE_DIRECT, 5);
    cr_assert_eq(ask(10, &trace).rule, RULE_P19);
    cr_assert_eq(step_of(&trace, RULE_P17)->reason, REASON_NOT_GIVEN);
    cr_assert_not(step_of(&trace, RULE_P17)->decided);
    struct question q = {1, 9, CHANNEL_EMAIL, DAY(10), WHEN_NEVER};
    struct decision d;
    facts[0].purpose = PURPOSE_ANY;
    decide(&t.book, facts, n, &q, &d, &trace);
    cr_assert_eq(d.rule, RULE_P20);
    cr_assert_eq(step_of(&trace, RULE_P8)->reason, REASON_SALE_DEFAULT);
    for (int r = RULE_P9; r <= RULE_P19; r++)
        cr_assert_eq(step_of(&trace, (enum rule)r)->reason, REASON_NONE);
    cr_assert_eq(step_of(&trace, RULE_P21)->reason, REASON_NONE);
}

/* P8 to P19 have nothing to say where P7 has decided, but the trace goes on. */
Test(decide, trace_goes_on_behind_the_decision)
{
    struct trace trace;
    add(1, FACT_MINOR, SOURCE_DIRECT, 0);
    add(2, FACT_OPTOUT, SOURCE_MAILING, 1);
    cr_assert_eq(ask(10, &trace).rule, RULE_P3);
    cr_assert_eq(step_of(&trace, RULE_P9)->reason, REASON_OPTOUT);
    cr_assert_not(step_of(&trace, RULE_P9)->decided);
    t.book.n_purposes = 0;
    cr_assert_eq(ask(10, &trace).rule, RULE_P1);
    cr_assert_eq(trace.n, 21);
}

/* Evidence: each ledger entry once, rising, with the event that ended an agreement. */
Test(decide, evidence_is_sorted_and_single)
{
    struct fact *g = add(30, FACT_GRANT, SOURCE_RESELLER, 0);
    g->flags |= FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE;
    g->agreement = 1;
    t.agreements[0].terminated_us = DAY(5);
    t.agreements[0].evidence_ledger_id = 7;
    struct decision d = ask(10, NULL);
    cr_assert_eq(d.reason, REASON_TERMINATED);
    cr_assert_eq(d.n_evidence, 2);
    cr_assert(d.evidence[0] == 7 && d.evidence[1] == 30);
    t.agreements[0].evidence_ledger_id = 30;
    d = ask(10, NULL);
    cr_assert_eq(d.n_evidence, 1);
}

Test(decide, no_evidence)
{
    struct decision d = ask(10, NULL);
    cr_assert_eq(d.reason, REASON_NO_GRANT);
    cr_assert_eq(d.n_evidence, 0);
    cr_assert_eq(d.since_us, WHEN_ALWAYS);
    cr_assert_eq(d.known_us, 0);
}

/* Several channels at once, none, or a wild card are no question. */
Test(decide, odd_questions)
{
    static const struct question odd[] = {
        {1, 1, CHANNEL_EMAIL | CHANNEL_PHONE, 0, 0},
        {1, 1, 0, 0, 0},
        {1, 1, 1 << 9, 0, 0},
        {0, 1, CHANNEL_EMAIL, 0, 0},
        {1, 0, CHANNEL_EMAIL, 0, 0},
        {1, -1, CHANNEL_EMAIL, 0, 0},
        {-5, 1, CHANNEL_EMAIL, 0, 0},
        {1, 1000, CHANNEL_EMAIL, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        struct decision d;
        decide(&t.book, facts, 0, &odd[i], &d, NULL);
        cr_assert_eq(d.reason, REASON_PURPOSE_NOT_DISCLOSED, "question %zu", i);
    }
}

/* Times at the ends of their range do not overflow. */
Test(decide, ends_of_time)
{
    add(1, FACT_OPTOUT, SOURCE_MAILING, 0)->to_us = WHEN_NEVER;
    add(2, FACT_GRANT, SOURCE_DIRECT, 5);
    cr_assert_eq(ask(10, NULL).rule, RULE_P9);
    facts[0].to_us = facts[0].from_us = WHEN_ALWAYS;
    cr_assert_eq(ask(10, NULL).rule, RULE_P19);
    facts[1].from_us = WHEN_ALWAYS;
    cr_assert_eq(ask(10, NULL).rule, RULE_P9);
    facts[0].from_us = facts[0].to_us =
        -1; /* before 1970, in the middle of a millisecond */
    facts[1].from_us = facts[1].to_us = -999;
    cr_assert_eq(ask(10, NULL).rule, RULE_P9);
    facts[1].from_us = facts[1].to_us = 0;
    cr_assert_eq(ask(10, NULL).rule, RULE_P19);
}

static struct fact *third_party(int64_t id, int day)
{
    struct fact *f = add(id, FACT_GRANT, SOURCE_RESELLER, day);
    f->flags |= FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE;
    f->agreement = 1;
    return f;
}

/* The register may lose a source or an agreement; the facts that name it stay. */
Test(decide, facts_of_parties_no_longer_in_the_register)
{
    third_party(1, 0);
    cr_assert_eq(ask(5, NULL).rule, RULE_P19);
    t.sources[5].valid.until_us = DAY(-1); /* gone from the register: still acme's */
    cr_assert_eq(ask(5, NULL).rule, RULE_P19);
    facts[0].source = 99;
    cr_assert_eq(ask(5, NULL).reason, REASON_NO_AGREEMENT);
    facts[0].source = 6;
    facts[0].agreement = 99;
    cr_assert_eq(ask(5, NULL).reason, REASON_NO_AGREEMENT);
    add(2, FACT_OPTOUT, SOURCE_RESELLER, -3);
    cr_assert_eq(ask(5, NULL).rule, RULE_P11, "an unknown agreement is not symmetric");
}

/* A suspension that stands in a version of the source which is not in force. */
Test(decide, suspended_in_another_version)
{
    third_party(1, 0);
    t.sources[17] = t.sources[5];
    t.sources[17].valid = (struct period){DAY(20), WHEN_NEVER};
    t.sources[17].suspended = (struct period){DAY(4), WHEN_NEVER};
    t.sources[5].valid.until_us = DAY(20);
    struct decision d = ask(5, NULL);
    cr_assert_eq(d.rule, RULE_P19);
    cr_assert_eq(d.valid_until_us, DAY(20));
    cr_assert_eq(ask(20, NULL).reason, REASON_SOURCE_SUSPENDED);
    t.sources[17].suspended = (struct period){DAY(-9), DAY(-1)}; /* long over */
    cr_assert_eq(ask(21, NULL).rule, RULE_P19);
}

/* Of several notices and interactions the one that matters. */
Test(decide, notices_and_interactions)
{
    third_party(1, 0);
    add(2, FACT_NOTICE, SOURCE_DPO, 60);
    struct fact *notice = add(3, FACT_NOTICE, SOURCE_DPO, 50);
    cr_assert_eq(ask(70, NULL).rule, RULE_P19);
    notice->controller = 4;
    cr_assert_eq(ask(55, NULL).reason, REASON_ART14_OVERDUE);
    cr_assert_eq(ask(70, NULL).rule, RULE_P19);
    set_up();
    t.book.windows.direct_reconfirm.days = 30;
    add(1, FACT_GRANT, SOURCE_DIRECT, 0);
    add(2, FACT_REACHED, SOURCE_DIRECT, 20);
    add(3, FACT_REACHED, SOURCE_DIRECT, 10);
    add(4, FACT_REACHED, SOURCE_DIRECT, 60);
    struct decision d = ask(40, NULL);
    cr_assert_eq(d.rule, RULE_P19);
    cr_assert_eq(d.valid_until_us, DAY(50));
    cr_assert_eq(ask(50, NULL).rule, RULE_P15);
}

/* The same fault twice: the later grant is named. Other windows have other units. */
Test(decide, flaws_alike)
{
    third_party(1, 0)->flags = FACT_IS_WARRANTY;
    third_party(2, 1)->flags = FACT_IS_WARRANTY;
    third_party(3, -1)->flags = FACT_IS_WARRANTY;
    struct decision d = ask(5, NULL);
    cr_assert_eq(d.reason, REASON_CONTROLLER_NOT_NAMED);
    cr_assert_eq(d.evidence[0], 2);
    set_up();
    t.book.windows.third_party_stale = (struct when_length){.us = WHEN_HOUR_US};
    third_party(1, 0);
    cr_assert_eq(ask(1, NULL).reason, REASON_STALE);
}

/* A trace shows every rule, also those behind the one that decided: they must bear a
 * purpose that nobody knows. */
Test(decide, a_trace_of_an_unknown_purpose)
{
    struct trace trace;
    struct decision d;
    const struct question q = {1, 99, CHANNEL_EMAIL, DAY(5), WHEN_NEVER};

    add(1, FACT_RESTRICTION, SOURCE_DPO, 0)->purpose = PURPOSE_ANY;
    decide(&t.book, facts, 1, &q, &d, &trace);
    cr_assert_eq(d.reason, REASON_PURPOSE_NOT_DISCLOSED);
    cr_assert_gt(trace.n, 6);
    cr_assert_eq(step_of(&trace, RULE_P6)->reason, REASON_RESTRICTED);
}
