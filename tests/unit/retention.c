/* retention: every row of the policy by a table of anchors, and what facts say
 * themselves. */
#include "core/retention.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define K        ((int16_t)1)

static int64_t us(const char *text)
{
    int64_t at_us = 0;
    int32_t day;
    if (when_parse_day(text, strlen(text), &day) == WHEN_OK)
        return day * WHEN_DAY_US;
    cr_assert_eq(when_parse(text, strlen(text), &at_us), WHEN_OK, "%s", text);
    return at_us;
}

static const char *show(int64_t at_us, char text[WHEN_TEXT_BYTES])
{
    if (at_us == WHEN_NEVER)
        return "";
    when_format(at_us, text);
    if (strcmp(text + 10, "T00:00:00Z") == 0)
        text[10] = '\0';
    return text;
}

/* --- the policy's rows ----------------------------------------------------------------
 */

#define TERM(which, months_, cond)                                                       \
    {                                                                                    \
        .event = ANCHOR_##which, .offset = {.months = (months_)}, .when = TERM_##cond    \
    }
#define YEARS    12
#define OF(type) (1U << SOURCE_##type)

enum { P_PROMO = 1, P_NEWS, P_EVENTS, P_ENRICH, P_CONTRACT };

static const struct retention_rule rules[] = {
    {.id = "R01",
     .combine = COMBINE_MAX,
     .n_terms = 2,
     .terms = {TERM(SUBSCRIBER_AGREEMENT_END, 0, ALWAYS),
               TERM(LEGAL_RIGHTS_WINDOW_END, 0, ALWAYS)},
     .of_customers = true,
     .n_purposes = 1,
     .purposes = {P_CONTRACT}},
    {.id = "R02",
     .combine = COMBINE_MAX,
     .n_terms = 3,
     .terms = {TERM(SUBSCRIBER_AGREEMENT_END, 0, ALWAYS),
               TERM(LAST_CERTIFICATE, 7 * YEARS, NO_QUALIFIED),
               TERM(LAST_CERTIFICATE, 15 * YEARS, ANY_QUALIFIED)}},
    {.id = "R03",
     .combine = COMBINE_MIN,
     .n_terms = 2,
     .terms = {TERM(ACCOUNT_DELETION_REQUESTED, 0, ALWAYS),
               TERM(AGREEMENT_END, 0, ALWAYS)},
     .backup_grace = {.days = 14}},
    {.id = "R04a", .same_as = "R02", .sources = OF(RESELLER) | OF(WEBHOST)},
    {.id = "R04b",
     .combine = COMBINE_MAX,
     .n_terms = 1,
     .terms = {TERM(SUBSCRIBER_AGREEMENT_END, 7 * YEARS, ALWAYS)},
     .sources = OF(RESELLER) | OF(WEBHOST),
     .of_customers = true},
    {.id = "R05",
     .same_as = "R02",
     .sources = OF(VALIDATION_SOURCE),
     .any_purpose = true},
    {.id = "R06",
     .combine = COMBINE_MAX,
     .n_terms = 3,
     .terms = {TERM(ACCOUNT_AGREEMENT_END, 0, ALWAYS),
               TERM(LEGAL_RIGHTS_WINDOW_END, 0, ALWAYS),
               TERM(DELETION_REQUESTED, 0, ALWAYS)},
     .open_ended = true,
     .has_review = true,
     .review_every = {.months = YEARS},
     .override_on_request = true,
     .sources = OF(LEAD_PROVIDER),
     .any_purpose = true,
     .n_purposes = 1,
     .purposes = {P_ENRICH},
     .classes = {PURPOSE_CLASS_PROMOTIONAL}},
    {.id = "R07", .same_as = "R02"},
    {.id = "R08", .indefinite = true},
    {.id = "R09", .external = "cookies-policy"},
    {.id = "R10",
     .combine = COMBINE_MIN,
     .n_terms = 1,
     .terms = {TERM(CONSENT_WITHDRAWN, 0, ALWAYS)}},
    {.id = "R11",
     .combine = COMBINE_MIN,
     .n_terms = 1,
     .terms = {TERM(CONSENT_WITHDRAWN, 0, ALWAYS)},
     .n_purposes = 2,
     .purposes = {P_NEWS, P_EVENTS},
     .classes = {PURPOSE_CLASS_PROMOTIONAL, PURPOSE_CLASS_PROMOTIONAL}},
    {.id = "R12",
     .combine = COMBINE_MIN,
     .n_terms = 1,
     .terms = {TERM(CONSENT_WITHDRAWN, 0, ALWAYS)},
     .n_purposes = 1,
     .purposes = {P_PROMO},
     .classes = {PURPOSE_CLASS_PROMOTIONAL}},
    {.id = "R13", .external = "cookies-policy"},
    {.id = "R14", .external = "cookies-policy"},
    {.id = "R15",
     .combine = COMBINE_MAX,
     .n_terms = 1,
     .terms = {TERM(HIRING_PROCESS_CONCLUDED, 4 * YEARS, ALWAYS)},
     .external_when_employee = "employee-privacy-notice"},
    {.id = "LOOP", .same_as = "LOOP"},
};

