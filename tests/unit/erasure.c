/* erasure: which rows let go of a contact's data, and which events go with them. */
#include "core/casework/erasure.h"

#include "retention_case.h"

#define L ((int16_t)2) /* another controller */

static struct retention_rule book[12];
static size_t n_book;
static struct fact facts[16];
static size_t n_facts;
static struct anchor said[8];
static size_t n_said;
static struct erasure_input in;
static struct erasure_plan plan;

static void setup(void)
{
    static const char *const used[] = {"R01", "R02", "R03", "R06", "R08",
                                       "R09", "R11", "R12", "R15"};
    n_book = n_facts = n_said = 0;
    for (size_t i = 0; i < COUNT(used); i++)
        book[n_book++] = row(used[i]);
    book[4].sources = OF(CT_LOG);
    book[4].any_purpose = true;
    book[5].sources = OF(USAGE);
    book[5].any_purpose = true;
    in = (struct erasure_input){.rules = book,
                                .n_rules = n_book,
                                .facts = facts,
                                .said = said,
                                .kind = CONTACT_EMAIL,
                                .at_us = us(NOW),
                                .before_us = WHEN_ALWAYS};
    static struct fact own[COUNT(facts)];
    static struct anchor anchors[COUNT(said) + 5];
    static int64_t events[COUNT(facts)];
    static bool by_request[COUNT(facts)];
    plan = (struct erasure_plan){
        .own = own, .anchors = anchors, .events = events, .by_request = by_request};
}

TestSuite(erasure, .init = setup);

static struct fact *fact(int64_t event, enum fact_kind kind, int16_t controller,
                         int16_t purpose, const char *day)
{
    struct fact *f = &facts[n_facts++];
    *f = (struct fact){.ledger_id = event,
                       .known_us = us(day),
                       .from_us = us(day),
                       .to_us = us(day),
                       .expires_us = WHEN_NEVER,
                       .controller = controller,
                       .purpose = purpose,
                       .channels = CHANNELS_ALL,
                       .kind = (uint8_t)kind,
                       .source_type = SOURCE_DIRECT};
    return f;
}

static void erased(int64_t event, int16_t controller, const char *day)
{
    fact(event, FACT_ERASURE, controller, PURPOSE_ANY, day)->flags = FACT_IS_CONFIRMED;
}

static void certificate(int64_t event, const char *until)
{
    char text[80];
    snprintf(text, sizeof(text), CERT " %s C1", until);
    said[n_said] = anchor(text, (size_t)event);
    said[n_said++].ledger_id = event;
    fact(event, FACT_ANCHOR, K, PURPOSE_ANY, "2025-01-01");
}

static void make(void)
{
    in.n_facts = n_facts;
    in.n_said = n_said;
    erasure_plan_make(&in, &plan);
}

static enum erasure_why why_of(const char *id, int16_t controller)
{
    for (size_t i = 0; i < plan.n_units; i++)
        if (plan.units[i].controller == controller &&
            strcmp(plan.units[i].rule->id, id) == 0)
            return plan.units[i].why;
    return ERASURE_NONE;
}

static bool goes(int64_t event)
{
    for (size_t i = 0; i < plan.n_events; i++)
        if (plan.events[i] == event)
            return true;
    return false;
}

Test(erasure, marketing_goes_and_the_certificate_stays)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    certificate(2, "2026-01-01");
    fact(3, FACT_OPTOUT, K, PURPOSE_PROMOTIONAL, "2026-02-01");
    erased(4, K, "2026-06-01");
    make();
    cr_expect_eq(why_of("R12", K), ERASURE_REQUESTED);
    cr_expect_eq(why_of("R02", K), ERASURE_CERTIFICATE);
    cr_expect(goes(1) && goes(3) && goes(4) && !goes(2));
    cr_expect(plan.asked && !plan.whole && erasure_plan_any(&plan));
}

Test(erasure, without_a_request_nothing_goes_before_its_time)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    fact(2, FACT_ERASURE, K, PURPOSE_ANY, "2026-06-01"); /* asked, not carried out */
    make();
    cr_expect_eq(why_of("R12", K), ERASURE_NOT_DUE);
    cr_expect(!erasure_plan_any(&plan) && !plan.asked && !plan.whole);
}

