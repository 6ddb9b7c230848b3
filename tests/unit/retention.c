/* retention: every row of the policy by a table of anchors. */
#include "retention_case.h"

static const struct {
    const char *row;
    const char *anchors[6];
    const char *state, *literal, *effective, *backup, *review;
} dates[] = {
    /* R01: the later of two, one of them the DPO's to say */
    {"R01",
     {END " 2027-03-31", "legal_rights_window_end 2033-03-31"},
     "dated",
     "2033-03-31",
     "2033-03-31",
     "2033-03-31",
     ""},
    {"R01",
     {END " 2034-03-31", "legal_rights_window_end 2033-03-31"},
     "dated",
     "2034-03-31",
     "2034-03-31",
     "2034-03-31",
     ""},
    {"R01", {END " 2027-03-31"}, "waiting", "", "", "", "2027-03-31"},
    {"R01", {NULL}, "waiting", "", "", "", ""},
    {"R01",
     {"deletion_requested 2026-01-01", END " 2027-03-31"},
     "waiting",
     "",
     "",
     "",
     "2027-03-31"},
    /* R02: seven years, or fifteen if any certificate was qualified */
    {"R02",
     {END " 2027-03-31", CERT " 2026-05-05 C1"},
     "dated",
     "2033-05-05",
     "2033-05-05",
     "2033-05-05",
     ""},
    {"R02",
     {END " 2027-03-31", CERT " 2026-05-05 C1 qualified"},
     "dated",
     "2041-05-05",
     "2041-05-05",
     "2041-05-05",
     ""},
    {"R02",
     {END " 2040-03-31", CERT " 2026-05-05 C1"},
     "dated",
     "2040-03-31",
     "2040-03-31",
     "2040-03-31",
     ""},
    /* any of them: the qualified one is long gone, the last one is not qualified */
    {"R02",
     {END " 2027-03-31", CERT " 2019-05-05 C1 qualified", CERT " 2026-05-05 C2"},
     "dated",
     "2041-05-05",
     "2041-05-05",
     "2041-05-05",
     ""},
    /* a renewal moves what the certificate before it had set, whichever came first */
    {"R02",
     {END " 2027-03-31", CERT " 2026-05-05 C1", CERT " 2027-08-01 C2"},
     "dated",
     "2034-08-01",
     "2034-08-01",
     "2034-08-01",
     ""},
    {"R02",
     {END " 2027-03-31", CERT " 2027-08-01 C2", CERT " 2026-05-05 C1"},
     "dated",
     "2034-08-01",
     "2034-08-01",
     "2034-08-01",
     ""},
    {"R02",
     {END " 2020-03-31", CERT " 2026-05-05", CERT " 2025-05-05"},
     "dated",
     "2033-05-05",
     "2033-05-05",
     "2033-05-05",
     ""}, /* no references: the last */
    /* revoked before it would have expired: the newer word about the same certificate */
    {"R02",
     {END " 2020-03-31", CERT " 2027-08-01 C1", CERT " 2026-02-01 C1"},
     "dated",
     "2033-02-01",
     "2033-02-01",
     "2033-02-01",
     ""},
    {"R02",
     {END " 2020-03-31", CERT " 2027-08-01 C1 qualified", CERT " 2026-02-01 C1"},
     "dated",
     "2041-02-01",
     "2041-02-01",
     "2041-02-01",
     ""},
    /* leap days and ends of months */
    {"R02",
     {END " 2020-03-31", CERT " 2024-02-29 C1"},
     "dated",
     "2031-02-28",
     "2031-02-28",
     "2031-02-28",
     ""},
    {"R02",
     {END " 2020-03-31", CERT " 2025-02-28 C1"},
     "dated",
     "2032-02-28",
     "2032-02-28",
     "2032-02-28",
     ""},
    {"R02",
     {END " 2020-03-31", CERT " 2024-02-29T23:59:59Z C1 qualified"},
     "dated",
     "2039-02-28T23:59:59Z",
     "2039-02-28T23:59:59Z",
     "2039-02-28T23:59:59Z",
     ""},
    {"R02", {CERT " 2026-05-05 C1"}, "waiting", "", "", "", "2033-05-05"},
    {"R02", {END " 2027-03-31"}, "waiting", "", "", "", "2027-03-31"},
    /* an agreement that was to end, and was renewed for good */
    {"R02",
     {END " 2027-03-31 A1", CERT " 2026-05-05 C1", END " none A1"},
     "waiting",
     "",
     "",
     "",
     "2033-05-05"},
    {"R02",
     {END " 2027-03-31 A1", CERT " 2016-05-05 C1", END " 2029-03-31 A1"},
     "dated",
     "2029-03-31",
     "2029-03-31",
     "2029-03-31",
     ""},
    /* R03: the earlier of two; copies two weeks more */
    {"R03",
     {"account_deletion_requested 2026-03-10", "agreement_end 2027-01-01"},
     "dated",
     "2026-03-10",
     "2026-03-10",
     "2026-03-24",
     ""},
    {"R03",
     {"agreement_end 2024-02-20"},
     "dated",
     "2024-02-20",
     "2024-02-20",
     "2024-03-05",
     ""},
    {"R03",
     {"agreement_end 2026-01-01", "agreement_end 2028-01-01"},
     "dated",
     "2028-01-01",
     "2028-01-01",
     "2028-01-15",
     ""}, /* renewed: the newer word */
    {"R03",
     {"agreement_end 2026-01-01 A", "agreement_end 2028-01-01 B"},
     "dated",
     "2026-01-01",
     "2026-01-01",
     "2026-01-15",
     ""}, /* two agreements */
    {"R03", {NULL}, "waiting", "", "", "", ""},
    /* R04a, R05, R07 follow R02 */
    {"R04a",
     {END " 2027-03-31", CERT " 2026-05-05 C1 qualified"},
     "dated",
     "2041-05-05",
     "2041-05-05",
     "2041-05-05",
     ""},
    {"R05",
     {END " 2027-03-31", CERT " 2026-05-05 C1"},
     "dated",
     "2033-05-05",
     "2033-05-05",
     "2033-05-05",
     ""},
    {"R07",
     {END " 2027-03-31", CERT " 2026-05-05 C1"},
     "dated",
     "2033-05-05",
     "2033-05-05",
     "2033-05-05",
     ""},
    {"R04b", {END " 2025-02-28"}, "dated", "2032-02-28", "2032-02-28", "2032-02-28", ""},
    {"R04b", {END " 2024-02-29"}, "dated", "2031-02-28", "2031-02-28", "2031-02-28", ""},
    /* R06: nobody had an account and nobody asked: no false date, a look each year */
    {"R06", {"obtained 2024-02-29"}, "open", "", "", "", "2027-02-28"},
    {"R06", {"obtained 2023-06-15"}, "open", "", "", "", "2027-06-15"}, /* not today's */
    {"R06", {"obtained 2026-06-10"}, "open", "", "", "", "2027-06-10"},
    {"R06",
     {"obtained 2025-01-01", "deletion_requested 2026-02-03"},
     "dated",
     "2026-02-03",
     "2026-02-03",
     "2026-02-03",
     ""},
    /* ... later of, literally; the law does not let it wait */
    {"R06",
     {"obtained 2025-01-01", "account 2025-01-01", "account_agreement_end 2030-01-01",
      "legal_rights_window_end 2036-01-01", "deletion_requested 2026-02-03"},
     "dated",
     "2036-01-01",
     "2026-02-03",
     "2026-02-03",
     ""},
    {"R06",
     {"obtained 2025-01-01", "account 2025-01-01", "deletion_requested 2026-02-03"},
     "dated",
     "",
     "2026-02-03",
     "2026-02-03",
     ""},
    {"R06",
     {"obtained 2025-01-01", "objection 2026-01-20"},
     "dated",
     "",
     "2026-01-20",
     "2026-01-20",
     ""},
    {"R06",
     {"obtained 2025-01-01", "objection 2026-01-20", "deletion_requested 2026-02-03"},
     "dated",
     "2026-02-03",
     "2026-01-20",
     "2026-01-20",
     ""},
    {"R06",
     {"obtained 2025-01-01", "account 2025-01-01", "account_agreement_end 2026-01-01"},
     "open",
     "",
     "",
     "",
     "2027-01-01"}, /* the window of rights is not said */
    /* no end, and another document's */
    {"R08",
     {"obtained 2020-01-01", "deletion_requested 2026-02-03"},
     "indefinite",
     "",
     "",
     "",
     ""},
    {"R09", {NULL}, "external", "", "", "", ""},
    {"R13", {NULL}, "external", "", "", "", ""},
    {"R14", {"consent_withdrawn 2026-02-03"}, "external", "", "", "", ""},
    /* R10 to R12: until withdrawn */
    {"R10", {NULL}, "waiting", "", "", "", ""},
    {"R10",
     {"consent_withdrawn 2026-02-03"},
     "dated",
     "2026-02-03",
     "2026-02-03",
     "2026-02-03",
     ""},
    {"R11",
     {"consent_withdrawn 2026-02-03 A", "consent_withdrawn 2026-02-01 B"},
     "dated",
     "2026-02-01",
     "2026-02-01",
     "2026-02-01",
     ""},
    {"R12",
     {"consent_withdrawn 2026-02-03"},
     "dated",
     "2026-02-03",
     "2026-02-03",
     "2026-02-03",
     ""},
    /* R15: four years, unless hired */
    {"R15",
     {"hiring_process_concluded 2024-02-29"},
     "dated",
     "2028-02-29",
     "2028-02-29",
     "2028-02-29",
     ""},
    {"R15",
     {"hiring_process_concluded 2022-08-31"},
     "dated",
     "2026-08-31",
     "2026-08-31",
     "2026-08-31",
     ""},
    {"R15",
     {"hiring_process_concluded 2024-05-01", "employment_began 2024-06-01"},
     "external",
     "",
     "",
     "",
     ""},
};