static struct retention_rule row(const char *id)
{
    static struct retention_rule all[COUNT(rules)];
    struct retention_rule found;
    for (size_t i = 0; i < COUNT(rules); i++) {
        all[i] = rules[i];
        all[i].valid = (struct period){WHEN_ALWAYS, WHEN_NEVER};
    }
    cr_assert(retention_resolve(all, COUNT(rules), id, 0, &found), "%s", id);
    return found;
}

/* --- dates ----------------------------------------------------------------------------
 */

/* One anchor: "event date [reference] [qualified]"; each is known after the one before.
 */
static struct anchor anchor(const char *text, size_t number)
{
    char event[64] = "", at[64] = "", reference[32] = "", more[32] = "";
    struct anchor a = {.at_us = WHEN_NEVER,
                       .known_us = (int64_t)number,
                       .ledger_id = (int64_t)number,
                       .controller = K,
                       .source_type = SOURCE_CONTRACTS};
    cr_assert_geq(sscanf(text, "%63s %63s %31s %31s", event, at, reference, more), 2);
    a.event = strcmp(event, "obtained") == 0    ? ANCHOR_OBTAINED
              : strcmp(event, "account") == 0   ? ANCHOR_ACCOUNT
              : strcmp(event, "objection") == 0 ? ANCHOR_OBJECTED
                                                : (uint8_t)anchor_event_parse(event);
    cr_assert_neq(a.event, 0, "%s", text);
    if (strcmp(at, "none") != 0)
        a.at_us = us(at);
    if (strcmp(reference, "-") != 0)
        snprintf(a.reference, sizeof(a.reference), "%s", reference);
    a.qualified = strcmp(more, "qualified") == 0;
    return a;
}

#define CERT "last_certificate_expired_or_revoked"
#define END  "subscriber_agreement_end"
#define NOW  "2026-06-15"

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

/* --- facts ----------------------------------------------------------------------------
 */

static struct fact fact(int64_t id, enum fact_kind kind, enum source_type type,
                        int16_t purpose, const char *at)
{
    return (struct fact){.ledger_id = id,
                         .known_us = us(at),
                         .from_us = us(at),
                         .to_us = us(at),
                         .expires_us = WHEN_NEVER,
                         .controller = K,
                         .purpose = purpose,
                         .channels = CHANNELS_ALL,
                         .flags = source_type_direct(type) ? FACT_IS_DIRECT : 0,
                         .kind = (uint8_t)kind,
                         .source_type = (uint8_t)type};
}

static bool concerns(const char *id, const struct fact *f)
{
    const struct retention_rule rule = row(id);
    return retention_concerns(&rule, f, 1, NULL, 0, K);
}

