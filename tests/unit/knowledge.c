/* Another time of knowledge: compare and late on hand-made facts and on random ones. */
#include "chance.h"
#include "knowledge_case.h"

TestSuite(knowledge, .init = begin);

static struct question ask(int64_t at_us, int64_t known_us)
{
    return (struct question){1, 1, CHANNEL_EMAIL, at_us, known_us};
}

/* --- compare --- */

Test(knowledge, nothing_became_known)
{
    const struct fact facts[] = {grant(1, now_us - DAY(5), now_us - DAY(5))};
    const struct question q = ask(now_us - DAY(1), now_us - DAY(1));
    struct comparison c;

    compare_knowledge(&t.book, &t.book, facts, 1, &q, WHEN_NEVER, &c);
    cr_assert_eq(c.as_known.verdict, VERDICT_PERMIT);
    cr_assert_not(compare_differs(&c.as_known, &c.in_fact));
    cr_assert_eq(c.n_later + c.n_steps, 0);
}

Test(knowledge, each_event_that_changes_the_answer_is_a_step)
{
    struct fact sent_twice = fact_of(FACT_OPTOUT, 3, now_us - DAY(4), now_us - DAY(1));
    const struct fact facts[] = {
        fact_of(FACT_OPTOUT, 4, now_us - DAY(3), now_us - DAY(1)),
        grant(1, now_us - DAY(5), now_us - DAY(5)), sent_twice,
        grant(2, now_us - DAY(4), now_us - DAY(2)), /* changes nothing */
    };
    const struct question q = ask(now_us - DAY(3), now_us - DAY(3));
    struct comparison c;

    compare_knowledge(&t.book, &t.book, facts, 4, &q, WHEN_NEVER, &c);
    cr_assert_eq(c.as_known.verdict, VERDICT_PERMIT);
    cr_assert_eq(c.in_fact.reason, REASON_OPTOUT);
    cr_assert_eq(c.n_later, 3);
    cr_assert_eq(c.n_steps, 1);
    cr_assert_eq(c.steps[0].known_us, now_us - DAY(1));
    cr_assert_eq(c.steps[0].n_events, 2);
    cr_assert_not(c.steps[0].of_register);
    cr_assert_not(compare_differs(&c.steps[0].after, &c.in_fact));
}

Test(knowledge, what_the_register_was_learnt_to_say_is_the_last_step)
{
    const struct fact facts[] = {grant(1, now_us - DAY(5), now_us - DAY(5))};
    const struct question q = ask(now_us, now_us);
    struct testbook learnt;
    struct comparison c;

    testbook_init(&learnt);
    learnt.agreements[0].breach_from_us = 0;
    compare_knowledge(&t.book, &learnt.book, facts, 1, &q, WHEN_NEVER, &c);
    cr_assert_eq(c.as_known.verdict, VERDICT_PERMIT);
    cr_assert_eq(c.in_fact.reason, REASON_INVALIDATED);
    cr_assert_eq(c.n_steps, 1);
    cr_assert(c.steps[0].of_register);
}

Test(knowledge, of_too_many_steps_the_last_stays)
{
    struct fact facts[2 * COMPARE_STEPS_MAX];
    const struct question q = ask(now_us, now_us - DAY(60));
    struct comparison c;

    for (int i = 0; i < 2 * COMPARE_STEPS_MAX; i++) { /* no, yes, no, yes */
        const int64_t us = now_us - DAY(50) + DAY(i);

        facts[i] = i % 2 ? grant(i + 1, us, us) : fact_of(FACT_OPTOUT, i + 1, us, us);
        facts[i].flags |= FACT_IS_DIRECT;
        facts[i].source = 1;
        facts[i].source_type = SOURCE_DIRECT;
    }
    compare_knowledge(&t.book, &t.book, facts, 2 * COMPARE_STEPS_MAX, &q, WHEN_NEVER, &c);
    cr_assert(c.more);
    cr_assert_eq(c.n_steps, COMPARE_STEPS_MAX);
    cr_assert_eq(c.steps[COMPARE_STEPS_MAX - 1].known_us,
                 facts[2 * COMPARE_STEPS_MAX - 1].known_us);
    cr_assert_not(compare_differs(&c.steps[COMPARE_STEPS_MAX - 1].after, &c.in_fact));
}

