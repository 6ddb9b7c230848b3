/* What is left out, and what never; tests/property/decide.c shows that no answer changes.
 */
#include "core/decision/prune.h"
#include "fact_case.h"

#include <criterion/criterion.h>

static struct testbook t;
static struct fact facts[4000];
static size_t n;

static void set_up(void)
{
    testbook_init(&t);
    n = 0;
}

TestSuite(prune, .init = set_up);

static struct fact *add(enum fact_kind kind, int day)
{
    facts[n] = fact_of((int64_t)n + 1, kind, SOURCE_DIRECT, 1, DAY(day));
    return &facts[n++];
}

static size_t prune(int day)
{
    n = facts_prune(&t.book, facts, n, DAY(day));
    return n;
}

Test(prune, the_last_of_many)
{
    for (int i = 0; i < 1000; i++) {
        add(FACT_OPTOUT, i % 7);
        add(FACT_GRANT, i % 5);
        add(FACT_REACHED, i % 3);
    }
    cr_assert_eq(prune(10), 3);
    cr_assert(facts[0].kind == FACT_OPTOUT && facts[0].from_us == DAY(6));
    cr_assert(facts[1].kind == FACT_GRANT && facts[1].from_us == DAY(4));
    cr_assert(facts[2].kind == FACT_REACHED && facts[2].from_us == DAY(2));
    cr_assert_eq(facts[0].ledger_id, 19, "of those of the same day the first");
}

Test(prune, a_pause_answers_for_no_other)
{
    add(FACT_OPTOUT, 1);
    add(FACT_OPTOUT, 2)->expires_us = DAY(30);
    add(FACT_OPTOUT, 3)->expires_us = DAY(20);
    cr_assert_eq(prune(10), 3, "when they are over the first stands again");
}

Test(prune, what_people_look_at_is_no_difference)
{
    add(FACT_OPTOUT, 1)->flags |= FACT_IS_LATE | FACT_IS_FAILSAFE;
    add(FACT_OPTOUT, 2)->flags |= FACT_IS_IMPORTED | FACT_IS_DATE_ONLY;
    cr_assert_eq(prune(10), 1);
}

/* Two of a kind with one thing different. */
Test(prune, differences)
{
    for (int row = 0; row < 12; row++) {
        set_up();
        add(FACT_OPTOUT, 1);
        struct fact *f = add(FACT_OPTOUT, 2);
        switch (row) {
        case 0: f->kind = FACT_COMPLAINT; break;
        case 1: f->controller = 2; break;
        case 2: f->purpose = PURPOSE_ANY; break;
        case 3: f->channels = CHANNELS_ALL; break;
        case 4: f->stated = 0; break;
        case 5: f->source = 2; break;
        case 6: f->source_type = SOURCE_MAILING; break;
        case 7: f->agreement = 1; break;
        case 8: f->flags |= FACT_IS_ONE_CLICK; break;
        case 9: f->effective_us = DAY(20); break; /* not begun */
        case 10: f->from_us = f->to_us = DAY(11); break;
        default: facts[0].controller = f->controller = 4; break; /* its site moved on */
        }
        cr_assert_eq(prune(10), 2, "row %d", row);
    }
}

Test(prune, grants_that_may_still_tell_something)
{
    for (int row = 0; row < 10; row++) {
        set_up();
        struct fact *f = add(FACT_GRANT, 1);
        add(FACT_GRANT, 2);
        switch (row) {
        case 0: f->expires_us = DAY(30); break;
        case 1: f->effective_us = DAY(3); break;
        case 2: f->to_us = DAY(2); break;
        case 3: f->from_us = f->to_us = DAY(11); break;
        case 4: facts[0].flags = facts[1].flags = 0; break; /* a third party's */
        case 5: t.purposes[0].reconsent_us = DAY(2); break;
        case 6: t.book.windows.direct_reconfirm.months = 1; break;
        case 7: t.book.windows.direct_reconfirm.days = 1; break;
        case 8: t.book.windows.direct_reconfirm.us = 1; break;
        default: facts[0].kind = facts[1].kind = FACT_LEAD; break;
        }
        cr_assert_eq(prune(10), 2, "row %d", row);
    }
    set_up();
    add(FACT_REACHED, 1)->to_us = DAY(2);
    add(FACT_REACHED, 2);
    add(FACT_REACHED, 11);
    cr_assert_eq(prune(10), 3);
}

