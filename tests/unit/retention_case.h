/*
 * retention_case.h - the rows of the policy and the words of the tests: anchors and facts
 * as text; for retention.c and retention_facts.c.
 */
#ifndef CONSENT_TESTS_RETENTION_CASE_H
#define CONSENT_TESTS_RETENTION_CASE_H

#include "core/casework/retention.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define K        ((int16_t)1)

static inline int64_t us(const char *text)
{
    int64_t at_us = 0;
    int32_t day;
    if (when_parse_day(text, strlen(text), &day) == WHEN_OK)
        return day * WHEN_DAY_US;
    cr_assert_eq(when_parse(text, strlen(text), &at_us), WHEN_OK, "%s", text);
    return at_us;
}

static inline const char *show(int64_t at_us, char text[WHEN_TEXT_BYTES])
{
    if (at_us == WHEN_NEVER)
        return "";
    when_format(at_us, text);
    if (strcmp(text + 10, "T00:00:00Z") == 0)
        text[10] = '\0';
    return text;
}

/* --- the policy's rows --- */

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

static inline struct retention_rule row(const char *id)
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

/* One anchor: "event date [reference] [qualified]"; each is known after the one before.
 */
static inline struct anchor anchor(const char *text, size_t number)
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

#endif
