/* rights: deadlines by a table, the fold in every order. */
#include "rights_case.h"

/* --- deadlines --- */

static const struct {
    const char *received;
    int32_t months, paused;
    const char *due; /* the last day on which to answer */
} deadlines[] = {
    {"2026-04-22", 1, 0, "2026-05-22"}, /* as DPO-2026-0311 states it: a Friday */
    {"2026-03-16", 1, 0, "2026-04-16"}, /* Thursday */
    {"2026-01-31", 1, 0, "2026-03-02"}, /* 28 February is a Saturday: on to Monday */
    {"2027-01-31", 1, 0, "2027-03-01"}, /* 28 February is a Sunday */
    {"2025-01-31", 1, 0, "2025-02-28"}, /* a Friday */
    {"2024-01-31", 1, 0, "2024-02-29"}, /* a leap year, a Thursday */
    {"2024-01-29", 1, 0, "2024-02-29"}, /* the same day number */
    {"2024-02-29", 1, 0, "2024-03-29"},
    {"2025-03-31", 1, 0, "2025-04-30"}, /* April has 30 days */
    {"2026-12-31", 1, 0, "2027-02-01"}, /* 31 January 2027 is a Sunday */
    {"2026-11-30", 1, 0, "2026-12-30"},
    {"2026-07-08", 1, 0, "2026-08-10"}, /* a Saturday */
    {"2026-07-09", 1, 0, "2026-08-10"}, /* a Sunday */
    {"2026-07-10", 1, 0, "2026-08-10"}, /* the Monday itself */
    {"2026-04-22", 3, 0, "2026-07-22"}, /* extended: three months in all */
    {"2025-11-30", 3, 0, "2026-03-02"}, /* 28 February 2026, a Saturday */
    {"2023-11-30", 3, 0, "2024-02-29"},
    {"2026-04-22", 1, 5, "2026-05-27"}, /* the clock stood five days */
    {"2026-04-22", 1, 1, "2026-05-25"}, /* one day: a Saturday, so Monday */
    {"2026-11-25", 1, 0, "2026-12-29"}, /* Christmas, a weekend, and the day for it */
    {"2026-03-03", 1, 0, "2026-04-07"}, /* Good Friday to Easter Monday */
    {"2026-03-07", 1, 0, "2026-04-07"}, /* Easter Monday after holidays in no order */
    {"2026-11-24", 1, 0, "2026-12-24"}, /* the day before is a working day */
};

Test(rights, deadlines)
{
    struct holidays england = {.n = 4,
                               .day = {day("2026-12-28"), day("2026-04-06"),
                                       day("2026-04-03"), day("2026-12-25")},
                               .country = {"GB", "GB", "GB", "GB"}};

    for (size_t i = 0; i < COUNT(deadlines); i++) {
        char got[WHEN_TEXT_BYTES], want[WHEN_TEXT_BYTES];
        const int64_t due_us = rights_due(day(deadlines[i].received), deadlines[i].months,
                                          deadlines[i].paused, &england, "GB");
        cr_expect_str_eq(when_format(due_us, got),
                         when_format(us(deadlines[i].due) + WHEN_DAY_US, want),
                         "received %s", deadlines[i].received);
    }
}

/* --- the fold --- */

Test(rights, received_is_the_earliest_that_anything_says)
{
    struct rights_event e = asks(1, "2026-04-23T09:00:00Z", ACCESS);
    struct rights_request r = folded(&e, 1);
    cr_expect_eq(r.received_day, day("2026-04-23"));
    cr_expect_eq(r.due_us, us("2026-05-26")); /* the 23rd is a Saturday: Monday */
    e.known_us = us("2026-04-25");            /* the day it happened comes before */
    r = folded(&e, 1);
    cr_expect_eq(r.received_day, day("2026-04-23"));
    e.has_received = true;
    e.received_day = day("2026-04-20");
    r = folded(&e, 1);
    cr_expect_eq(r.received_day, day("2026-04-20"));
    e.received_day = day("2026-06-01"); /* cannot have come after we knew of it */
    r = folded(&e, 1);
    cr_expect_eq(r.received_day, day("2026-04-23"));
}