Test(retention, what_falls_under_which_row)
{
    struct fact lead = fact(1, FACT_LEAD, SOURCE_LEAD_PROVIDER, PURPOSE_ANY, NOW);
    struct fact order = fact(2, FACT_RELATIONSHIP, SOURCE_DIRECT, PURPOSE_ANY, NOW);
    struct fact grant = fact(3, FACT_GRANT, SOURCE_DIRECT, P_PROMO, NOW);
    struct fact no = fact(4, FACT_OBJECTION, SOURCE_DIRECT, P_PROMO, NOW);
    struct anchor cert = anchor(CERT " 2026-05-05 C1", 1);
    struct anchor end = anchor(END " 2026-05-05", 2);
    const struct retention_rule r01 = row("R01"), r02 = row("R02"), r04a = row("R04a");

    cr_expect(concerns("R06", &lead) && !concerns("R12", &lead) &&
              !concerns("R01", &lead));
    cr_expect(concerns("R01", &order) && !concerns("R04b", &order));
    order.source_type = SOURCE_RESELLER;
    cr_expect(concerns("R04b", &order));
    cr_expect(concerns("R12", &grant) && !concerns("R11", &grant) &&
              !concerns("R06", &grant));
    cr_expect(!concerns("R12", &no), "a denial is kept to be heeded");
    cr_expect(retention_concerns(&r02, NULL, 0, &cert, 1, K));
    cr_expect(!retention_concerns(&r02, NULL, 0, &cert, 1, K + 1), "another controller");
    cr_expect(!retention_concerns(&r04a, NULL, 0, &cert, 1, K));
    cert.source_type = SOURCE_RESELLER;
    cr_expect(retention_concerns(&r04a, NULL, 0, &cert, 1, K));
    cr_expect(!retention_concerns(&r02, NULL, 0, &end, 1, K), "no certificate is known");
    cr_expect(retention_concerns(&r01, NULL, 0, &end, 1, K));
}

static struct retention_result dated(const char *id, const struct fact *facts, size_t n)
{
    const struct retention_rule rule = row(id);
    struct anchor anchors[8];
    struct retention_result r;
    const size_t k = retention_anchors(&rule, facts, n, NULL, 0, K, CONTACT_EMAIL,
                                       anchors, COUNT(anchors));
    retention_date(&rule, anchors, k, us(NOW), &r);
    return r;
}

