/*
 * testbook.h - a small register for the tests of the rules, the same for all of them.
 *
 * tests/golden/decisions/README.md lists it in words.
 */
#ifndef CONSENT_TESTS_TESTBOOK_H
#define CONSENT_TESTS_TESTBOOK_H

#include "core/register/rulebook.h"

#include <string.h>

#define ALWAYS_VALID                                                                     \
    {                                                                                    \
        WHEN_ALWAYS, WHEN_NEVER                                                          \
    }
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* What a test may change, and everything a rulebook points to. */
struct testbook {
    struct controller controllers[5];
    struct website websites[6];
    struct purpose purposes[18];
    struct source sources[18];
    struct agreement agreements[9];
    struct policy policies[2];
    struct succession successions[8];
    struct rulebook book;
};

static inline int64_t testbook_time(const char *text)
{
    int64_t us = 0;
    when_parse(text, strlen(text), &us);
    return us;
}

static inline struct source testbook_source(const char *id, const char *urn,
                                            int32_t number, enum source_type type)
{
    struct source s = {.valid = ALWAYS_VALID, .number = number, .type = (uint8_t)type};
    strncpy(s.id, id, sizeof(s.id) - 1);
    strncpy(s.party, id, sizeof(s.party) - 1);
    strncpy(s.urn, urn, sizeof(s.urn) - 1);
    return s;
}

static inline struct agreement testbook_agreement(const char *id, const char *party,
                                                  int32_t number, const char *until)
{
    struct agreement a = {.terminated_us = WHEN_NEVER,
                          .breach_from_us = WHEN_NEVER,
                          .number = number,
                          .warranty = true};
    strncpy(a.id, id, sizeof(a.id) - 1);
    strncpy(a.party, party, sizeof(a.party) - 1);
    a.valid.from_us = testbook_time("2020-01-01T00:00:00Z");
    a.valid.until_us = until == NULL ? WHEN_NEVER : testbook_time(until);
    return a;
}

static inline void testbook_parties(struct testbook *t)
{
    const struct source sources[] = {
        testbook_source("site", "urn:consent:src:direct:site", 1, SOURCE_DIRECT),
        testbook_source("mta", "urn:consent:src:mailing:mta", 2, SOURCE_MAILING),
        testbook_source("drop", "urn:consent:src:platform:drop", 3, SOURCE_PLATFORM),
        testbook_source("dpo", "urn:consent:src:dpo:dpo", 4, SOURCE_DPO),
        testbook_source("contracts", "urn:consent:src:contracts", 5, SOURCE_CONTRACTS),
        testbook_source("acme", "urn:consent:src:reseller:acme", 6, SOURCE_RESELLER),
        testbook_source("nordhost", "urn:consent:src:webhost:nordhost", 7,
                        SOURCE_WEBHOST),
        testbook_source("adnet", "urn:consent:src:affiliate:adnet", 8, SOURCE_AFFILIATE),
        testbook_source("corp", "urn:consent:src:org:corp", 9, SOURCE_ORGANISATION),
        testbook_source("leadmart", "urn:consent:src:lead:leadmart", 10,
                        SOURCE_LEAD_PROVIDER),
        testbook_source("bizdata", "urn:consent:src:bcp:bizdata", 11,
                        SOURCE_BUSINESS_CONTACT_PROVIDER),
        testbook_source("gov", "urn:consent:src:gov:gov", 12, SOURCE_GOVERNMENT_SOURCE),
        testbook_source("crt.sh", "urn:consent:src:ct:crt.sh", 13, SOURCE_CT_LOG),
        testbook_source("usage", "urn:consent:src:usage:usage", 14, SOURCE_USAGE),
        testbook_source("referee", "urn:consent:src:ref:referee", 15, SOURCE_REFERENCE),
        testbook_source("validator", "urn:consent:src:val:validator", 16,
                        SOURCE_VALIDATION_SOURCE),
        testbook_source("oldboss", "urn:consent:src:emp:oldboss", 17, SOURCE_EMPLOYER),
        testbook_source("reseller2", "urn:consent:src:reseller:reseller2", 18,
                        SOURCE_RESELLER),
    };
    const struct agreement agreements[] = {
        testbook_agreement("ACME", "acme", 1, "2029-01-01T00:00:00Z"),
        testbook_agreement("ACME-ENDS", "acme", 2, "2026-03-01T00:00:00Z"),
        testbook_agreement("ACME-KEEPS", "acme", 3, "2026-03-01T00:00:00Z"),
        testbook_agreement("ACME-BARE", "acme", 4, NULL),
        testbook_agreement("ACME-SYM", "acme", 5, NULL),
        testbook_agreement("NORD", "nordhost", 6, NULL),
        testbook_agreement("LEAD", "leadmart", 7, NULL),
        testbook_agreement("BIZ", "bizdata", 8, NULL),
        testbook_agreement("ADNET", "adnet", 9, NULL),
    };
    memcpy(t->sources, sources, sizeof(sources));
    memcpy(t->agreements, agreements, sizeof(agreements));
    t->agreements[2].warranty_survives = true;
    t->agreements[3].warranty = false;
    t->agreements[4].relay_symmetric = true;
}