Test(retention, every_row)
{
    for (size_t i = 0; i < COUNT(dates); i++) {
        const struct retention_rule rule = row(dates[i].row);
        struct anchor anchors[6];
        struct retention_result r;
        char text[4][WHEN_TEXT_BYTES];
        size_t n = 0;

        for (; n < COUNT(anchors) && dates[i].anchors[n] != NULL; n++)
            anchors[n] = anchor(dates[i].anchors[n], n + 1);
        for (int turned = 0; turned < 2; turned++) { /* in either order of arrival */
            retention_date(&rule, anchors, n, us(NOW), &r);
            cr_expect_str_eq(retention_state_name(r.state), dates[i].state, "%zu %s", i,
                             dates[i].row);
            cr_expect_str_eq(show(r.literal_us, text[0]), dates[i].literal, "%zu %s", i,
                             dates[i].row);
            cr_expect_str_eq(show(r.effective_us, text[1]), dates[i].effective, "%zu %s",
                             i, dates[i].row);
            cr_expect_str_eq(show(r.backup_us, text[2]), dates[i].backup, "%zu %s", i,
                             dates[i].row);
            cr_expect_str_eq(show(r.review_us, text[3]), dates[i].review, "%zu %s", i,
                             dates[i].row);
            cr_expect_eq(r.overridden, r.effective_us != r.literal_us, "%zu", i);
            for (size_t k = 0; k < n / 2; k++) {
                const struct anchor swap = anchors[k];
                anchors[k] = anchors[n - 1 - k];
                anchors[n - 1 - k] = swap;
            }
        }
    }
}