Test(erasure, as_if_the_request_were_granted)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    certificate(2, "2026-01-01");
    fact(3, FACT_GRANT, L, P_PROMO, "2025-04-01");
    erased(4, L, "2026-06-01");
    in.if_asked_us = us("2026-01-01"); /* what was granted later reaches further */
    make();
    cr_expect_eq(why_of("R12", K), ERASURE_REQUESTED);
    cr_expect_eq(why_of("R02", K), ERASURE_CERTIFICATE);
    cr_expect(goes(1) && goes(3) && !goes(2) && plan.asked);
}

Test(erasure, somebody_without_certificates_goes_whole)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    fact(2, FACT_OBJECTION, CONTROLLER_ANY, PURPOSE_ANY, "2026-05-01");
    erased(3, CONTROLLER_ANY, "2026-06-01");
    make();
    cr_expect(plan.whole && goes(1) && goes(2) && goes(3));
}

Test(erasure, only_denials_and_a_request)
{
    fact(1, FACT_OPTOUT, K, PURPOSE_PROMOTIONAL, "2026-02-01");
    erased(2, CONTROLLER_ANY, "2026-06-01");
    make();
    cr_expect(plan.whole && goes(1) && goes(2));
}

Test(erasure, a_request_reaches_its_controller_and_its_time)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    fact(2, FACT_GRANT, L, P_PROMO, "2025-03-01");
    fact(3, FACT_GRANT, K, P_PROMO, "2026-06-02"); /* signed up again, later */
    fact(5, FACT_OPTOUT, L, PURPOSE_PROMOTIONAL, "2025-04-01");
    erased(4, K, "2026-06-01");
    erased(6, K, "2026-05-01"); /* the last counts */
    make();
    cr_expect(goes(1) && goes(4) && !goes(2) && !goes(3) && !goes(5));
    cr_expect(!plan.whole);
}

Test(erasure, an_event_of_two_rows_goes_with_the_last)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    fact(1, FACT_GRANT, K, P_NEWS, "2025-03-01")->part = 1;
    fact(2, FACT_OPTOUT, K, P_PROMO, "2026-02-01");
    in.before_us = us(NOW);
    make();
    cr_expect_eq(why_of("R12", K), ERASURE_DUE);
    cr_expect_eq(why_of("R11", K), ERASURE_NOT_DUE);
    cr_expect(!goes(1) && !goes(2));
    fact(3, FACT_OPTOUT, K, P_NEWS, "2026-03-01");
    make();
    cr_expect(goes(1) && goes(2) && goes(3) && plan.whole);
}

Test(erasure, what_went_before_is_remembered)
{
    const struct erasure_released before[] = {
        {.controller = L, .row = "R12", .until_us = WHEN_ALWAYS},
        {.controller = K, .row = "R01", .until_us = WHEN_ALWAYS},
        {.controller = K, .row = "R12", .until_us = WHEN_NEVER}};
    const int64_t gone[] = {2};
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    fact(1, FACT_GRANT, K, P_NEWS, "2025-03-01")->part = 1;
    fact(2, FACT_OPTOUT, K, PURPOSE_PROMOTIONAL, "2026-02-01");
    in.released = before;
    in.n_released = 3;
    in.gone = gone;
    in.n_gone = 1;
    in.before_us = us(NOW);
    in.row = "R11";
    make();
    cr_expect_eq(why_of("R12", K), ERASURE_BEFORE);
    cr_expect_eq(why_of("R11", K), ERASURE_DUE);
    cr_expect(goes(1) && !goes(2) && plan.whole);
    fact(3, FACT_GRANT, K, P_PROMO, "2025-01-01"); /* R12's alone */
    make();
    cr_expect(goes(3));
}

