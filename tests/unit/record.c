/* What has become of a grant, in the words of a consent record. */
#include "core/people/record.h"
#include "fact_case.h"

#include <criterion/criterion.h>

static struct testbook t;
static struct fact facts[8], scratch[8];
static struct record_state states[8];
static size_t n;

static void set_up(void)
{
    testbook_init(&t);
    memset(facts, 0, sizeof(facts));
    n = 0;
}

TestSuite(record, .init = set_up);

static struct fact *add(int64_t id, enum fact_kind kind, enum source_type type, int day)
{
    facts[n] = fact_said(id, kind, type, day);
    return &facts[n++];
}

static size_t ask_room(int64_t id, int day, size_t cap)
{
    struct record_facts f = {.facts = facts, .n = n, .room = scratch, .at_us = DAY(day)};

    record_facts_begin(&f, &t.book);
    return record_states(&t.book, &f, 0, n, id, states, cap);
}

static size_t ask(int64_t id, int day)
{
    return ask_room(id, day, 8);
}

static void is(enum consent_state state, enum reason reason, int since_day)
{
    cr_expect_str_eq(consent_state_name(states[0].state), consent_state_name(state));
    cr_expect_str_eq(reason_name(states[0].reason), reason_name(reason));
    cr_expect_eq(states[0].since_us, DAY(since_day));
}

Test(record, names)
{
#define X(num, id, name, valid)                                                          \
    cr_expect_str_eq(consent_state_name((enum consent_state)num), name);
    CONSENT_STATES(X)
#undef X
    cr_expect_str_eq(consent_state_name(CONSENT_STATE_NONE), "?");
    cr_expect_str_eq(consent_state_name((enum consent_state)99), "?");
}

Test(record, given_and_renewed)
{
    add(1, FACT_GRANT, SOURCE_DIRECT, 1)->flags |= FACT_IS_EXPLICIT;
    cr_assert_eq(ask(1, 10), 1);
    is(CONSENT_STATE_GIVEN, REASON_CONSENT, 1);
    cr_expect(states[0].explicitly && states[0].channel == CHANNEL_EMAIL);
    add(2, FACT_GRANT, SOURCE_DIRECT, 5);
    ask(2, 10);
    is(CONSENT_STATE_RENEWED, REASON_CONSENT, 5);
    /* for something else it is the first */
    facts[0].channels = CHANNEL_PHONE;
    ask(2, 10);
    is(CONSENT_STATE_GIVEN, REASON_CONSENT, 5);
    facts[0].channels = CHANNEL_EMAIL;
    facts[0].purpose = 2;
    ask(2, 10);
    is(CONSENT_STATE_GIVEN, REASON_CONSENT, 5);
    facts[0].purpose = 1;
    facts[0].controller = 2;
    ask(2, 10);
    is(CONSENT_STATE_GIVEN, REASON_CONSENT, 5);
    facts[0].controller = 1;
    facts[0].from_us = facts[0].to_us = DAY(7); /* later, not before */
    ask(2, 10);
    is(CONSENT_STATE_GIVEN, REASON_CONSENT, 5);
    cr_expect_eq(ask(3, 10), 0, "no such grant");
}

Test(record, each_grant_for_itself)
{
    add(1, FACT_GRANT, SOURCE_DIRECT, 1);
    add(2, FACT_OPTOUT, SOURCE_MAILING, 3);
    add(3, FACT_GRANT, SOURCE_DIRECT, 5);
    ask(1, 10);
    is(CONSENT_STATE_WITHDRAWN, REASON_OPTOUT, 3);
    ask(3, 10);
    is(CONSENT_STATE_RENEWED, REASON_CONSENT, 5);
    facts[2].linked = true; /* came along a link: another contact's */
    cr_expect_eq(ask(3, 10), 0);
}

Test(record, what_stops_mail_and_not_the_consent)
{
    add(1, FACT_GRANT, SOURCE_DIRECT, 1);
    add(2, FACT_BOUNCE, SOURCE_MAILING, 2);
    add(3, FACT_REACHED, SOURCE_MAILING, 3);
    add(4, FACT_RESTRICTION, SOURCE_DPO, 4)->purpose = PURPOSE_ANY;
    add(5, FACT_RESTRICTION_LIFTED, SOURCE_DPO, 5)->purpose = PURPOSE_ANY;
    facts[4].from_us = facts[4].to_us = DAY(3);
    ask(1, 10);
    is(CONSENT_STATE_GIVEN, REASON_CONSENT, 1);
}