static inline void testbook_init(struct testbook *t)
{
    int64_t moved_us = testbook_time("2026-06-01T00:00:00Z");
    const struct controller controllers[] = {
        {"sectigo-limited", "Sectigo Limited", "GB", ALWAYS_VALID, 1, "GB IE"},
        {"sectigo-inc", "Sectigo, Inc.", "US", ALWAYS_VALID, 2, ""},
        {"ssl247-sas", "SSL247 SAS", "FR", ALWAYS_VALID, 3, ""},
        {"ssl247-limited", "SSL247 Limited", "GB", ALWAYS_VALID, 4, ""},
        {"ssl247-inc", "SSL247, Inc.", "US", ALWAYS_VALID, 5, ""},
    };
    const struct website websites[] = {
        {"sectigo.com", "sectigo", ALWAYS_VALID, 1},
        {"ssl247.fr", "ssl247", ALWAYS_VALID, 3},
        {"shop.ssl247.fr", "ssl247", ALWAYS_VALID, 4},
        {"moved.example", "moved", {WHEN_ALWAYS, moved_us}, 4},
        {"moved.example", "moved", {moved_us, WHEN_NEVER}, 5},
        {"gone.example", "gone", {WHEN_ALWAYS, moved_us}, 1},
    };
    const struct purpose purposes[] = {
        {"marketing.promotional", ALWAYS_VALID, 0, 1, PURPOSE_CLASS_PROMOTIONAL, false},
        {"communication.events", ALWAYS_VALID, 0, 2, PURPOSE_CLASS_PROMOTIONAL, false},
        {"communication.news", ALWAYS_VALID, 0, 3, PURPOSE_CLASS_PROMOTIONAL, true},
        {"communication.surveys", ALWAYS_VALID, 0, 4, PURPOSE_CLASS_PROMOTIONAL, false},
        {"communication.inquiry_response", ALWAYS_VALID, 0, 5, PURPOSE_CLASS_SOLICITED,
         false},
        {"service.notification", ALWAYS_VALID, 0, 6, PURPOSE_CLASS_TRANSACTIONAL, false},
        {"account.administration", ALWAYS_VALID, 0, 7, PURPOSE_CLASS_ADMINISTRATIVE,
         false},
        {"legal.notice", ALWAYS_VALID, 0, 8, PURPOSE_CLASS_LEGAL, true},
        {"data.sale", ALWAYS_VALID, 0, 9, PURPOSE_CLASS_SHARING, false},
        {"data.rent", ALWAYS_VALID, 0, 10, PURPOSE_CLASS_SHARING, false},
        {"web.tailored_advertising", ALWAYS_VALID, 0, 11, PURPOSE_CLASS_WEB, false},
        {"recruitment.application", ALWAYS_VALID, 0, 12, PURPOSE_CLASS_RECRUITMENT,
         false},
        {"recruitment.reference_check", ALWAYS_VALID, 0, 13, PURPOSE_CLASS_RECRUITMENT,
         false},
        {"certificate.validation_and_issuance", ALWAYS_VALID, 0, 14,
         PURPOSE_CLASS_ADMINISTRATIVE, false},
        {"marketing.targeted_advertising", ALWAYS_VALID, 0, 15, PURPOSE_CLASS_PROMOTIONAL,
         false},
        {"marketing.later",
         {testbook_time("2027-01-01T00:00:00Z"), WHEN_NEVER},
         0,
         16,
         PURPOSE_CLASS_PROMOTIONAL,
         false},
        {"marketing.former",
         {WHEN_ALWAYS, testbook_time("2026-03-01T00:00:00Z")},
         0,
         17,
         PURPOSE_CLASS_PROMOTIONAL,
         false},
        {"communication.support", ALWAYS_VALID, 0, 18, PURPOSE_CLASS_SOLICITED, true},
    };
    const struct policy policies[] = {
        {"sectigo-privacy",
         "2018-05-25",
         {WHEN_ALWAYS, testbook_time("2021-11-15T00:00:00Z")}},
        {"sectigo-privacy",
         "2021-11-15",
         {testbook_time("2021-11-15T00:00:00Z"), WHEN_NEVER}},
    };
    memset(t, 0, sizeof(*t));
    memcpy(t->controllers, controllers, sizeof(controllers));
    memcpy(t->websites, websites, sizeof(websites));
    memcpy(t->purposes, purposes, sizeof(purposes));
    memcpy(t->policies, policies, sizeof(policies));
    testbook_parties(t);
    t->book = (struct rulebook){
        .known_us = WHEN_NEVER,
        .version = 1,
        .controllers = t->controllers,
        .n_controllers = COUNT_OF(t->controllers),
        .websites = t->websites,
        .n_websites = COUNT_OF(t->websites),
        .purposes = t->purposes,
        .n_purposes = COUNT_OF(t->purposes),
        .sources = t->sources,
        .n_sources = COUNT_OF(t->sources),
        .agreements = t->agreements,
        .n_agreements = COUNT_OF(t->agreements),
        .policies = t->policies,
        .n_policies = COUNT_OF(t->policies),
        .successions = t->successions,
        .default_controller = 1,
    };
    t->book.n_successions = rulebook_successions(
        t->websites, COUNT_OF(t->websites), t->successions, COUNT_OF(t->successions));
    windows_init(&t->book.windows);
}

#endif
