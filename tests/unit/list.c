#include "core/lists/list.h"
#include "core/decision/prune.h"
#include "fact_case.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct testbook t;
static struct fact facts[4];

static struct fact fact(int64_t id, enum fact_kind kind, int16_t purpose, int64_t at_us)
{
    return fact_of(id, kind, SOURCE_DIRECT, purpose, at_us);
}

static struct list make_list(enum list_polarity polarity)
{
    return (struct list){.id = "promotional-email",
                         .valid = ALWAYS_VALID,
                         .number = 1,
                         .controller = 1,
                         .purpose = PURPOSE_PROMOTIONAL,
                         .channel = CHANNEL_EMAIL,
                         .polarity = (uint8_t)polarity};
}

/* What was, what is decided, what follows. */
static const struct {
    enum list_polarity polarity;
    enum list_status last;
    bool permitted;
    enum list_status next;
} rows[] = {
    {LIST_DENY, LIST_ABSENT, false, LIST_SUPPRESSED},
    {LIST_DENY, LIST_ABSENT, true, LIST_ABSENT}, /* never suppressed: never released */
    {LIST_DENY, LIST_SUPPRESSED, false, LIST_SUPPRESSED},
    {LIST_DENY, LIST_SUPPRESSED, true, LIST_RELEASED},
    {LIST_DENY, LIST_RELEASED, false, LIST_SUPPRESSED},
    {LIST_DENY, LIST_RELEASED, true, LIST_RELEASED},
    {LIST_PERMIT, LIST_ABSENT, false, LIST_ABSENT},
    {LIST_PERMIT, LIST_ABSENT, true, LIST_PERMITTED},
    {LIST_PERMIT, LIST_PERMITTED, false, LIST_RELEASED},
    {LIST_PERMIT, LIST_PERMITTED, true, LIST_PERMITTED},
    {LIST_PERMIT, LIST_RELEASED, false, LIST_RELEASED},
    {LIST_PERMIT, LIST_RELEASED, true, LIST_PERMITTED},
};

Test(list, every_step)
{
    testbook_init(&t);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct list list = make_list(rows[i].polarity);
        struct standing s;
        facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
        list_standing(&t.book, &list, CONTACT_EMAIL, facts, rows[i].permitted ? 1 : 0,
                      DAY(1), rows[i].last, &s);
        cr_assert_eq(s.status, rows[i].next, "row %zu", i);
        cr_assert_eq(s.decision.verdict == VERDICT_PERMIT, rows[i].permitted);
    }
}

Test(list, another_kind_of_contact)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    struct standing s;
    list_standing(&t.book, &list, CONTACT_PHONE, NULL, 0, DAY(1), LIST_SUPPRESSED, &s);
    cr_assert_eq(s.status, LIST_ABSENT);
    cr_assert_eq(s.decision.rule, RULE_NONE);
    cr_assert_eq(s.decision.valid_until_us, WHEN_NEVER);
}

/* A list that is not in force takes nothing back, and wakes when it begins and ends. */
Test(list, not_in_force)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    list.purpose = 1;
    list.valid = (struct period){DAY(10), DAY(20)};
    struct standing s;
    facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(9), LIST_SUPPRESSED, &s);
    cr_assert_eq(s.status, LIST_SUPPRESSED);
    cr_assert_eq(s.decision.valid_until_us, DAY(10));
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(10), LIST_SUPPRESSED, &s);
    cr_assert_eq(s.status, LIST_RELEASED);
    cr_assert_eq(s.decision.valid_until_us, DAY(20));
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(20), LIST_SUPPRESSED, &s);
    cr_assert_eq(s.status, LIST_SUPPRESSED);
    cr_assert_eq(s.decision.valid_until_us, WHEN_NEVER);
}

/* The answer's own end comes first where it is earlier than the list's. */
Test(list, wakes_at_the_earlier_end)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    list.purpose = 1;
    list.valid = (struct period){DAY(10), DAY(20)};
    struct standing s;
    facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
    facts[0].expires_us = DAY(5);
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(1), LIST_ABSENT, &s);
    cr_assert_eq(s.decision.valid_until_us, DAY(5));
    facts[0].expires_us = DAY(15);
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(11), LIST_ABSENT, &s);
    cr_assert_eq(s.decision.valid_until_us, DAY(15));
}