/* The same sets in every run. */
static int draw(int below)
{
    static uint64_t state = 20260201;

    return (int)(chance_next(&state) % (uint64_t)below);
}

/* Few days, few kinds, so that ties and reversals happen. */
static size_t random_facts(struct fact *facts, size_t most)
{
    const size_t n = (size_t)draw((int)most + 1);

    for (size_t i = 0; i < n; i++) {
        const int64_t occurred_us = now_us - DAY(draw(20));
        const int64_t known_us = occurred_us + DAY(draw(10));

        facts[i] = draw(2) ? grant((int64_t)i + 1, occurred_us, known_us)
                           : fact_of(FACT_OPTOUT, (int64_t)i + 1, occurred_us, known_us);
        if (draw(2)) {
            facts[i].flags |= FACT_IS_DIRECT;
            facts[i].source = 1;
            facts[i].source_type = SOURCE_DIRECT;
        }
    }
    return n;
}

Test(knowledge, both_sides_are_what_decide_says_and_the_steps_lead_there)
{
    struct fact facts[8];

    for (int i = 0; i < 20000; i++) {
        const size_t n = random_facts(facts, 8);
        const int64_t at_us = now_us - DAY(draw(20));
        struct question q = ask(at_us, at_us);
        struct comparison c;
        struct decision d;

        compare_knowledge(&t.book, &t.book, facts, n, &q, WHEN_NEVER, &c);
        decide(&t.book, facts, n, &q, &d, NULL);
        cr_assert_not(compare_differs(&d, &c.as_known), "set %d", i);
        q.known_us = WHEN_NEVER;
        decide(&t.book, facts, n, &q, &d, NULL);
        cr_assert_not(compare_differs(&d, &c.in_fact), "set %d", i);
        const struct decision *last = &c.as_known;
        for (size_t k = 0; k < c.n_steps; k++) {
            cr_assert(c.steps[k].known_us > (k ? c.steps[k - 1].known_us : at_us));
            cr_assert(compare_differs(last, &c.steps[k].after), "set %d", i);
            last = &c.steps[k].after;
        }
        cr_assert_not(compare_differs(last, &c.in_fact), "set %d", i);
    }
}

/* --- late --- */

Test(knowledge, permitted_from_the_grants_arrival_to_the_denials)
{
    const struct fact facts[] = {
        grant(1, now_us - DAY(20), now_us - DAY(8)),
        fact_of(FACT_OPTOUT, 2, now_us - DAY(10), now_us - DAY(1)),
    };
    struct late_scope s[LATE_SCOPES_MAX];

    cr_assert_eq(late_find(&t.book, facts, 2, &facts[1], CONTACT_EMAIL, s), 1);
    cr_assert_eq(s[0].controller, 1);
    cr_assert_eq(s[0].purpose, 1);
    cr_assert_eq(s[0].channel, CHANNEL_EMAIL);
    cr_assert_eq(s[0].first_us, now_us - DAY(8));
    cr_assert_eq(s[0].until_us, now_us - DAY(1));
    cr_assert_eq(s[0].permitted_us, DAY(7));
}

Test(knowledge, time_in_which_it_was_denied_anyway_does_not_count)
{
    const struct fact facts[] = {
        grant(1, now_us - DAY(20), now_us - DAY(20)),
        fact_of(FACT_OPTOUT, 2, now_us - DAY(10), now_us - DAY(1)),
        fact_of(FACT_OPTOUT, 3, now_us - DAY(12), now_us - DAY(7)),
    };
    struct late_scope s[LATE_SCOPES_MAX];

    cr_assert_eq(late_find(&t.book, facts, 3, &facts[1], CONTACT_EMAIL, s), 1);
    cr_assert_eq(s[0].permitted_us, DAY(3));
    /* the grant expired in between: not permitted from then on */
    struct fact expiring[] = {facts[0], facts[1]};
    expiring[0].expires_us = now_us - DAY(9);
    cr_assert_eq(late_find(&t.book, expiring, 2, &expiring[1], CONTACT_EMAIL, s), 1);
    cr_assert_eq(s[0].permitted_us, DAY(1));
}

