/* Another time of knowledge, another register: compare, late and whatif on hand-made
 * facts and on random ones. */
#include "chance.h"
#include "testbook.h"

#include "core/compare.h"
#include "core/late.h"
#include "core/whatif.h"

#include <criterion/criterion.h>

#define DAY(n) ((int64_t)(n)*WHEN_DAY_US)

static struct testbook t;
static int64_t now_us; /* 2026-02-01 */

static void begin(void)
{
    testbook_init(&t);
    now_us = testbook_time("2026-02-01T00:00:00Z");
}

TestSuite(knowledge, .init = begin);

static struct fact fact_of(enum fact_kind kind, int64_t ledger_id, int64_t occurred_us,
                           int64_t known_us)
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
static struct fact grant(int64_t ledger_id, int64_t occurred_us, int64_t known_us)
{
    struct fact g = fact_of(FACT_GRANT, ledger_id, occurred_us, known_us);

    g.agreement = 1;
    g.flags = FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE;
    return g;
}

static struct question ask(int64_t at_us, int64_t known_us)
{
    return (struct question){1, 1, CHANNEL_EMAIL, at_us, known_us};
}

/* --- compare
 * --------------------------------------------------------------------------- */

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

/* --- late
 * ------------------------------------------------------------------------------ */

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

/* --- whatif
 * ---------------------------------------------------------------------------- */

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

Test(knowledge, on_off_reason_same)
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

Test(knowledge, an_end_once_said_stands_a_term_is_the_last_said)
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

Test(knowledge, windows_as_the_register_writes_them)
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