/* K is the rulebook's: what became known later is not looked at. */
Test(list, as_known)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    struct standing s;
    facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
    facts[0].known_us = DAY(3);
    t.book.known_us = DAY(2);
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(1), LIST_ABSENT, &s);
    cr_assert_eq(s.status, LIST_SUPPRESSED);
    t.book.known_us = DAY(3);
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(1), LIST_ABSENT, &s);
    cr_assert_eq(s.status, LIST_ABSENT);
}

Test(list, a_register_without_promotion)
{
    testbook_init(&t);
    struct question q = {1, PURPOSE_PROMOTIONAL, CHANNEL_EMAIL, DAY(1), WHEN_NEVER};
    struct decision d;
    t.book.n_purposes = 0;
    decide_any(&t.book, NULL, 0, &q, &d, NULL);
    cr_assert_eq(d.rule, RULE_P1);
    cr_assert_eq(d.verdict, VERDICT_DENY);
}

/* The trace is that of the purpose which speaks for the stream; obligations are all. */
Test(list, trace_and_obligations_of_a_stream)
{
    testbook_init(&t);
    struct question q = {1, PURPOSE_PROMOTIONAL, CHANNEL_EMAIL, DAY(3), WHEN_NEVER};
    struct decision plain, traced;
    struct trace trace;
    facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
    facts[1] = fact(2, FACT_GRANT, 2, DAY(1));
    facts[1].flags = FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_EVIDENCE;
    facts[1].source = 6;
    facts[1].source_type = SOURCE_RESELLER;
    facts[1].agreement = 1;
    decide_any(&t.book, facts, 2, &q, &plain, NULL);
    decide_any(&t.book, facts, 2, &q, &traced, &trace);
    cr_assert_eq(plain.verdict, VERDICT_PERMIT);
    cr_assert_eq(plain.obligations, OBLIGATION_OPT_OUT_LINK |
                                        OBLIGATION_ART21_4_STATEMENT |
                                        OBLIGATION_ART14_NOTICE);
    cr_assert_eq(memcmp(&plain, &traced, sizeof(plain)), 0);
    cr_assert_eq(trace.n, 21);
    cr_assert(trace.step[18].decided);
}

/* The register's order does not show: of equals the smaller number speaks. */
Test(list, purposes_in_any_order)
{
    testbook_init(&t);
    struct question q = {1, PURPOSE_PROMOTIONAL, CHANNEL_EMAIL, DAY(3), WHEN_NEVER};
    struct decision before, after;
    facts[0] = fact(1, FACT_GRANT, 1, DAY(0));
    facts[1] = fact(2, FACT_GRANT, 4, DAY(0));
    decide_any(&t.book, facts, 2, &q, &before, NULL);
    struct purpose swap = t.purposes[0];
    t.purposes[0] = t.purposes[3];
    t.purposes[3] = swap;
    decide_any(&t.book, facts, 2, &q, &after, NULL);
    cr_assert_eq(before.n_evidence, 1);
    cr_assert_eq(before.evidence[0], 1);
    cr_assert_eq(memcmp(&before, &after, sizeof(before)), 0);
}

/* A reseller's list: whose fact makes a contact its contact. */
static const struct {
    int32_t source, agreement;
    enum fact_kind kind;
    bool linked, late;
    bool concerns;
} brought[] = {
    {6, 0, FACT_LEAD, false, false, true},         /* by the reseller itself            */
    {6, 0, FACT_OPTOUT, false, false, true},       /* it passed on an opt-out           */
    {1, 1, FACT_RELATIONSHIP, false, false, true}, /* ordered under its agreement       */
    {1, 0, FACT_GRANT, false, false, false},       /* ours                              */
    {7, 6, FACT_LEAD, false, false, false},        /* another's                         */
    {99, 0, FACT_LEAD, false, false, false},       /* a source the register never had   */
    {6, 0, FACT_OBJECTION, true, false, false},    /* of a contact point linked to it   */
    {6, 0, FACT_REQUEST, false, false, false},     /* deadlines are no acquaintance     */
    {6, 0, FACT_ANCHOR, false, false, false},
    {6, 0, FACT_CHANGE, false, false, false}, /* nor is a tie */
    {6, 0, FACT_ERASED, false, false, false}, /* nor a certificate */
    {6, 0, FACT_LEAD, false, true, false},    /* not known yet at K                */
};