Test(erasure, what_is_due_and_asked_for_is_due)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    fact(2, FACT_OPTOUT, K, PURPOSE_PROMOTIONAL, "2026-02-01");
    erased(3, K, "2026-06-01");
    in.before_us = us(NOW);
    make();
    cr_expect_eq(why_of("R12", K), ERASURE_DUE);
    cr_expect(goes(1) && plan.n_events > 0 && !plan.by_request[0]);
    in.at_us = us("2026-01-15"); /* not before its day, whatever was asked for */
    facts[2].flags = 0;
    make();
    cr_expect_eq(why_of("R12", K), ERASURE_NOT_DUE);
}

/* What was said of an event whose facts are another contact's keeps the identifier. */
Test(erasure, a_row_without_an_event_keeps_the_identifier)
{
    const int64_t gone[] = {1};
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    said[0] = anchor(CERT " 2026-01-01 C1", 7);
    said[0].ledger_id = 7;
    said[1] = said[0];
    said[1].controller = CONTROLLER_ANY; /* nobody's row */
    n_said = 2;
    erased(2, K, "2026-06-01");
    make();
    cr_expect_eq(why_of("R02", K), ERASURE_CERTIFICATE);
    cr_expect(goes(1) && !plan.whole);
    n_facts = 1; /* and nobody has asked, for what has gone before */
    in.gone = gone;
    in.n_gone = 1;
    make();
    cr_expect(!plan.asked && !plan.whole && !erasure_plan_any(&plan));
}

Test(erasure, the_time_for_claims_keeps_as_an_agreement_does)
{
    book[0].n_terms = 1;
    book[0].terms[0].event = ANCHOR_LEGAL_RIGHTS_WINDOW_END;
    fact(1, FACT_GRANT, K, P_CONTRACT, "2025-03-01");
    erased(2, K, "2026-06-01");
    make();
    cr_expect_eq(why_of("R01", K), ERASURE_AGREEMENT);
}

Test(erasure, only_the_rows_that_were_asked_for)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    fact(2, FACT_OPTOUT, K, P_PROMO, "2026-02-01");
    in.before_us = us(NOW);
    in.row = "R11";
    make();
    cr_expect(!erasure_plan_any(&plan));
    in.row = NULL;
    in.controller = L;
    make();
    cr_expect(!erasure_plan_any(&plan));
    in.controller = K;
    in.automatic = true;
    make();
    cr_expect(!erasure_plan_any(&plan));
    book[7].automatic = true;
    make();
    cr_expect(goes(1));
}

Test(erasure, a_hold_stops_it)
{
    struct erasure_hold holds[] = {{.controller = K, .row = "R12"}};
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    fact(2, FACT_OPTOUT, K, PURPOSE_PROMOTIONAL, "2026-02-01");
    erased(3, CONTROLLER_ANY, "2026-06-01");
    in.holds = holds;
    in.n_holds = 1;
    make();
    cr_expect_eq(why_of("R12", K), ERASURE_HELD);
    cr_expect(!goes(1) && goes(2) && goes(3) && !plan.whole);
    holds[0].controller = CONTROLLER_ANY;
    holds[0].row[0] = '\0';
    make();
    cr_expect(!erasure_plan_any(&plan));
}

Test(erasure, a_minor_goes_whole_also_what_a_certificate_would_keep)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    certificate(2, "2026-01-01");
    in.minor = true;
    make();
    cr_expect_eq(why_of("R02", K), ERASURE_MINOR);
    cr_expect(plan.whole && goes(1) && goes(2));
}

Test(erasure, what_says_that_something_was_erased_is_never_erased)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    erased(2, K, "2026-06-01");
    fact(3, FACT_ERASED, CONTROLLER_ANY, PURPOSE_ANY, "2026-05-01");
    make();
    cr_expect(plan.whole && goes(1) && goes(2) && !goes(3));
    static const int64_t gone[] = {1, 2};
    in.gone = gone;
    in.n_gone = COUNT(gone);
    in.minor = true;
    make();
    cr_expect(!erasure_plan_any(&plan), "there is nothing but the certificate");
}