Test(retention, why_and_what_is_missing)
{
    const struct retention_rule r02 = row("R02"), r06 = row("R06"), r15 = row("R15");
    struct anchor a[] = {anchor(CERT " 2026-05-05 C1 qualified", 1),
                         anchor("hiring_process_concluded 2024-05-01", 2),
                         anchor("employment_began 2024-06-01", 3),
                         anchor("objection 2026-01-20", 4)};
    struct retention_result r;

    retention_date(&r02, a, COUNT(a), us(NOW), &r);
    cr_expect_eq(r.missing, 1U << ANCHOR_SUBSCRIBER_AGREEMENT_END);
    cr_expect_eq(r.used[0], RETENTION_NOT_USED);
    cr_expect_eq(r.used[1], RETENTION_NOT_USED); /* seven years do not apply */
    cr_expect_eq(r.used[2], 0);
    retention_date(&r06, a, COUNT(a), us(NOW), &r);
    cr_expect(r.overridden);
    cr_expect_eq(r.override_by, 3);
    retention_date(&r15, a, COUNT(a), us(NOW), &r);
    cr_expect_str_eq(r.external, "employee-privacy-notice");
}

Test(retention, a_row_as_it_was_and_as_it_is)
{
    struct retention_rule two[] = {rules[4], rules[4]}, found;
    two[0].valid = (struct period){WHEN_ALWAYS, us("2026-01-01")};
    two[1].valid = (struct period){us("2026-01-01"), WHEN_NEVER};
    two[1].terms[0].offset.months = 5 * YEARS;
    cr_assert(retention_resolve(two, 2, "R04b", us("2025-12-31"), &found));
    cr_expect_eq(found.terms[0].offset.months, 84);
    cr_assert(retention_resolve(two, 2, "R04b", us("2026-01-01"), &found));
    cr_expect_eq(found.terms[0].offset.months, 60);
    cr_expect(!retention_resolve(two, 2, "R99", 0, &found));
    cr_expect(!retention_resolve(&rules[COUNT(rules) - 1], 1, "LOOP", 0, &found));
}