Test(rights, each_right_is_answered_for_itself)
{
    const struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", ACCESS | ERASE),
        answers(2, "2026-05-01T09:00:00Z", RIGHTS_DONE, ACCESS),
    };
    struct rights_request r = folded(e, 1);
    cr_expect_eq(r.open, ACCESS | ERASE);
    r = folded(e, 2);
    cr_expect_eq(r.state, RIGHTS_OPEN);
    cr_expect_eq(r.open, ERASE);
    cr_expect_eq(r.outcome[RIGHT_ACCESS], RIGHTS_DONE);
    cr_expect_eq(r.closed_us, 0);
    cr_expect_eq(rights_days_left(&r, us("2026-05-20T23:59:59Z")), 2);
    cr_expect_eq(rights_days_left(&r, us("2026-05-22T23:59:59Z")), 0);
    cr_expect_eq(rights_days_left(&r, us("2026-05-23T00:00:00Z")), -1);
}

Test(rights, extension_only_within_the_first_month_and_with_a_reason)
{
    struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", ACCESS),
        answers(2, "2026-05-22T23:59:59Z", RIGHTS_EXTENDED, ACCESS),
    };
    struct rights_request r = folded(e, 2);
    cr_expect(r.extended && !r.extension_void);
    cr_expect_eq(r.due_us, us("2026-07-23"));
    cr_expect_eq(r.first_due_us, us("2026-05-23"));
    e[1].at_us = us("2026-05-23T00:00:00Z");
    r = folded(e, 2);
    cr_expect(!r.extended && r.extension_void);
    cr_expect_eq(r.due_us, us("2026-05-23"));
    e[1].has_notified = true; /* recorded later, but the person was told in time */
    e[1].notified_us = us("2026-05-20");
    r = folded(e, 2);
    cr_expect(r.extended);
    e[1].has_reason = false;
    r = folded(e, 2);
    cr_expect(!r.extended && r.extension_void);
}

Test(rights, the_clock_stands_while_identity_is_awaited)
{
    struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", ACCESS),
        answers(2, "2026-04-24T09:00:00Z", RIGHTS_IDENTITY_REQUESTED, ACCESS),
        answers(3, "2026-04-29T10:00:00Z", RIGHTS_IDENTITY_CONFIRMED, ACCESS),
    };
    struct rights_request r = folded(e, 2);
    cr_expect_eq(r.state, RIGHTS_PAUSED);
    cr_expect_eq(r.due_us, WHEN_NEVER);
    cr_expect_eq(r.paused_since_us, us("2026-04-24T09:00:00Z"));
    r = folded(e, 3);
    cr_expect_eq(r.state, RIGHTS_OPEN);
    cr_expect_eq(r.paused_days, 5);
    cr_expect_eq(r.due_us, us("2026-05-28"));
    e[1].at_us = us("2026-05-23T00:00:00Z"); /* a day too late to stop anything */
    e[2].at_us = us("2026-06-23T00:00:00Z");
    r = folded(e, 3);
    cr_expect_eq(r.state, RIGHTS_OPEN);
    cr_expect_eq(r.due_us, us("2026-05-23"));
}

Test(rights, late_answers_are_told_apart)
{
    struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", ACCESS),
        answers(2, "2026-05-22T23:59:59Z", RIGHTS_DONE, ACCESS),
    };
    struct rights_request r = folded(e, 2);
    cr_expect_eq(r.state, RIGHTS_CLOSED);
    cr_expect(!r.answered_late);
    e[1].at_us = us("2026-05-23T00:00:00Z");
    r = folded(e, 2);
    cr_expect(r.answered_late);
}