Test(list, a_party_is_told_of_its_own_contacts_only)
{
    testbook_init(&t);
    for (size_t i = 0; i < COUNT_OF(brought); i++) {
        struct list list = make_list(LIST_DENY);
        struct standing s;
        snprintf(list.sourced_by, sizeof(list.sourced_by), "acme");
        t.book.known_us = DAY(2);
        facts[0] = fact(1, brought[i].kind, 1, DAY(0));
        facts[0].source = brought[i].source;
        facts[0].agreement = brought[i].agreement;
        facts[0].linked = brought[i].linked;
        facts[0].known_us = brought[i].late ? DAY(3) : DAY(0);
        facts[1] = fact(2, FACT_OBJECTION, PURPOSE_ANY, DAY(1)); /* ours: suppresses */
        cr_assert_eq(list_concerns(&t.book, &list, facts, 2), brought[i].concerns,
                     "row %zu", i);
        list_standing(&t.book, &list, CONTACT_EMAIL, facts, 2, DAY(2), LIST_ABSENT, &s);
        cr_assert_eq(s.status, brought[i].concerns ? LIST_SUPPRESSED : LIST_ABSENT,
                     "row %zu", i);
        list.sourced_by[0] = '\0';
        list_standing(&t.book, &list, CONTACT_EMAIL, facts, 2, DAY(2), LIST_ABSENT, &s);
        cr_assert_eq(s.status, LIST_SUPPRESSED, "row %zu", i);
    }
}

/* A hash that somebody handed over does not say that they know whose it is. */
Test(list, a_hash_makes_nobody_a_partys_contact)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    snprintf(list.sourced_by, sizeof(list.sourced_by), "acme");
    facts[0] = fact(1, FACT_OPTOUT, PURPOSE_ANY, DAY(0));
    facts[0].source = 6;
    cr_assert(list_concerns(&t.book, &list, facts, 1));
    facts[0].flags |= FACT_IS_HASHED;
    cr_assert_not(list_concerns(&t.book, &list, facts, 1));
}

/* Who was told goes on being told, and a source belongs to whom it belonged then. */
Test(list, whose_contact_it_was)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    struct standing s;
    snprintf(list.sourced_by, sizeof(list.sourced_by), "acme");
    facts[0] = fact(1, FACT_OBJECTION, PURPOSE_ANY, DAY(0));
    list_standing(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(1), LIST_RELEASED, &s);
    cr_assert_eq(s.status, LIST_SUPPRESSED);
    facts[0].source = 6;
    t.sources[17] = t.sources[5]; /* acme's feed, passed to another party at day 5 */
    snprintf(t.sources[17].party, sizeof(t.sources[17].party), "nordhost");
    t.sources[5].valid.until_us = t.sources[17].valid.from_us = DAY(5);
    cr_assert(list_concerns(&t.book, &list, facts, 1));
    facts[0].known_us = DAY(6);
    cr_assert_not(list_concerns(&t.book, &list, facts, 1));
    t.sources[17].valid.from_us = DAY(7); /* in force under nobody: its newest entry */
    cr_assert_not(list_concerns(&t.book, &list, facts, 1));
}

/* facts_prune leaves enough: a fact that came along a link does not stand for an own one.
 */
Test(list, pruned_facts_concern_alike)
{
    testbook_init(&t);
    struct list list = make_list(LIST_DENY);
    snprintf(list.sourced_by, sizeof(list.sourced_by), "acme");
    facts[0] = fact(1, FACT_OBJECTION, PURPOSE_ANY, DAY(0));
    facts[0].source = 6;
    facts[1] = facts[0];
    facts[1].from_us = facts[1].to_us = facts[1].known_us = DAY(1);
    facts[1].linked = true;
    cr_assert(
        list_concerns(&t.book, &list, facts, facts_prune(&t.book, facts, 2, DAY(2))));
}