Test(record, expired)
{
    add(1, FACT_GRANT, SOURCE_DIRECT, 1)->expires_us = DAY(4);
    ask(1, 10);
    is(CONSENT_STATE_EXPIRED, REASON_EXPIRED, 4);
    ask(1, 3);
    is(CONSENT_STATE_GIVEN, REASON_CONSENT, 1);
    cr_expect_eq(states[0].expires_us, DAY(4));
}

Test(record, never_given)
{
    add(1, FACT_GRANT, SOURCE_DIRECT, 1)->flags |= FACT_IS_CONFIRM_PENDING;
    ask(1, 10);
    is(CONSENT_STATE_REQUESTED, REASON_NOT_GIVEN, 1);
    facts[0].flags = FACT_IS_DIRECT | FACT_IS_BUNDLED;
    ask(1, 10);
    is(CONSENT_STATE_UNKNOWN, REASON_NOT_GIVEN, 1);
    facts[0].flags = FACT_IS_DIRECT;
    add(2, FACT_REFUSAL, SOURCE_DIRECT, 3);
    ask(1, 10);
    is(CONSENT_STATE_REFUSED, REASON_NOT_GIVEN, 3);
    cr_expect_eq(consent_state_name(states[0].state),
                 consent_state_name(CONSENT_STATE_REFUSED));
}

Test(record, of_a_partner)
{
    struct fact *g = add(1, FACT_GRANT, SOURCE_RESELLER, 1);

    g->flags |= FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE;
    g->source = t.sources[0].number;
    for (size_t i = 0; i < t.book.n_sources; i++)
        if (strcmp(t.sources[i].id, "acme") == 0)
            g->source = t.sources[i].number;
    g->agreement = 2; /* ends on 1 March */
    ask(1, 10);
    is(CONSENT_STATE_GIVEN, REASON_CONSENT, 1);
    cr_expect_eq(states[0].agreement, 2);
    add(2, FACT_NOTICE, SOURCE_DPO, 2);
    ask(1, 100);
    is(CONSENT_STATE_REVOKED, REASON_AGREEMENT_EXPIRED, 59);
    t.agreements[1].terminated_us = DAY(20);
    ask(1, 100);
    is(CONSENT_STATE_REVOKED, REASON_TERMINATED, 20);
    t.agreements[1].breach_from_us = DAY(0);
    ask(1, 100);
    is(CONSENT_STATE_INVALIDATED, REASON_INVALIDATED, 1);
    g->flags &= ~(uint32_t)FACT_IS_WARRANTY;
    ask(1, 10);
    is(CONSENT_STATE_UNKNOWN, REASON_NO_WARRANTY, 1);
    g->flags |= FACT_IS_WARRANTY;
    g->agreement = 1;
    n = 1;
    ask(1, 250); /* too old to be used for the first time: since when, nobody can tell */
    is(CONSENT_STATE_EXPIRED, REASON_STALE, 1);
}

Test(record, erased_and_under_16)
{
    add(1, FACT_GRANT, SOURCE_DIRECT, 1);
    add(2, FACT_ERASURE, SOURCE_DPO, 4)->flags |= FACT_IS_WIDE;
    facts[1].purpose = PURPOSE_ANY;
    facts[1].channels = CHANNELS_ALL;
    ask(1, 10);
    is(CONSENT_STATE_TERMINATED, REASON_ERASED, 4);
    facts[1].kind = FACT_MINOR;
    ask(1, 10);
    cr_expect_eq(states[0].state, CONSENT_STATE_INVALIDATED);
}

Test(record, several_channels_and_little_room)
{
    struct fact *g = add(1, FACT_GRANT, SOURCE_DIRECT, 1);

    g->channels = g->stated = CHANNEL_EMAIL | CHANNEL_PHONE | CHANNEL_SMS;
    g->effective_us = DAY(2); /* confirmed a day later */
    cr_assert_eq(ask(1, 10), 3);
    cr_expect_eq(states[0].given_us, DAY(2));
    cr_expect_eq(ask_room(1, 10, 2), 2);
}
