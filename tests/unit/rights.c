/* rights: deadlines by a table, the fold in every order, what may be answered. */
#include "core/rights.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static int64_t us(const char *text)
{
    int64_t at_us = 0;
    int32_t day;
    if (when_parse_day(text, strlen(text), &day) == WHEN_OK)
        return day * WHEN_DAY_US;
    cr_assert_eq(when_parse(text, strlen(text), &at_us), WHEN_OK, "%s", text);
    return at_us;
}

static int32_t day(const char *text)
{
    return (int32_t)(us(text) / WHEN_DAY_US);
}

/* --- deadlines ------------------------------------------------------------------------
 */

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
};

Test(rights, deadlines)
{
    for (size_t i = 0; i < COUNT(deadlines); i++) {
        char got[WHEN_TEXT_BYTES], want[WHEN_TEXT_BYTES];
        const int64_t due_us = rights_due(day(deadlines[i].received), deadlines[i].months,
                                          deadlines[i].paused);
        cr_expect_str_eq(when_format(due_us, got),
                         when_format(us(deadlines[i].due) + WHEN_DAY_US, want),
                         "received %s", deadlines[i].received);
    }
}

/* --- the fold -------------------------------------------------------------------------
 */

enum { SITE = 3, MAILBOX = 7 };

static struct rights_event asks(int64_t id, const char *at, uint16_t kinds)
{
    return (struct rights_event){.request = true,
                                 .ledger_id = id,
                                 .known_us = us(at),
                                 .at_us = us(at),
                                 .source = SITE,
                                 .kinds = kinds,
                                 .country = "DE"};
}

static struct rights_event answers(int64_t id, const char *at,
                                   enum rights_outcome outcome, uint16_t kinds)
{
    return (struct rights_event){.ledger_id = id,
                                 .known_us = us(at),
                                 .at_us = us(at),
                                 .source = MAILBOX,
                                 .kinds = kinds,
                                 .outcome = (uint8_t)outcome,
                                 .has_reason = true};
}

static struct rights_request folded(const struct rights_event *e, size_t n)
{
    struct rights_request all[RIGHTS_SOURCES];
    cr_assert_eq(rights_fold(e, n, all), 1);
    return all[0];
}

#define ACCESS   RIGHTS_BIT(RIGHT_ACCESS)
#define ERASE    RIGHTS_BIT(RIGHT_ERASE)
#define RESTRICT RIGHTS_BIT(RIGHT_RESTRICT)
#define OBJECT   RIGHTS_BIT(RIGHT_OBJECT)
#define DEATH    RIGHTS_BIT(RIGHT_POST_MORTEM_DIRECTIVE)

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
    cr_assert_eq(rights_fold(e, 3, all), 2);
    cr_expect_eq(all[0].source, SITE);
    cr_expect_eq(all[0].state, RIGHTS_OPEN); /* the mailbox answered its own */
    cr_expect_eq(all[1].state, RIGHTS_CLOSED);
    e[2].about = SITE;
    cr_assert_eq(rights_fold(e, 3, all), 2);
    cr_expect_eq(all[0].state, RIGHTS_CLOSED);
    cr_expect_eq(all[1].state, RIGHTS_OPEN);
    cr_expect_eq(rights_fold(e + 2, 1, all), 0); /* an answer to nothing */
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

/* --- what may be answered -------------------------------------------------------------
 */

static const struct {
    const char *what;
    uint16_t asked;
    bool processor;
    struct rights_answer answer;
    uint16_t about; /* 0: refused, with ... */
    const char *code;
} may[] = {
    {"an access is given", ACCESS, false, {.outcome = RIGHTS_DONE}, ACCESS, ""},
    {"all that is open is meant",
     ACCESS | ERASE,
     false,
     {.outcome = RIGHTS_DONE},
     ACCESS | ERASE,
     ""},
    {"an objection is not refused",
     OBJECT,
     false,
     {.outcome = RIGHTS_REFUSED, .refusal = REFUSAL_EXCESSIVE},
     0,
     "NOT_REFUSABLE"},
    {"nor beside an erasure",
     OBJECT | ERASE,
     false,
     {.outcome = RIGHTS_REFUSED, .refusal = REFUSAL_ART_17_3_E},
     0,
     "NOT_REFUSABLE"},
    {"but the erasure alone is",
     OBJECT | ERASE,
     false,
     {.outcome = RIGHTS_REFUSED, .refusal = REFUSAL_ART_17_3_E, .kinds = ERASE},
     ERASE,
     ""},
    {"17(3) is about erasure",
     ACCESS,
     false,
     {.outcome = RIGHTS_REFUSED, .refusal = REFUSAL_ART_17_3_B},
     0,
     "NOT_REFUSABLE"},
    {"certificates stay public",
     ERASE,
     false,
     {.outcome = RIGHTS_REFUSED, .refusal = REFUSAL_CERTIFICATE_PUBLIC_RECORD},
     ERASE,
     ""},
    {"a refusal has a reason",
     ACCESS,
     false,
     {.outcome = RIGHTS_REFUSED},
     0,
     "NO_REASON"},
    {"what was not asked",
     ACCESS,
     false,
     {.outcome = RIGHTS_DONE, .kinds = ERASE},
     0,
     "NOT_OPEN"},
    {"an extension has a reason",
     ACCESS,
     false,
     {.outcome = RIGHTS_EXTENDED},
     0,
     "NO_REASON"},
    {"an extension in time",
     ACCESS,
     false,
     {.outcome = RIGHTS_EXTENDED, .has_reason = true},
     ACCESS,
     ""},
    {"a customer's data are not ours to give",
     ACCESS,
     true,
     {.outcome = RIGHTS_DONE},
     0,
     "NOT_CONTROLLER"},
    {"referred to nobody", ACCESS, true, {.outcome = RIGHTS_REFERRED}, 0, "NO_CUSTOMER"},
    {"referred to the customer",
     ACCESS,
     true,
     {.outcome = RIGHTS_REFERRED, .has_customer = true},
     ACCESS,
     ""},
    {"ours are not referred",
     ACCESS,
     false,
     {.outcome = RIGHTS_REFERRED, .has_customer = true},
     0,
     "NOT_PROCESSOR"},
    {"a directive elsewhere", DEATH, false, {.outcome = RIGHTS_DONE}, 0, "NOT_IN_FRANCE"},
    {"is refused",
     DEATH,
     false,
     {.outcome = RIGHTS_REFUSED, .refusal = REFUSAL_NOT_IN_FRANCE},
     DEATH,
     ""},
    {"a restriction is lifted",
     RESTRICT,
     false,
     {.outcome = RIGHTS_LIFTED},
     RESTRICT,
     ""},
    {"an access is not", ACCESS, false, {.outcome = RIGHTS_LIFTED}, 0, "NOT_LIFTABLE"},
    {"who are you?", ACCESS, false, {.outcome = RIGHTS_IDENTITY_REQUESTED}, ACCESS, ""},
    {"nobody was asked",
     ACCESS,
     false,
     {.outcome = RIGHTS_IDENTITY_CONFIRMED},
     0,
     "NOT_PAUSED"},
};