Test(rights, a_customers_data_and_france)
{
    struct rights_event e = asks(1, "2026-04-22T09:00:00Z", ERASE | DEATH);
    struct rights_request r;
    e.processor = true;
    r = folded(&e, 1);
    cr_expect(r.processor && r.customer_wanted && r.not_in_france);
    snprintf(e.customer, sizeof(e.customer), "CUST-3");
    snprintf(e.country, sizeof(e.country), "FR");
    r = folded(&e, 1);
    cr_expect(r.processor && !r.customer_wanted && !r.not_in_france);
}

Test(rights, one_id_used_by_two_sources_is_two_requests)
{
    struct rights_event e[] = {
        asks(5, "2026-04-22T09:00:00Z", ACCESS),
        asks(6, "2026-04-25T09:00:00Z", ERASE),
        answers(8, "2026-04-30T09:00:00Z", RIGHTS_DONE, ACCESS | ERASE),
    };
    struct rights_request all[RIGHTS_SOURCES];
    e[1].source = MAILBOX;
    cr_assert_eq(rights_fold(e, 3, NULL, all), 2);
    cr_expect_eq(all[0].source, SITE);
    cr_expect_eq(all[0].state, RIGHTS_OPEN); /* the mailbox answered its own */
    cr_expect_eq(all[1].state, RIGHTS_CLOSED);
    e[2].about = SITE;
    cr_assert_eq(rights_fold(e, 3, NULL, all), 2);
    cr_expect_eq(all[0].state, RIGHTS_CLOSED);
    cr_expect_eq(all[1].state, RIGHTS_OPEN);
    cr_expect_eq(rights_fold(e + 2, 1, NULL, all), 0); /* an answer to nothing */
}

static void expect_same(const struct rights_request *a, const struct rights_request *b,
                        size_t order)
{
    cr_expect(a->state == b->state && a->due_us == b->due_us && a->open == b->open &&
                  a->paused_days == b->paused_days && a->extended_us == b->extended_us &&
                  a->ledger_id == b->ledger_id && a->closed_us == b->closed_us &&
                  memcmp(a->outcome, b->outcome, sizeof(a->outcome)) == 0 &&
                  strcmp(a->customer, b->customer) == 0,
              "order %zu", order);
}

Test(rights, every_order_gives_one_answer)
{
    struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", ACCESS | ERASE),
        asks(2, "2026-04-23T09:00:00Z", ACCESS),
        answers(3, "2026-04-24T09:00:00Z", RIGHTS_IDENTITY_REQUESTED, 0),
        answers(4, "2026-04-27T09:00:00Z", RIGHTS_IDENTITY_CONFIRMED, 0),
        answers(5, "2026-05-20T09:00:00Z", RIGHTS_EXTENDED, ACCESS),
        answers(6, "2026-06-01T09:00:00Z", RIGHTS_DONE, ACCESS),
        answers(7, "2026-06-01T09:00:00Z", RIGHTS_REFUSED, ACCESS | ERASE),
    };
    const struct rights_request want = folded(e, COUNT(e));
    size_t c[COUNT(e)] = {0}, order = 0;

    cr_expect_eq(want.outcome[RIGHT_ACCESS], RIGHTS_REFUSED); /* of a tie the later id */
    for (size_t i = 0; i < COUNT(e);) { /* Heap's algorithm: 5,040 orders */
        if (c[i] >= i) {
            c[i++] = 0;
            continue;
        }
        const size_t k = i % 2 == 0 ? 0 : c[i];
        const struct rights_event swap = e[k];
        e[k] = e[i];
        e[i] = swap;
        const struct rights_request got = folded(e, COUNT(e));
        expect_same(&got, &want, ++order);
        c[i]++;
        i = 0;
    }
    cr_expect_eq(order, 5039);
}