Test(knowledge, only_what_the_denial_covers_and_the_contact_can_be_reached_by)
{
    struct fact facts[] = {
        grant(1, now_us - DAY(20), now_us - DAY(20)),
        grant(2, now_us - DAY(20), now_us - DAY(20)),
        grant(3, now_us - DAY(20), now_us - DAY(20)),
        fact_of(FACT_OPTOUT, 4, now_us - DAY(10), now_us - DAY(1)),
    };
    struct late_scope s[LATE_SCOPES_MAX];

    facts[1].purpose = 2;
    facts[2].controller = 2;
    cr_assert_eq(late_find(&t.book, facts, 4, &facts[3], CONTACT_EMAIL, s), 1);
    facts[3].purpose = PURPOSE_PROMOTIONAL;
    cr_assert_eq(late_find(&t.book, facts, 4, &facts[3], CONTACT_EMAIL, s), 2);
    facts[3].controller = CONTROLLER_ANY;
    cr_assert_eq(late_find(&t.book, facts, 4, &facts[3], CONTACT_EMAIL, s), 3);
    facts[3].purpose = PURPOSE_ANY;
    cr_assert_eq(late_find(&t.book, facts, 4, &facts[3], CONTACT_EMAIL, s), 3);
    cr_assert_eq(late_find(&t.book, facts, 4, &facts[3], CONTACT_PHONE, s), 0);
    facts[3].channels = CHANNEL_POST;
    cr_assert_eq(late_find(&t.book, facts, 4, &facts[3], CONTACT_EMAIL, s), 0);
}

Test(knowledge, nothing_is_wrong_that_a_later_grant_had_lifted)
{
    struct fact facts[] = {
        grant(1, now_us - DAY(20), now_us - DAY(20)),
        fact_of(FACT_OPTOUT, 2, now_us - DAY(10), now_us - DAY(1)),
        grant(3, now_us - DAY(9), now_us - DAY(9)),
    };
    struct late_scope s[LATE_SCOPES_MAX];

    facts[2].flags |= FACT_IS_DIRECT;
    facts[2].source = 1;
    facts[2].source_type = SOURCE_DIRECT;
    cr_assert_eq(late_find(&t.book, facts, 3, &facts[1], CONTACT_EMAIL, s), 1);
    cr_assert_eq(s[0].permitted_us, DAY(1));
}

Test(knowledge, many_events_of_one_moment_are_one_step)
{
    struct fact facts[2 * COMPARE_EVENTS_MAX];
    const struct question q = ask(now_us - DAY(3), now_us - DAY(3));
    struct comparison c;

    for (int i = 0; i < 2 * COMPARE_EVENTS_MAX; i++)
        facts[i] = fact_of(FACT_OPTOUT, 1 + i / 2 * 2, now_us - DAY(4), now_us - DAY(1));
    compare_knowledge(&t.book, &t.book, facts, COUNT_OF(facts), &q, WHEN_NEVER, &c);
    cr_assert_eq(c.n_steps, 1);
    cr_expect_eq(c.steps[0].n_events, COMPARE_EVENTS_MAX);
    cr_expect_eq(c.n_later, COUNT_OF(facts));
    for (int i = 0; i < 2 * COMPARE_EVENTS_MAX; i++)
        facts[i].ledger_id = i;
    compare_knowledge(&t.book, &t.book, facts, COUNT_OF(facts), &q, WHEN_NEVER, &c);
    cr_expect_eq(c.steps[0].n_events, COMPARE_EVENTS_MAX, "the others do not fit");
}

