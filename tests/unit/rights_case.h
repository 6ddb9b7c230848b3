/* rights_case.h - requests and answers in few words; for rights.c and rights_answer.c. */
#ifndef CONSENT_TESTS_RIGHTS_CASE_H
#define CONSENT_TESTS_RIGHTS_CASE_H

#include "core/casework/rights.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static inline int64_t us(const char *text)
{
    int64_t at_us = 0;
    int32_t day;
    if (when_parse_day(text, strlen(text), &day) == WHEN_OK)
        return day * WHEN_DAY_US;
    cr_assert_eq(when_parse(text, strlen(text), &at_us), WHEN_OK, "%s", text);
    return at_us;
}

static inline int32_t day(const char *text)
{
    return (int32_t)(us(text) / WHEN_DAY_US);
}

enum { SITE = 3, MAILBOX = 7 };

static inline struct rights_event asks(int64_t id, const char *at, uint16_t kinds)
{
    return (struct rights_event){.request = true,
                                 .ledger_id = id,
                                 .known_us = us(at),
                                 .at_us = us(at),
                                 .source = SITE,
                                 .kinds = kinds,
                                 .country = "DE"};
}

static inline struct rights_event answers(int64_t id, const char *at,
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

static inline struct rights_request folded(const struct rights_event *e, size_t n)
{
    struct rights_request all[RIGHTS_SOURCES];
    cr_assert_eq(rights_fold(e, n, NULL, all), 1);
    return all[0];
}

#define ACCESS   RIGHTS_BIT(RIGHT_ACCESS)
#define ERASE    RIGHTS_BIT(RIGHT_ERASE)
#define UNREAD   RIGHTS_BIT(RIGHT_UNCLASSIFIED)
#define RESTRICT RIGHTS_BIT(RIGHT_RESTRICT)
#define OBJECT   RIGHTS_BIT(RIGHT_OBJECT)
#define DEATH    RIGHTS_BIT(RIGHT_POST_MORTEM_DIRECTIVE)

#endif