Test(rights, words_in_both_spellings)
{
    cr_expect_eq(right_parse("withdraw_consent"), RIGHT_WITHDRAW);
    cr_expect_eq(right_parse("withdraw"), RIGHT_WITHDRAW);
    cr_expect_eq(right_parse("erasure"), RIGHT_ERASE);
    cr_expect_eq(right_parse(""), RIGHT_NONE);
    cr_expect_eq(right_parse("acess"), RIGHT_NONE);
    cr_expect_str_eq(right_name(RIGHT_WITHDRAW), "withdraw");
    cr_expect_eq(rights_outcome_parse("completed"), RIGHTS_DONE);
    cr_expect_eq(rights_outcome_parse(""), RIGHTS_OUTCOME_NONE);
    cr_expect(rights_outcome_closes(RIGHTS_OUTCOME_NONE));
    cr_expect(!rights_outcome_closes(RIGHTS_EXTENDED));
    for (int i = 1; i <= REFUSAL_NOT_IN_FRANCE; i++) {
        const enum refusal refusal = (enum refusal)i;
        cr_expect_eq(refusal_parse(refusal_name(refusal)), refusal);
        cr_expect_neq(refusal_rights(refusal), 0);
        cr_expect(refusal_article(refusal)[0] != '\0' &&
                  refusal_text(refusal)[0] != '\0');
    }
}

Test(rights, words_that_are_none)
{
    cr_expect_str_eq(refusal_name((enum refusal)99), "?");
    cr_expect_eq(refusal_rights((enum refusal)99), 0);
    cr_expect_eq(refusal_parse("BECAUSE"), REFUSAL_NONE);
    cr_expect_str_eq(rights_outcome_name((enum rights_outcome)99), "?");
}

/* Of several customers named the first in the alphabet, whatever came first. */
Test(rights, customer_and_processor_of_several_events)
{
    struct rights_event e[] = {asks(1, "2026-04-22T09:00:00Z", ACCESS),
                               asks(2, "2026-04-22T10:00:00Z", ACCESS),
                               asks(3, "2026-04-22T11:00:00Z", ACCESS)};
    struct rights_request r;

    snprintf(e[0].customer, sizeof(e[0].customer), "CUST-5");
    snprintf(e[1].customer, sizeof(e[1].customer), "CUST-3");
    snprintf(e[2].customer, sizeof(e[2].customer), "CUST-7");
    e[1].processor = true;
    r = folded(e, 3);
    cr_expect_str_eq(r.customer, "CUST-3");
    cr_expect(r.processor);
}

Test(rights, of_several_questions_who_somebody_is_the_first_that_was_not_answered)
{
    const struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", ACCESS),
        answers(4, "2026-04-28T09:00:00Z", RIGHTS_IDENTITY_REQUESTED, 0),
        answers(6, "2026-04-29T09:00:00Z", RIGHTS_IDENTITY_REQUESTED, 0),
        answers(3, "2026-04-24T09:00:00Z", RIGHTS_IDENTITY_REQUESTED, 0),
        answers(2, "2026-04-24T09:00:00Z", RIGHTS_IDENTITY_REQUESTED, 0),
        answers(5, "2026-04-23T09:00:00Z", RIGHTS_IDENTITY_CONFIRMED, 0),
    };
    const struct rights_request r = folded(e, COUNT(e));

    cr_expect_eq(r.state, RIGHTS_PAUSED);
    cr_expect_eq(r.paused_since_us, us("2026-04-24T09:00:00Z"));
}

Test(rights, of_several_extensions_the_first_that_was_told)
{
    struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", ACCESS),
        answers(2, "2026-05-20T09:00:00Z", RIGHTS_EXTENDED, ACCESS),
        answers(3, "2026-05-10T09:00:00Z", RIGHTS_EXTENDED, ACCESS),
        answers(4, "2026-05-15T09:00:00Z", RIGHTS_EXTENDED, ACCESS),
    };
    const struct rights_request r = folded(e, COUNT(e));

    cr_expect(r.extended && !r.extension_void);
    cr_expect_eq(r.extended_us, us("2026-05-10T09:00:00Z"));
}