/* A contact among those that share a token: its voice before, what it says, its voice. */
static const struct {
    enum list_polarity polarity;
    enum list_voice last;
    enum fact_kind kind; /* FACT_NONE: nothing was said */
    enum list_voice voice;
} voices[] = {
    {LIST_DENY, VOICE_SILENT, FACT_OPTOUT, VOICE_NO},
    {LIST_DENY, VOICE_SILENT, FACT_LEAD, VOICE_NO}, /* denied for want of a yes */
    {LIST_DENY, VOICE_SILENT, FACT_GRANT, VOICE_SILENT},
    {LIST_DENY, VOICE_NO, FACT_GRANT, VOICE_YES},
    {LIST_DENY, VOICE_YES, FACT_OBJECTION, VOICE_NO},
    {LIST_PERMIT, VOICE_SILENT, FACT_GRANT, VOICE_YES},
    {LIST_PERMIT, VOICE_SILENT, FACT_OPTOUT, VOICE_NO},
    {LIST_PERMIT, VOICE_SILENT, FACT_REFUSAL, VOICE_NO},
    {LIST_PERMIT, VOICE_SILENT, FACT_LEAD, VOICE_SILENT},
    {LIST_PERMIT, VOICE_YES, FACT_LEAD, VOICE_NEITHER},
    {LIST_PERMIT, VOICE_YES, FACT_OPTOUT, VOICE_NO},
    {LIST_PERMIT, VOICE_NEITHER, FACT_GRANT, VOICE_YES},
};

Test(list, voices)
{
    testbook_init(&t);
    for (size_t i = 0; i < 2 * COUNT_OF(voices); i++) {
        size_t row = i / 2;
        struct list list = make_list(voices[row].polarity);
        struct standing s;
        if (i % 2 == 0)
            list.purpose = 1;
        facts[0] = fact(1, voices[row].kind, 1, DAY(0));
        cr_expect_eq(list_member(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(1),
                                 voices[row].last, &s),
                     voices[row].voice, "row %zu", row);
    }
}

Test(list, who_is_no_member)
{
    testbook_init(&t);
    struct list list = make_list(LIST_PERMIT);
    struct standing s;
    facts[0] = fact(1, FACT_OPTOUT, 1, DAY(0));
    cr_assert_eq(
        list_member(&t.book, &list, CONTACT_PHONE, facts, 1, DAY(1), VOICE_SILENT, &s),
        VOICE_SILENT);
    snprintf(list.sourced_by, sizeof(list.sourced_by), "acme");
    cr_assert_eq(
        list_member(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(1), VOICE_SILENT, &s),
        VOICE_SILENT);
    cr_assert_eq(
        list_member(&t.book, &list, CONTACT_EMAIL, facts, 1, DAY(1), VOICE_YES, &s),
        VOICE_NO, "once a member, always one");
}

/* The strictest voice, and what was said before. */
Test(list, what_a_token_says)
{
    static const struct {
        enum list_polarity polarity;
        enum list_voice strictest;
        enum list_status of_nothing, of_something;
    } said[] = {
        {LIST_DENY, VOICE_NO, LIST_SUPPRESSED, LIST_SUPPRESSED},
        {LIST_DENY, VOICE_YES, LIST_ABSENT, LIST_RELEASED},
        {LIST_PERMIT, VOICE_NO, LIST_ABSENT, LIST_RELEASED},
        {LIST_PERMIT, VOICE_YES, LIST_PERMITTED, LIST_PERMITTED},
        {LIST_PERMIT, VOICE_NEITHER, LIST_ABSENT, LIST_RELEASED},
    };
    for (size_t i = 0; i < COUNT_OF(said); i++) {
        struct list list = make_list(said[i].polarity);
        cr_expect_eq(list_of_voice(&list, said[i].strictest, LIST_ABSENT),
                     said[i].of_nothing, "row %zu", i);
        cr_expect_eq(list_of_voice(&list, said[i].strictest, LIST_RELEASED),
                     said[i].of_something, "row %zu", i);
    }
}