Test(retention, words)
{
    enum retention_when when;
    cr_expect(retention_term_when("", &when) && when == TERM_ALWAYS);
    cr_expect(retention_term_when("any_qualified_certificate", &when) &&
              when == TERM_ANY_QUALIFIED);
    cr_expect(retention_term_when("no_qualified_certificate", &when) &&
              when == TERM_NO_QUALIFIED);
    cr_expect(!retention_term_when("full_moon", &when));
    cr_expect_str_eq(retention_anchor_name(ANCHOR_OBTAINED), "obtained");
    cr_expect_str_eq(retention_anchor_name(ANCHOR_ACCOUNT), "account");
    cr_expect_str_eq(retention_anchor_name(ANCHOR_OBJECTED), "objection");
    cr_expect_str_eq(retention_anchor_name(ANCHOR_LAST_CERTIFICATE), CERT);
}

Test(retention, a_chain_of_rows_that_never_ends_is_refused)
{
    struct retention_rule loop = {
        .id = "LOOP", .valid = {WHEN_ALWAYS, WHEN_NEVER}, .same_as = "LOOP"};
    struct retention_rule found;

    cr_expect_not(retention_resolve(&loop, 1, "LOOP", 0, &found));
    cr_expect_str_eq(retention_state_name((enum retention_state)99), "?");
}

/* What the facts themselves say has no event of its own and replaces nothing; one
 * controller's statement does not replace another's. */
Test(retention, what_replaces_a_statement)
{
    const struct retention_rule r04b = row("R04b");
    struct anchor a[] = {anchor(END " 2027-01-01 A", 1), anchor(END " 2026-01-01 A", 2)};
    struct retention_result r;

    retention_date(&r04b, a, 2, us(NOW), &r);
    cr_expect_eq(r.used[0], 1, "the later statement about one thing");
    a[1].controller = CONTROLLER_ANY;
    retention_date(&r04b, a, 2, us(NOW), &r);
    cr_expect_eq(r.used[0], 0, "about another controller: the last of both");
    a[1].controller = K;
    a[0].ledger_id = 0;
    retention_date(&r04b, a, 2, us(NOW), &r);
    cr_expect_eq(r.used[0], 0);
}

Test(retention, of_two_at_one_instant_the_first_event)
{
    const struct retention_rule r04b = row("R04b");
    const struct anchor a[] = {anchor(END " 2027-01-01 B", 2),
                               anchor(END " 2027-01-01 A", 1),
                               anchor(END " 2027-01-01 C", 3)};
    struct retention_result r;

    retention_date(&r04b, a, 3, us(NOW), &r);
    cr_expect_eq(r.used[0], 1);
}

/* Open-ended: without an account its end is not waited for. */
Test(retention, an_account_that_there_is_must_end)
{
    const struct retention_rule r06 = row("R06");
    const struct anchor a[] = {anchor("account 2020-01-01", 1),
                               anchor("deletion_requested 2026-01-01", 2)};
    const struct anchor ended = anchor("account_agreement_end 2026-01-01", 3);
    struct retention_result r;

    retention_date(&r06, a + 1, 1, us(NOW), &r);
    cr_expect_eq(r.missing & (1U << ANCHOR_ACCOUNT_AGREEMENT_END), 0);
    retention_date(&r06, a, 2, us(NOW), &r);
    cr_expect_neq(r.missing & (1U << ANCHOR_ACCOUNT_AGREEMENT_END), 0);
    retention_date(&r06, &ended, 1, us(NOW), &r);
    cr_expect_eq(r.used[0], 0, "an end that was said counts without a beginning");
}

/* "The last certificate" is the last one, also where a row takes the earlier of two. */
Test(retention, the_last_certificate_of_the_earlier_of_two)
{
    const struct retention_rule rule = {
        .id = "X",
        .combine = COMBINE_MIN,
        .n_terms = 2,
        .terms = {TERM(LAST_CERTIFICATE, 0, ALWAYS), TERM(AGREEMENT_END, 0, ALWAYS)}};
    const struct anchor a[] = {anchor(CERT " 2026-01-01 A", 1),
                               anchor(CERT " 2027-01-01 B", 2)};
    struct retention_result r;

    retention_date(&rule, a, 2, us(NOW), &r);
    cr_expect_eq(r.effective_us, us("2027-01-01"));
}

Test(retention, a_review_every_nothing_is_asked_once)
{
    struct retention_rule rule = row("R06");
    const struct anchor a = anchor("obtained 2020-01-01", 1);
    struct retention_result r;

    rule.review_every = (struct when_length){0};
    retention_date(&rule, &a, 1, us(NOW), &r);
    cr_expect_eq(r.review_us, us("2020-01-01"));
}
