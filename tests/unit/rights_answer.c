/* rights: which answer may be given, and when. */
#include "rights_case.h"

/* --- what may be answered --- */

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
    {"nor as somebody else's",
     OBJECT,
     false,
     {.outcome = RIGHTS_REFUSED, .refusal = REFUSAL_NOT_CONTROLLER},
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
    {"nor beside one about both",
     ACCESS | ERASE,
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
    {"but whose? nobody issued one",
     ERASE,
     false,
     {.outcome = RIGHTS_REFUSED,
      .refusal = REFUSAL_CERTIFICATE_PUBLIC_RECORD,
      .without_certificate = true},
     0,
     "NO_CERTIFICATE"},
    {"which no other reason asks",
     ERASE,
     false,
     {.outcome = RIGHTS_REFUSED,
      .refusal = REFUSAL_ART_17_3_E,
      .without_certificate = true},
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
    {"a letter is read", UNREAD, false, {.outcome = RIGHTS_READ}, UNREAD, ""},
    {"and nothing else is", ACCESS, false, {.outcome = RIGHTS_READ}, 0, "CLOSED"},
    {"before it is read nothing can be done",
     UNREAD,
     false,
     {.outcome = RIGHTS_DONE},
     0,
     "UNREAD"},
    {"but for what it says clearly",
     UNREAD | ACCESS,
     false,
     {.outcome = RIGHTS_DONE},
     ACCESS,
     ""},
    {"its clock is extended like any other",
     UNREAD,
     false,
     {.outcome = RIGHTS_EXTENDED, .has_reason = true},
     UNREAD,
     ""},
    {"who are you?", ACCESS, false, {.outcome = RIGHTS_IDENTITY_REQUESTED}, ACCESS, ""},
    {"nobody was asked",
     ACCESS,
     false,
     {.outcome = RIGHTS_IDENTITY_CONFIRMED},
     0,
     "NOT_PAUSED"},
};

Test(rights_answer, what_erases)
{
    cr_expect(rights_erases(RIGHTS_DONE, ACCESS | ERASE));
    cr_expect_not(rights_erases(RIGHTS_DONE, ACCESS));
    cr_expect_not(rights_erases(RIGHTS_REFUSED, ERASE));
}

Test(rights_answer, answers)
{
    for (size_t i = 0; i < COUNT(may); i++) {
        struct rights_event e = asks(1, "2026-04-22T09:00:00Z", may[i].asked);
        struct rights_answer a = may[i].answer;
        struct err err = {0};
        uint16_t about = 0;

        e.processor = may[i].processor;
        const struct rights_request r = folded(&e, 1);
        a.at_us = us("2026-05-22T12:00:00Z");
        a.now_us = WHEN_NEVER;
        const bool ok = rights_answer_check(&r, &a, &about, &err);
        cr_expect_eq(ok, may[i].about != 0, "%s: %s", may[i].what, err.text);
        if (ok)
            cr_expect_eq(about, may[i].about, "%s", may[i].what);
        else
            cr_expect_str_eq(err.code, may[i].code, "%s", may[i].what);
    }
}

Test(rights_answer, answers_that_hang_on_time_and_state)
{
    struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", RESTRICT),
        answers(2, "2026-05-20T09:00:00Z", RIGHTS_EXTENDED, RESTRICT),
        answers(3, "2026-05-21T09:00:00Z", RIGHTS_DONE, RESTRICT),
    };
    struct rights_answer a = {.outcome = RIGHTS_EXTENDED,
                              .has_reason = true,
                              .at_us = us("2026-05-23T00:00:00Z"),
                              .now_us = WHEN_NEVER};
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

Test(rights_answer, answers_while_the_clock_stands_and_to_a_named_customer)
{
    struct rights_event e[] = {
        asks(1, "2026-04-22T09:00:00Z", ACCESS | DEATH),
        answers(2, "2026-04-24T09:00:00Z", RIGHTS_IDENTITY_REQUESTED, 0),
    };
    struct rights_answer a = {.outcome = RIGHTS_IDENTITY_REQUESTED,
                              .at_us = us("2026-04-25T00:00:00Z"),
                              .now_us = WHEN_NEVER};
    struct rights_request r = folded(e, 2);
    struct err err;
    uint16_t about;

    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect_str_eq(err.code, "PAUSED");
    a.outcome = RIGHTS_IDENTITY_CONFIRMED;
    cr_expect(rights_answer_check(&r, &a, &about, &err));
    a = (struct rights_answer){.outcome = RIGHTS_DONE,
                               .kinds = ACCESS,
                               .at_us = us("2026-04-25T00:00:00Z"),
                               .now_us = WHEN_NEVER};
    cr_expect(rights_answer_check(&r, &a, &about, &err), "the directive is for later");
    a = (struct rights_answer){.outcome = RIGHTS_REFUSED,
                               .refusal = REFUSAL_ART_17_3_A,
                               .kinds = RIGHTS_BIT(RIGHT_NONE),
                               .at_us = us("2026-04-25T00:00:00Z"),
                               .now_us = WHEN_NEVER};
    r.open |= RIGHTS_BIT(RIGHT_NONE);
    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect(strstr(err.text, "'unknown'") != NULL, "%s", err.text);
    e[0].processor = true;
    snprintf(e[0].customer, sizeof(e[0].customer), "CUST-3");
    r = folded(e, 1);
    a = (struct rights_answer){.outcome = RIGHTS_REFERRED,
                               .at_us = us("2026-04-25T00:00:00Z"),
                               .now_us = WHEN_NEVER};
    cr_expect(rights_answer_check(&r, &a, &about, &err),
              "the request names the customer");
}

/* Who may refuse some of it is told how; who may refuse none of it, not to try again. */
Test(rights_answer, a_refusal_that_goes_too_far)
{
    static const char how[] = "name the rights it does refuse: --kind";
    struct rights_event e = asks(1, "2026-04-22T09:00:00Z", ACCESS | ERASE);
    struct rights_answer a = {.outcome = RIGHTS_REFUSED,
                              .refusal = REFUSAL_ART_17_3_B,
                              .at_us = us("2026-04-25T00:00:00Z"),
                              .now_us = WHEN_NEVER};
    struct rights_request r = folded(&e, 1);
    struct err err;
    uint16_t about;

    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect(strstr(err.text, "'access'") != NULL && strstr(err.text, how) != NULL, "%s",
              err.text);
    a.kinds = ERASE;
    cr_expect(rights_answer_check(&r, &a, &about, &err), "%s", err.text);
    e.kinds = ACCESS;
    r = folded(&e, 1);
    a.kinds = 0;
    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect(strstr(err.text, how) == NULL, "%s", err.text);
}

/* Neither before the request nor in a time to come; the day of the request will do. */
Test(rights_answer, answers_have_their_time)
{
    const struct rights_event e = asks(1, "2026-04-22T09:00:00Z", ACCESS);
    const struct rights_request r = folded(&e, 1);
    struct rights_answer a = {.outcome = RIGHTS_DONE,
                              .at_us = us("2026-04-21T23:59:59Z"),
                              .now_us = us("2026-04-23T12:00:00Z")};
    struct err err;
    uint16_t about;

    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect_str_eq(err.code, "BEFORE_REQUEST");
    a.at_us = us("2026-04-22T00:00:00Z");
    cr_expect(rights_answer_check(&r, &a, &about, &err), "%s", err.text);
    a.at_us = a.now_us;
    cr_expect(rights_answer_check(&r, &a, &about, &err), "%s", err.text);
    a.at_us++;
    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect_str_eq(err.code, "FUTURE_DATED");
}

/* Directives after death are a right of those who are in France. */
Test(rights_answer, a_directive_in_france)
{
    struct rights_event e = asks(1, "2026-04-22T09:00:00Z", DEATH);
    struct rights_answer a = {.outcome = RIGHTS_REFUSED,
                              .refusal = REFUSAL_NOT_IN_FRANCE,
                              .at_us = us("2026-04-25T00:00:00Z"),
                              .now_us = WHEN_NEVER};
    struct err err;
    uint16_t about;

    snprintf(e.country, sizeof(e.country), "FR");
    struct rights_request r = folded(&e, 1);
    cr_expect(!rights_answer_check(&r, &a, &about, &err));
    cr_expect_str_eq(err.code, "IN_FRANCE");
    snprintf(e.country, sizeof(e.country), "DE");
    r = folded(&e, 1);
    cr_expect(rights_answer_check(&r, &a, &about, &err), "%s", err.text);
}

/* --- words --- */

Test(rights_answer, a_complaint_is_acknowledged_once)
{
    struct rights_event e[2] = {
        asks(1, "2026-07-03T09:00:00Z", RIGHTS_BIT(RIGHT_COMPLAINT)),
        answers(2, "2026-07-20T09:00:00Z", RIGHTS_ACKNOWLEDGED,
                RIGHTS_BIT(RIGHT_COMPLAINT))};
    struct rights_answer a = {.outcome = RIGHTS_ACKNOWLEDGED,
                              .at_us = us("2026-07-21T09:00:00Z"),
                              .now_us = us("2026-07-22T09:00:00Z")};
    struct rights_request r;
    struct err err;
    uint16_t kinds;
    memcpy(e[0].country, "GB", 3);
    r = folded(e, 1);
    cr_expect(rights_answer_check(&r, &a, &kinds, &err));
    cr_expect_eq(kinds, RIGHTS_BIT(RIGHT_COMPLAINT));
    r = folded(e, 2);
    cr_expect_not(rights_answer_check(&r, &a, &kinds, &err));
    cr_expect_str_eq(err.code, "ACKNOWLEDGED");
    e[0].kinds = ACCESS;
    r = folded(e, 1);
    cr_expect_not(rights_answer_check(&r, &a, &kinds, &err));
    cr_expect_str_eq(err.code, "NO_COMPLAINT");
}