/* A bounce that was learnt of with the denial ends in between: the reason of the denial
 * in fact changes there, the time wrongly permitted goes on. */
Test(knowledge, what_is_so_in_fact_may_change_in_between)
{
    struct fact facts[] = {
        grant(1, now_us - DAY(20), now_us - DAY(20)),
        fact_of(FACT_BOUNCE, 2, now_us - DAY(10), now_us - DAY(1)),
        fact_of(FACT_OPTOUT, 3, now_us - DAY(10), now_us - DAY(1)),
    };
    struct late_scope s[LATE_SCOPES_MAX];

    facts[1].expires_us = now_us - DAY(5);
    cr_assert_eq(late_find(&t.book, facts, 3, &facts[2], CONTACT_EMAIL, s), 1);
    cr_expect_eq(s[0].first_us, now_us - DAY(10));
    cr_expect_eq(s[0].until_us, now_us - DAY(1));
    cr_expect_eq(s[0].permitted_us, DAY(9));
}

/* "All promotion" covers no purpose of another class, nor one that the register lacks. */
Test(knowledge, what_all_promotion_does_not_cover)
{
    struct fact facts[] = {
        grant(1, now_us - DAY(20), now_us - DAY(20)),
        grant(2, now_us - DAY(20), now_us - DAY(20)),
        fact_of(FACT_OPTOUT, 3, now_us - DAY(10), now_us - DAY(1)),
    };
    struct late_scope s[LATE_SCOPES_MAX];

    facts[0].purpose = 5; /* solicited */
    facts[1].purpose = 99;
    facts[2].purpose = PURPOSE_PROMOTIONAL;
    cr_expect_eq(late_find(&t.book, facts, 3, &facts[2], CONTACT_EMAIL, s), 0);
}

/* A number has calls and messages; a scope asked about twice counts once; one in which
 * nothing was permitted is none. */
Test(knowledge, each_scope_is_asked_about_once)
{
    struct fact facts[] = {
        grant(1, now_us - DAY(20), now_us - DAY(20)),
        grant(2, now_us - DAY(19), now_us - DAY(19)),
        fact_of(FACT_OPTOUT, 3, now_us - DAY(10), now_us - DAY(1)),
        fact_of(FACT_OPTOUT, 4, now_us - DAY(12), now_us - DAY(12)),
    };
    struct late_scope s[LATE_SCOPES_MAX];

    for (int i = 0; i < 3; i++)
        facts[i].channels = facts[i].stated = CHANNEL_PHONE | CHANNEL_SMS;
    cr_expect_eq(late_find(&t.book, facts, 3, &facts[2], CONTACT_PHONE, s), 2);
    facts[3].channels = CHANNELS_ALL;
    cr_expect_eq(late_find(&t.book, facts, 4, &facts[2], CONTACT_PHONE, s), 0);
    facts[0].known_us = facts[1].known_us = now_us; /* not yet known then */
    cr_expect_eq(late_find(&t.book, facts, 3, &facts[2], CONTACT_PHONE, s), 0);
}

Test(knowledge, more_scopes_than_fit_are_left_out)
{
    struct fact facts[LATE_SCOPES_MAX + 3];
    struct late_scope s[LATE_SCOPES_MAX];

    for (int i = 0; i < LATE_SCOPES_MAX + 2; i++) {
        facts[i] = grant(i + 1, now_us - DAY(20), now_us - DAY(20));
        facts[i].controller = (int16_t)(i + 1);
    }
    facts[LATE_SCOPES_MAX + 2] =
        fact_of(FACT_OPTOUT, 900, now_us - DAY(10), now_us - DAY(1));
    facts[LATE_SCOPES_MAX + 2].controller = CONTROLLER_ANY;
    cr_expect_leq(late_find(&t.book, facts, COUNT_OF(facts), &facts[LATE_SCOPES_MAX + 2],
                            CONTACT_EMAIL, s),
                  LATE_SCOPES_MAX);
}