Test(rights, an_answer_without_an_outcome_is_a_yes)
{
    const struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", ACCESS),
        answers(2, "2026-05-10T09:00:00Z", RIGHTS_OUTCOME_NONE, ACCESS),
    };
    const struct rights_request r = folded(e, 2);

    cr_expect_eq(r.state, RIGHTS_CLOSED);
    cr_expect_eq(r.outcome[RIGHT_ACCESS], RIGHTS_DONE);
}

/* Requests stand by the number of their source; those of more sources than fit are left
 * out, which nobody but an attacker's own mailbox can bring about. */
Test(rights, one_id_used_by_many_sources)
{
    struct rights_event e[RIGHTS_SOURCES + 2];
    struct rights_request all[RIGHTS_SOURCES];

    for (int i = 0; i < RIGHTS_SOURCES + 2; i++) {
        e[i] = asks(i + 1, "2026-04-22T09:00:00Z", ACCESS);
        e[i].source = 100 - i;
    }
    cr_assert_eq(rights_fold(e, COUNT(e), NULL, all), RIGHTS_SOURCES);
    for (int i = 0; i + 1 < RIGHTS_SOURCES; i++)
        cr_expect_lt(all[i].source, all[i + 1].source);
}

/* --- complaints --- */

Test(rights, a_complaint_is_acknowledged_within_thirty_days)
{
    struct rights_event e[3] = {
        asks(1, "2026-07-03T09:00:00Z", RIGHTS_BIT(RIGHT_COMPLAINT) | ACCESS),
        answers(2, "2026-07-20T09:00:00Z", RIGHTS_ACKNOWLEDGED,
                RIGHTS_BIT(RIGHT_COMPLAINT)),
        answers(3, "2026-07-25T09:00:00Z", RIGHTS_DONE, RIGHTS_BIT(RIGHT_COMPLAINT))};
    struct rights_request r = folded(e, 1);
    cr_expect_eq(r.acknowledge_us, WHEN_NEVER); /* of somebody in Germany, no such rule */
    memcpy(e[0].country, "GB", 3);
    r = folded(e, 1);
    cr_expect_eq(r.acknowledge_us,
                 us("2026-08-03")); /* the 2nd is a Sunday, all the same */
    cr_expect_eq(r.acknowledged_us, 0);
    r = folded(e, 2);
    cr_expect_eq(r.acknowledged_us, us("2026-07-20T09:00:00Z"));
    cr_expect(r.state == RIGHTS_OPEN && (r.open & RIGHTS_BIT(RIGHT_COMPLAINT)) != 0);
    r = folded(e, 3);
    cr_expect_eq(r.acknowledged_us, us("2026-07-20T09:00:00Z"));
    e[1].outcome = RIGHTS_EXTENDED; /* an answer acknowledges, too; a delay does not */
    cr_expect_eq(folded(e, 3).acknowledged_us, us("2026-07-25T09:00:00Z"));
    e[1].kinds = ACCESS; /* nor does an answer about something else */
    e[1].outcome = RIGHTS_DONE;
    cr_expect_eq(folded(e, 3).acknowledged_us, us("2026-07-25T09:00:00Z"));
    e[1] = answers(2, "2026-07-28T09:00:00Z", RIGHTS_ACKNOWLEDGED,
                   RIGHTS_BIT(RIGHT_COMPLAINT));
    cr_expect_eq(folded(e, 3).acknowledged_us,
                 us("2026-07-25T09:00:00Z")); /* the first */
    e[0].country[0] = '\0';
    cr_expect_eq(folded(e, 1).acknowledge_us, us("2026-08-03"));
    e[0] = asks(1, "2026-06-18T09:00:00Z", RIGHTS_BIT(RIGHT_COMPLAINT));
    memcpy(e[0].country, "GB", 3);
    cr_expect_eq(folded(e, 1).acknowledge_us, WHEN_NEVER); /* before the law */
    e[0] = asks(1, "2026-07-03T09:00:00Z", ACCESS);
    memcpy(e[0].country, "GB", 3);
    cr_expect_eq(folded(e, 1).acknowledge_us, WHEN_NEVER);
}