/* What the rulebook does not know yet must not push aside what it knows. */
Test(prune, facts_not_yet_known)
{
    add(FACT_OPTOUT, 1);
    add(FACT_OPTOUT, 2)->known_us = DAY(5);
    t.book.known_us = DAY(4);
    cr_assert_eq(prune(10), 2);
    t.book.known_us = DAY(5);
    cr_assert_eq(prune(10), 1);
}

Test(prune, facts_that_are_known_to_be_gone)
{
    add(FACT_OPTOUT, 1);
    add(FACT_OPTOUT, 2)->gone_us = DAY(5);
    cr_assert_eq(prune(10), 2, "it outdates nothing, for it does not stay");
}

Test(prune, requests_and_anchors_answer_nothing)
{
    add(FACT_REQUEST, 1);
    add(FACT_ANCHOR, 1);
    add(FACT_CHANGE, 1);
    add(FACT_ERASED, 1);
    add(FACT_NOTICE, 1);
    cr_assert_eq(prune(10), 1);
    cr_assert_eq(facts[0].kind, FACT_NOTICE);
}

/* More groups than there is room for: the rest stays, nothing is lost. */
Test(prune, more_groups_than_room)
{
    for (int i = 0; i < 2000; i++) {
        add(FACT_OPTOUT, 1)->source = 1 + i;
        add(FACT_OPTOUT, 2)->source = 1 + i;
    }
    size_t left = prune(10);
    cr_assert_geq(left, 2000);
    cr_assert_lt(left, 4000);
    bool seen[2001] = {false};
    for (size_t i = 0; i < n; i++)
        seen[facts[i].source] |= facts[i].from_us == DAY(2);
    for (int i = 1; i <= 2000; i++)
        cr_assert(seen[i], "the last one of source %d", i);
}

/* Groups that share a place in the table are told apart all the same. */
Test(prune, many_groups_alike_but_for_one_thing)
{
    size_t groups = 0;
    for (int i = 0; i < 700; i++) {
        for (int twice = 0; twice < 2; twice++) {
            struct fact *f = add(i % 7 == 0 ? FACT_WITHDRAWAL : FACT_OPTOUT, 1 + twice);
            int v = i / 7;
            switch (i % 7) {
            case 0: f->channels = (uint16_t)(2 + v); break;
            case 1: f->controller = (int16_t)(100 + v); break;
            case 2: f->purpose = (int16_t)(100 + v); break;
            case 3: f->channels = (uint16_t)(2 + v); break;
            case 4: f->stated = (uint16_t)(2 + v); break;
            case 5: f->flags |= (uint32_t)(1 + v) << 20; break;
            default: f->source = 100 + v; break;
            }
        }
        groups++;
    }
    cr_assert_eq(prune(10), groups);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(facts[i].from_us, DAY(2));
}

/* What is known for a time alone, and what came another way, outdates nothing. */
Test(prune, known_for_a_time_alone)
{
    add(FACT_OPTOUT, 1);
    add(FACT_OPTOUT, 2)->gone_us = DAY(3);
    add(FACT_OPTOUT, 2)->linked = true;
    add(FACT_OPTOUT, 2)->form = 7;
    add(FACT_OPTOUT, 3)->form = 7;
    add(FACT_OPTOUT, 3)->form = 8;
    cr_assert_eq(prune(10), 5);
}

/* A confirmation finds its form by the digest: each form's sign-up is a group of its own.
 */
Test(prune, many_forms)
{
    for (int i = 1; i <= 700; i++) {
        for (int twice = 0; twice < 2; twice++) {
            struct fact *f = add(FACT_GRANT, 1 + twice);
            f->flags |= FACT_IS_CONFIRM_PENDING;
            f->form = (int64_t)i * i * 7919;
        }
    }
    cr_assert_eq(prune(10), 700);
    for (size_t i = 0; i < n; i++)
        cr_assert(facts[i].from_us == DAY(2) &&
                  facts[i].form == (int64_t)(i + 1) * (int64_t)(i + 1) * 7919);
}