Test(retention, withdrawn_by_whatever_says_no)
{
    struct fact f[] = {
        fact(1, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2025-01-01"),
        fact(2, FACT_OPTOUT, SOURCE_DIRECT, PURPOSE_PROMOTIONAL, "2026-02-03"),
        fact(3, FACT_OBJECTION, SOURCE_DPO, PURPOSE_ANY, "2026-03-01"),
        fact(4, FACT_GRANT, SOURCE_LEAD_PROVIDER, P_PROMO, "2026-04-01"),
        fact(5, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2026-05-01"),
        fact(6, FACT_WITHDRAWAL, SOURCE_DIRECT, P_PROMO, "2026-05-02"),
    };
    cr_expect_eq(dated("R12", f, 1).state, RETENTION_WAITING);
    cr_expect_eq(dated("R12", f, 2).effective_us, us("2026-02-03"));
    cr_expect_eq(dated("R12", f, 3).effective_us, us("2026-02-03"));
    cr_expect_eq(dated("R12", f, 4).effective_us, us("2026-02-03"),
                 "what others bring lifts nothing");
    cr_expect_eq(dated("R12", f, 5).state, RETENTION_WAITING, "agreed anew");
    cr_expect_eq(dated("R12", f, 6).effective_us, us("2026-05-02"));
    f[4].from_us = f[4].to_us = f[1].to_us;
    cr_expect_eq(dated("R12", f, 5).effective_us, us("2026-02-03"), "at the same time");
    f[1].channels = CHANNEL_PHONE;
    cr_expect_eq(dated("R12", f, 2).state, RETENTION_WAITING, "only the telephone");
    f[1].channels = CHANNELS_ALL;
    f[1].controller = K + 1;
    cr_expect_eq(dated("R12", f, 2).state, RETENTION_WAITING, "somebody else's");
}

Test(retention, a_row_of_two_purposes_goes_with_the_second)
{
    const struct fact f[] = {
        fact(1, FACT_GRANT, SOURCE_DIRECT, P_NEWS, "2025-01-01"),
        fact(2, FACT_GRANT, SOURCE_DIRECT, P_EVENTS, "2025-01-01"),
        fact(3, FACT_WITHDRAWAL, SOURCE_DIRECT, P_NEWS, "2026-02-03"),
        fact(4, FACT_WITHDRAWAL, SOURCE_DIRECT, P_EVENTS, "2026-03-04"),
    };
    cr_expect_eq(dated("R11", f, 3).state, RETENTION_WAITING);
    cr_expect_eq(dated("R11", f, 4).effective_us, us("2026-03-04"));
}

Test(retention, a_lead_bought_after_an_objection_should_not_be_here)
{
    const struct fact f[] = {
        fact(1, FACT_OBJECTION, SOURCE_DPO, PURPOSE_ANY, "2025-01-01"),
        fact(2, FACT_GRANT, SOURCE_LEAD_PROVIDER, P_PROMO, "2026-01-01"),
    };
    cr_expect_eq(dated("R12", f, 2).effective_us, us("2026-01-01"));
}

Test(retention, erasure_overrides_and_its_refusal_takes_that_back)
{
    struct fact f[] = {
        fact(1, FACT_LEAD, SOURCE_LEAD_PROVIDER, PURPOSE_ANY, "2025-01-01"),
        fact(2, FACT_RELATIONSHIP, SOURCE_DIRECT, PURPOSE_ANY, "2025-06-01"),
        fact(3, FACT_OBJECTION, SOURCE_DPO, PURPOSE_ANY, "2026-02-03"),
        fact(4, FACT_ERASURE, SOURCE_DPO, PURPOSE_ANY, "2026-02-03"),
        fact(5, FACT_ERASURE_REFUSED, SOURCE_DPO, PURPOSE_ANY, "2026-02-20"),
    };
    struct retention_result r = dated("R06", f, 2);
    cr_expect_eq(r.state, RETENTION_OPEN);
    cr_expect_eq(r.review_us, us("2027-01-01"));
    r = dated("R06", f, 4);
    cr_expect(r.overridden);
    cr_expect_eq(r.effective_us, us("2026-02-03"));
    cr_expect_eq(r.literal_us, WHEN_NEVER, "the account has not ended");
    r = dated("R06", f, 5);
    cr_expect_eq(r.state, RETENTION_OPEN, "article 17(3): the data stay, unused");
    f[3].flags |= FACT_IS_CONFIRMED;
    r = dated("R06", f, 5);
    cr_expect_eq(r.effective_us, us("2026-02-03"), "carried out is carried out");
}

static size_t anchors_of(const char *id, const struct fact *facts, size_t n_facts,
                         const struct anchor *said, size_t n_said, enum contact_kind kind,
                         struct anchor *ret, size_t cap)
{
    const struct retention_rule rule = row(id);
    return retention_anchors(&rule, facts, n_facts, said, n_said, K, kind, ret, cap);
}

Test(retention, an_account_is_known_by_its_end_too)
{
    struct anchor said[] = {anchor("account_agreement_end 2030-01-01", 1),
                            anchor("deletion_requested 2026-02-03", 2)};
    struct anchor got[8];
    const struct retention_rule r06 = row("R06");
    struct retention_result r;
    size_t n = anchors_of("R06", NULL, 0, said, 2, CONTACT_EMAIL, got, COUNT(got));

    cr_assert_eq(n, 3);
    cr_expect_eq(got[2].event, ANCHOR_ACCOUNT);
    retention_date(&r06, got, n, us(NOW), &r);
    cr_expect_eq(r.literal_us, WHEN_NEVER, "the window of rights is still to be said");
    cr_expect_eq(r.effective_us, us("2026-02-03"));
    said[0].event = ANCHOR_SUBSCRIBER_AGREEMENT_END;
    cr_expect_eq(anchors_of("R06", NULL, 0, said, 2, CONTACT_EMAIL, got, 8), 3);
    cr_expect_eq(anchors_of("R06", NULL, 0, said, 2, CONTACT_EMAIL, got, 2), 2,
                 "no room");
    cr_expect_eq(anchors_of("R06", NULL, 0, said + 1, 1, CONTACT_EMAIL, got, 8), 1);
    said[1].controller = K + 1;
    cr_expect_eq(anchors_of("R06", NULL, 0, said + 1, 1, CONTACT_EMAIL, got, 8), 0);
    said[1].controller = CONTROLLER_ANY;
    cr_expect_eq(anchors_of("R06", NULL, 0, said + 1, 1, CONTACT_EMAIL, got, 8), 1);
}

Test(retention, each_kind_of_contact_has_its_channel)
{
    static const struct {
        enum contact_kind kind;
        uint16_t channel;
    } kinds[] = {{CONTACT_EMAIL, CHANNEL_EMAIL},
                 {CONTACT_PHONE, CHANNEL_PHONE},
                 {CONTACT_POSTAL, CHANNEL_POST}};
    struct fact f[] = {fact(1, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2025-01-01"),
                       fact(2, FACT_OPTOUT, SOURCE_DIRECT, P_PROMO, "2026-02-03"),
                       fact(3, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2026-03-01")};
    struct anchor got[8];

    for (size_t i = 0; i < COUNT(kinds); i++) {
        f[1].channels = kinds[i].channel;
        f[2].channels = CHANNEL_SOCIAL; /* agreed anew, for something else */
        for (size_t k = 0; k < COUNT(kinds); k++)
            cr_expect_eq(anchors_of("R12", f, 3, NULL, 0, kinds[k].kind, got, 8),
                         i == k ? 2 : 1, "%zu %zu", i, k);
    }
}

Test(retention, whose_refusal_and_when)
{
    struct fact f[] = {
        fact(1, FACT_LEAD, SOURCE_LEAD_PROVIDER, PURPOSE_ANY, "2025-01-01"),
        fact(2, FACT_ERASURE_REFUSED, SOURCE_DPO, PURPOSE_ANY, "2026-02-01"),
        fact(3, FACT_ERASURE, SOURCE_DPO, PURPOSE_ANY, "2026-02-03"),
    };
    cr_expect_eq(dated("R06", f, 3).effective_us, us("2026-02-03"), "asked for anew");
    f[1] = fact(2, FACT_ERASURE_REFUSED, SOURCE_DPO, PURPOSE_ANY, "2026-02-20");
    cr_expect_eq(dated("R06", f, 3).state, RETENTION_OPEN);
    f[1].controller = K + 1;
    cr_expect_eq(dated("R06", f, 3).effective_us, us("2026-02-03"), "somebody else's");
    f[1].controller = CONTROLLER_ANY;
    cr_expect_eq(dated("R06", f, 3).state, RETENTION_OPEN);
    f[2].controller = K + 1;
    cr_expect_eq(dated("R06", f, 3).state, RETENTION_OPEN);
}

Test(retention, an_objection_to_part_of_it_or_taken_back_overrides_nothing)
{
    struct fact f[] = {
        fact(1, FACT_LEAD, SOURCE_LEAD_PROVIDER, PURPOSE_ANY, "2025-01-01"),
        fact(2, FACT_OBJECTION, SOURCE_DIRECT, P_PROMO, "2026-02-03"),
        fact(3, FACT_GRANT, SOURCE_DIRECT, P_ENRICH, "2026-03-01"),
    };
    cr_expect_eq(dated("R06", f, 2).state, RETENTION_OPEN);
    f[1].purpose = P_ENRICH;
    cr_expect_eq(dated("R06", f, 2).effective_us, us("2026-02-03"));
    f[1].purpose = PURPOSE_PROMOTIONAL;
    cr_expect_eq(dated("R06", f, 2).effective_us, us("2026-02-03"));
    cr_expect_eq(dated("R06", f, 3).state, RETENTION_OPEN, "agreed anew");
    cr_expect_eq(dated("R05", f, 2).state, RETENTION_WAITING, "a row without purposes");
    f[2] = fact(3, FACT_OBJECTION, SOURCE_DPO, PURPOSE_ANY, "2026-02-03");
    cr_expect_eq(dated("R06", f, 3).effective_us, us("2026-02-03"), "two at one time");
}

Test(retention, orders_and_other_purposes)
{
    struct fact order = fact(1, FACT_RELATIONSHIP, SOURCE_DIRECT, P_CONTRACT, NOW);
    const struct retention_rule r01 = row("R01"), r03 = row("R03");
    struct anchor asked = anchor("account_deletion_requested 2026-01-01", 1);
    struct anchor other = anchor("consent_withdrawn 2026-01-01", 2);

    cr_expect(concerns("R01", &order) && !concerns("R12", &order));
    order.purpose = P_PROMO;
    cr_expect(!concerns("R01", &order));
    order.controller = CONTROLLER_ANY;
    order.purpose = PURPOSE_ANY;
    cr_expect(retention_concerns(&r01, &order, 1, NULL, 0, K));
    cr_expect(retention_concerns(&r03, NULL, 0, &asked, 1, K));
    cr_expect(!retention_concerns(&r01, NULL, 0, &asked, 1, K));
    cr_expect(!retention_concerns(&r03, NULL, 0, &other, 1, K));
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