Test(rights, answers)
{
    for (size_t i = 0; i < COUNT(may); i++) {
        struct rights_event e = asks(1, "2026-04-22T09:00:00Z", may[i].asked);
        struct rights_answer a = may[i].answer;
        struct err err = {0};
        uint16_t about = 0;

        e.processor = may[i].processor;
        const struct rights_request r = folded(&e, 1);
        a.at_us = us("2026-05-22T12:00:00Z");
        const bool ok = rights_answer_check(&r, &a, &about, &err);
        cr_expect_eq(ok, may[i].about != 0, "%s: %s", may[i].what, err.text);
        if (ok)
            cr_expect_eq(about, may[i].about, "%s", may[i].what);
        else
            cr_expect_str_eq(err.code, may[i].code, "%s", may[i].what);
    }
}

Test(rights, answers_that_hang_on_time_and_state)
{
    struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", RESTRICT),
        answers(2, "2026-05-20T09:00:00Z", RIGHTS_EXTENDED, RESTRICT),
        answers(3, "2026-05-21T09:00:00Z", RIGHTS_DONE, RESTRICT),
    };
    struct rights_answer a = {.outcome = RIGHTS_EXTENDED,
                              .has_reason = true,
                              .at_us = us("2026-05-23T00:00:00Z")};
    struct rights_request r = folded(e, 1);
    struct err err;
    uint16_t about;

    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect_str_eq(err.code, "TOO_LATE");
    a.at_us -= 1;
    cr_expect(rights_answer_check(&r, &a, &about, &err));
    r = folded(e, 2);
    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect_str_eq(err.code, "EXTENDED");
    r = folded(e, 3);
    a.outcome = RIGHTS_DONE;
    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect_str_eq(err.code, "CLOSED");
    a.outcome = RIGHTS_LIFTED; /* long after it was put in force */
    cr_expect(rights_answer_check(&r, &a, &about, &err));
}

Test(rights, answers_while_the_clock_stands_and_to_a_named_customer)
{
    struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", ACCESS | DEATH),
        answers(2, "2026-04-24T09:00:00Z", RIGHTS_IDENTITY_REQUESTED, 0),
    };
    struct rights_answer a = {.outcome = RIGHTS_IDENTITY_REQUESTED,
                              .at_us = us("2026-04-25T00:00:00Z")};
    struct rights_request r = folded(e, 2);
    struct err err;
    uint16_t about;

    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect_str_eq(err.code, "PAUSED");
    a.outcome = RIGHTS_IDENTITY_CONFIRMED;
    cr_expect(rights_answer_check(&r, &a, &about, &err));
    a = (struct rights_answer){.outcome = RIGHTS_DONE, .kinds = ACCESS};
    cr_expect(rights_answer_check(&r, &a, &about, &err), "the directive is for later");
    a = (struct rights_answer){.outcome = RIGHTS_REFUSED,
                               .refusal = REFUSAL_ART_17_3_A,
                               .kinds = RIGHTS_BIT(RIGHT_NONE)};
    r.open |= RIGHTS_BIT(RIGHT_NONE);
    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect(strstr(err.text, "'unknown'") != NULL, "%s", err.text);
    e[0].processor = true;
    snprintf(e[0].customer, sizeof(e[0].customer), "CUST-3");
    r = folded(e, 1);
    a = (struct rights_answer){.outcome = RIGHTS_REFERRED};
    cr_expect(rights_answer_check(&r, &a, &about, &err),
              "the request names the customer");
}

/* --- words ----------------------------------------------------------------------------
 */

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
