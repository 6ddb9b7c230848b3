/* One line against a list: what the entry, the facts, or nobody says. */
#include "core/lists/scrub.h"

#include "fact_case.h"

#include <criterion/criterion.h>

Test(scrub, what_an_entry_says)
{
    static const struct {
        enum list_polarity polarity;
        enum list_status said;
        enum scrub_status status;
        bool may_mail;
    } rows[] = {
        {LIST_DENY, LIST_SUPPRESSED, SCRUB_SUPPRESSED, false},
        {LIST_DENY, LIST_RELEASED, SCRUB_RELEASED, true},
        {LIST_PERMIT, LIST_PERMITTED, SCRUB_PERMITTED, true},
        {LIST_PERMIT, LIST_RELEASED, SCRUB_RELEASED, false},
        {LIST_DENY, LIST_ABSENT, SCRUB_UNKNOWN, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct list list = {.polarity = (uint8_t)rows[i].polarity};
        struct scrub_verdict v = scrub_of_entry(&list, rows[i].said, REASON_OPTOUT);

        cr_expect_eq(v.status, rows[i].status, "%zu", i);
        cr_expect_eq(v.may_mail, rows[i].may_mail, "%zu", i);
        cr_expect_str_eq(v.reason, "OPTOUT");
    }
}

Test(scrub, what_a_voice_says)
{
    static const struct {
        enum list_polarity polarity;
        enum list_voice voice;
        bool spoken;
        enum scrub_status status;
        bool may_mail;
    } rows[] = {
        {LIST_DENY, VOICE_NO, false, SCRUB_SUPPRESSED, false},
        {LIST_DENY, VOICE_NO, true, SCRUB_SUPPRESSED, false},
        {LIST_DENY, VOICE_YES, true, SCRUB_RELEASED, true},
        {LIST_PERMIT, VOICE_NO, false, SCRUB_SUPPRESSED, false},
        {LIST_PERMIT, VOICE_NO, true, SCRUB_RELEASED, false},
        {LIST_PERMIT, VOICE_YES, false, SCRUB_PERMITTED, true},
        {LIST_PERMIT, VOICE_NEITHER, true, SCRUB_RELEASED, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct list list = {.polarity = (uint8_t)rows[i].polarity};
        struct scrub_verdict v =
            scrub_of_voice(&list, rows[i].voice, REASON_OPTOUT, rows[i].spoken);

        cr_expect_eq(v.status, rows[i].status, "%zu", i);
        cr_expect_eq(v.may_mail, rows[i].may_mail, "%zu", i);
    }
}

Test(scrub, the_stricter_of_two_readings)
{
    const struct scrub_verdict yes = {true, SCRUB_PERMITTED, "CONSENT"};
    const struct scrub_verdict no = {false, SCRUB_SUPPRESSED, "OPTOUT"};
    const struct scrub_verdict unknown = {false, SCRUB_UNKNOWN, "NO_GRANT"};
    const struct {
        struct scrub_verdict one, other;
        enum scrub_status status;
    } rows[] = {
        {yes, yes, SCRUB_PERMITTED},     {yes, no, SCRUB_SUPPRESSED},
        {no, yes, SCRUB_SUPPRESSED},     {unknown, no, SCRUB_SUPPRESSED},
        {no, unknown, SCRUB_SUPPRESSED}, {yes, unknown, SCRUB_UNKNOWN},
        {unknown, yes, SCRUB_UNKNOWN},   {no, no, SCRUB_SUPPRESSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(scrub_stricter(rows[i].one, rows[i].other).status, rows[i].status,
                     "%zu", i);
}

/* 1: PERMIT by a grant, 2: DENY by an opt-out that came after. */
static struct testbook t;
static struct fact facts[2];

static struct fact fact(int64_t id, enum fact_kind kind, int day)
{
    return fact_of(id, kind, SOURCE_DIRECT, 1, DAY(day));
}

static struct list list_of(enum list_polarity polarity)
{
    return (struct list){.valid = ALWAYS_VALID,
                         .number = 1,
                         .controller = 1,
                         .purpose = PURPOSE_PROMOTIONAL,
                         .channel = CHANNEL_EMAIL,
                         .polarity = (uint8_t)polarity};
}

Test(scrub, what_facts_say)
{
    static const struct {
        size_t n;
        bool known;
        enum list_status last;
        enum scrub_status status;
        bool may_mail;
    } rows[] = {
        {0, false, LIST_ABSENT, SCRUB_UNKNOWN, false},
        {0, true, LIST_ABSENT, SCRUB_SUPPRESSED, false},
        {1, true, LIST_ABSENT, SCRUB_PERMITTED, true},
        {1, true, LIST_SUPPRESSED, SCRUB_RELEASED, true},
        {2, true, LIST_ABSENT, SCRUB_SUPPRESSED, false},
        {2, true, LIST_RELEASED, SCRUB_SUPPRESSED, false},
        {1, false, LIST_ABSENT, SCRUB_UNKNOWN, false}, /* facts of nobody count not */
    };
    testbook_init(&t);
    facts[0] = fact(1, FACT_GRANT, 0);
    facts[1] = fact(2, FACT_OPTOUT, 2);
    for (int polarity = LIST_DENY; polarity <= LIST_PERMIT; polarity++) {
        const struct list list = list_of((enum list_polarity)polarity);

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            struct scrub_verdict v =
                scrub_of_facts(&t.book, &list, facts, rows[i].n, rows[i].known,
                               testbook_time("2026-01-10T00:00:00Z"), rows[i].last);

            cr_expect_eq(v.status, rows[i].status, "%zu: %s", i,
                         scrub_status_name(v.status));
            cr_expect_eq(v.may_mail, rows[i].may_mail, "%zu", i);
        }
    }
}

/* A fact stamped by a clock ahead of ours counts. */
Test(scrub, the_brokers_clock_counts)
{
    const struct list list = list_of(LIST_DENY);

    testbook_init(&t);
    facts[0] = fact(1, FACT_GRANT, 0);
    facts[1] = fact(2, FACT_OPTOUT, 2);
    cr_expect_not(scrub_of_facts(&t.book, &list, facts, 2, true,
                                 testbook_time("2026-01-02T00:00:00Z"), LIST_ABSENT)
                      .may_mail);
}

/* Somebody else's contact looks like nobody's. */
Test(scrub, not_the_lists_to_know)
{
    struct list list = list_of(LIST_DENY);

    testbook_init(&t);
    memcpy(list.sourced_by, "acme", 5);
    facts[0] = fact(1, FACT_GRANT, 0);
    cr_expect_eq(scrub_of_facts(&t.book, &list, facts, 1, true,
                                testbook_time("2026-01-10T00:00:00Z"), LIST_ABSENT)
                     .status,
                 SCRUB_UNKNOWN);
}

Test(scrub, words)
{
#define X(id, name) cr_expect_str_eq(scrub_status_name(SCRUB_##id), name);
    SCRUB_STATUSES(X)
#undef X
}