Test(erasure, what_each_row_has_against_a_request)
{
    static const struct {
        const char *row;
        enum source_type source;
        int16_t purpose;
        enum erasure_why why;
    } cases[] = {
        {"R01", SOURCE_DIRECT, P_CONTRACT, ERASURE_AGREEMENT},
        {"R06", SOURCE_LEAD_PROVIDER, P_ENRICH, ERASURE_REQUESTED},
        {"R08", SOURCE_CT_LOG, P_PROMO, ERASURE_PUBLIC},
        {"R09", SOURCE_USAGE, P_PROMO, ERASURE_REQUESTED},
        {"R11", SOURCE_DIRECT, P_NEWS, ERASURE_REQUESTED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        n_facts = 0;
        fact(1, FACT_GRANT, K, cases[i].purpose, "2025-03-01")->source_type =
            (uint8_t)cases[i].source;
        erased(2, K, "2026-06-01");
        make();
        cr_expect_eq(why_of(cases[i].row, K), cases[i].why, "%s", cases[i].row);
    }
}

Test(erasure, an_application_and_an_employee)
{
    said[0] = anchor("hiring_process_concluded 2026-01-01", 1);
    n_said = 1;
    fact(1, FACT_ANCHOR, K, PURPOSE_ANY, "2026-01-01");
    erased(2, K, "2026-06-01");
    make();
    cr_expect_eq(why_of("R15", K), ERASURE_APPLICATION);
    said[1] = anchor("employment_began 2026-02-01", 1);
    n_said = 2;
    make();
    cr_expect_eq(why_of("R15", K), ERASURE_EXTERNAL);
}

Test(erasure, what_came_along_a_link_is_anothers)
{
    fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01");
    fact(9, FACT_OPTOUT, CONTROLLER_ANY, PURPOSE_ANY, "2026-01-01")->linked = true;
    in.before_us = us(NOW);
    make();
    cr_expect_eq(why_of("R12", K),
                 ERASURE_DUE); /* it withdraws, and is not ours to erase */
    cr_expect(goes(1) && !goes(9) && plan.whole);
}

Test(erasure, of_whom_only_a_link_knows_there_is_nothing_to_erase)
{
    fact(9, FACT_OPTOUT, CONTROLLER_ANY, PURPOSE_ANY, "2026-01-01")->linked = true;
    in.before_us = us(NOW);
    make();
    cr_expect(!plan.whole && !erasure_plan_any(&plan));
}

/* Of each row of the policy: what it says to somebody who asks to be forgotten, and that
 * its data go by themselves once their time is over, if it ever is. */
Test(erasure, every_row_lets_go_in_its_time_or_says_why_not)
{
    static const struct {
        const char *row, *anchors[3];
        enum source_type source;
        enum erasure_why asked, over; /* when asked; long after the last date */
        bool of_facts;                /* not of anchors alone */
    } cases[] = {
        {"R01",
         {"subscriber_agreement_end 2026-01-01", "legal_rights_window_end 2026-05-01"},
         SOURCE_DIRECT,
         ERASURE_AGREEMENT,
         ERASURE_DUE,
         true},
        {"R02",
         {CERT " 2026-01-01 C1", "subscriber_agreement_end 2025-01-01"},
         SOURCE_DIRECT,
         ERASURE_CERTIFICATE,
         ERASURE_DUE,
         false},
        {"R03",
         {"account_deletion_requested 2026-09-01"},
         SOURCE_DIRECT,
         ERASURE_REQUESTED,
         ERASURE_DUE,
         false},
        {"R04a",
         {CERT " 2026-01-01 C1", "subscriber_agreement_end 2025-01-01"},
         SOURCE_RESELLER,
         ERASURE_CERTIFICATE,
         ERASURE_DUE,
         false},
        {"R04b",
         {"subscriber_agreement_end 2025-01-01"},
         SOURCE_WEBHOST,
         ERASURE_AGREEMENT,
         ERASURE_DUE,
         false},
        {"R05",
         {CERT " 2026-01-01 C1", "subscriber_agreement_end 2025-01-01"},
         SOURCE_VALIDATION_SOURCE,
         ERASURE_CERTIFICATE,
         ERASURE_DUE,
         false},
        {"R06",
         {"account_agreement_end 2025-01-01", "legal_rights_window_end 2026-05-01"},
         SOURCE_LEAD_PROVIDER,
         ERASURE_REQUESTED,
         ERASURE_DUE,
         true},
        {"R07",
         {CERT " 2026-01-01 C1", "subscriber_agreement_end 2025-01-01"},
         SOURCE_DIRECT,
         ERASURE_CERTIFICATE,
         ERASURE_DUE,
         false},
        {"R08", {NULL}, SOURCE_CT_LOG, ERASURE_PUBLIC, ERASURE_PUBLIC, true},
        {"R09", {NULL}, SOURCE_USAGE, ERASURE_REQUESTED, ERASURE_REQUESTED, true},
        {"R10",
         {"consent_withdrawn 2026-09-01"},
         SOURCE_DIRECT,
         ERASURE_REQUESTED,
         ERASURE_DUE,
         true},
        {"R11",
         {"consent_withdrawn 2026-09-01"},
         SOURCE_DIRECT,
         ERASURE_REQUESTED,
         ERASURE_DUE,
         true},
        {"R12",
         {"consent_withdrawn 2026-09-01"},
         SOURCE_DIRECT,
         ERASURE_REQUESTED,
         ERASURE_DUE,
         true},
        {"R13", {NULL}, SOURCE_USAGE, ERASURE_REQUESTED, ERASURE_REQUESTED, true},
        {"R14", {NULL}, SOURCE_USAGE, ERASURE_REQUESTED, ERASURE_REQUESTED, true},
        {"R15",
         {"hiring_process_concluded 2026-01-01"},
         SOURCE_DIRECT,
         ERASURE_APPLICATION,
         ERASURE_DUE,
         false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const enum source_type source = cases[i].source;

        setup();
        book[0] = row(cases[i].row);
        in.n_rules = 1;
        if (cases[i].of_facts) {
            book[0].any_purpose = true;
            book[0].sources = 1U << source;
        }
        fact(1, FACT_GRANT, K, P_PROMO, "2025-03-01")->source_type = (uint8_t)source;
        for (; n_said < COUNT(cases[i].anchors) && cases[i].anchors[n_said] != NULL;
             n_said++) {
            said[n_said] = anchor(cases[i].anchors[n_said], 1);
            said[n_said].source_type = (uint8_t)source;
        }
        fact(1, FACT_ANCHOR, K, PURPOSE_ANY, "2025-03-01")->source_type = (uint8_t)source;
        erased(2, K, "2026-06-01");
        make();
        cr_expect_eq(why_of(cases[i].row, K), cases[i].asked, "%s: %s", cases[i].row,
                     erasure_why_name(why_of(cases[i].row, K)));
        cr_expect_eq(goes(1), erasure_why_goes(cases[i].asked), "%s", cases[i].row);

        in.at_us = in.before_us = us("2060-01-01");
        make();
        cr_expect_eq(why_of(cases[i].row, K), cases[i].over, "%s: %s in the end",
                     cases[i].row, erasure_why_name(why_of(cases[i].row, K)));
        cr_expect_eq(goes(1), erasure_why_goes(cases[i].over), "%s", cases[i].row);
    }
}

Test(erasure, words)
{
    for (int why = 1; why <= ERASURE_NOT_DUE; why++) {
        cr_expect_eq(erasure_why_parse(erasure_why_name((enum erasure_why)why)), why);
        cr_expect_str_neq(erasure_why_text((enum erasure_why)why), "");
        cr_expect_not_null(erasure_why_article((enum erasure_why)why));
    }
    cr_expect_eq(erasure_why_parse("no such"), ERASURE_NONE);
    cr_expect(erasure_fact_goes(FACT_GRANT) && erasure_fact_goes(FACT_LEAD));
    cr_expect(erasure_fact_goes(FACT_NOTICE) && erasure_fact_goes(FACT_RELATIONSHIP) &&
              erasure_fact_goes(FACT_ANCHOR));
    for (int kind = 1; kind <= FACT_CHANGE; kind++)
        cr_expect(!fact_kind_denial((enum fact_kind)kind) ||
                  !erasure_fact_goes((uint8_t)kind));
    cr_expect(!erasure_fact_goes(FACT_ERASURE) && !erasure_fact_goes(FACT_MINOR));
}
