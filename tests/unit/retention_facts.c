/* retention: which rows the facts of a contact fall under, and what anchors they hold. */
#include "retention_case.h"

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

Test(retention_facts, what_falls_under_which_row)
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
    cr_expect(!concerns("R12", &no), "a denial is kept to be followed");
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

Test(retention_facts, withdrawn_by_whatever_says_no)
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
    cr_expect_eq(dated("R12", f, 5).state, RETENTION_WAITING, "agreed again");
    cr_expect_eq(dated("R12", f, 6).effective_us, us("2026-05-02"));
    f[4].from_us = f[4].to_us = f[1].to_us;
    cr_expect_eq(dated("R12", f, 5).effective_us, us("2026-02-03"), "at the same time");
    f[1].channels = CHANNEL_PHONE;
    cr_expect_eq(dated("R12", f, 2).state, RETENTION_WAITING, "only the telephone");
    f[1].channels = CHANNELS_ALL;
    f[1].controller = K + 1;
    cr_expect_eq(dated("R12", f, 2).state, RETENTION_WAITING, "somebody else's");
    f[1].controller = K;
    f[1].expires_us = us("2026-05-03");
    cr_expect_eq(dated("R12", f, 2).state, RETENTION_WAITING, "a pause");
}

Test(retention_facts, a_row_of_two_purposes_goes_with_the_second)
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

Test(retention_facts, a_lead_bought_after_an_objection_should_not_be_here)
{
    const struct fact f[] = {
        fact(1, FACT_OBJECTION, SOURCE_DPO, PURPOSE_ANY, "2025-01-01"),
        fact(2, FACT_GRANT, SOURCE_LEAD_PROVIDER, P_PROMO, "2026-01-01"),
    };
    cr_expect_eq(dated("R12", f, 2).effective_us, us("2026-01-01"));
}

Test(retention_facts, erasure_overrides_and_its_refusal_takes_that_back)
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

Test(retention_facts, an_account_is_known_by_its_end_too)
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

Test(retention_facts, each_kind_of_contact_has_its_channel)
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
        f[2].channels = CHANNEL_SOCIAL; /* agreed again, for something else */
        for (size_t k = 0; k < COUNT(kinds); k++)
            cr_expect_eq(anchors_of("R12", f, 3, NULL, 0, kinds[k].kind, got, 8),
                         i == k ? 2 : 1, "%zu %zu", i, k);
    }
}

Test(retention_facts, whose_refusal_and_when)
{
    struct fact f[] = {
        fact(1, FACT_LEAD, SOURCE_LEAD_PROVIDER, PURPOSE_ANY, "2025-01-01"),
        fact(2, FACT_ERASURE_REFUSED, SOURCE_DPO, PURPOSE_ANY, "2026-02-01"),
        fact(3, FACT_ERASURE, SOURCE_DPO, PURPOSE_ANY, "2026-02-03"),
    };
    cr_expect_eq(dated("R06", f, 3).effective_us, us("2026-02-03"), "asked for again");
    f[1] = fact(2, FACT_ERASURE_REFUSED, SOURCE_DPO, PURPOSE_ANY, "2026-02-20");
    cr_expect_eq(dated("R06", f, 3).state, RETENTION_OPEN);
    f[1].controller = K + 1;
    cr_expect_eq(dated("R06", f, 3).effective_us, us("2026-02-03"), "somebody else's");
    f[1].controller = CONTROLLER_ANY;
    cr_expect_eq(dated("R06", f, 3).state, RETENTION_OPEN);
    f[2].controller = K + 1;
    cr_expect_eq(dated("R06", f, 3).state, RETENTION_OPEN);
}

Test(retention_facts, an_objection_to_part_of_it_or_taken_back_overrides_nothing)
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
    cr_expect_eq(dated("R06", f, 3).state, RETENTION_OPEN, "agreed again");
    cr_expect_eq(dated("R05", f, 2).state, RETENTION_WAITING, "a row without purposes");
    f[2] = fact(3, FACT_OBJECTION, SOURCE_DPO, PURPOSE_ANY, "2026-02-03");
    cr_expect_eq(dated("R06", f, 3).effective_us, us("2026-02-03"), "two at one time");
}

Test(retention_facts, orders_and_other_purposes)
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

Test(retention_facts, what_others_hold_or_no_row_counts_from_concerns_nobody)
{
    const struct retention_rule r03 = row("R03"), r12 = row("R12");
    struct fact f[] = {fact(1, FACT_GRANT, SOURCE_DIRECT, P_PROMO, NOW),
                       fact(2, FACT_GRANT, SOURCE_DIRECT, P_PROMO, NOW)};
    const struct anchor end = anchor(END " 2026-01-01", 1);

    cr_expect(!retention_concerns(&r03, NULL, 0, &end, 1, K), "no term of it");
    f[0].controller = K + 1;
    cr_expect(!retention_concerns(&r12, f, 1, NULL, 0, K));
    cr_expect(retention_concerns(&r12, f, 2, NULL, 0, K));
}

/* Whatever the order of the facts: the earliest, of a tie the first event. */
Test(retention_facts, the_first_of_several)
{
    struct fact f[] = {
        fact(5, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2025-03-01"),
        fact(4, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2025-02-01"),
        fact(6, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2025-02-01"),
        fact(3, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2025-02-01"),
        fact(2, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2025-04-01"),
    };
    const struct retention_rule r12 = row("R12");
    struct anchor got[8];

    cr_assert_eq(retention_anchors(&r12, f, COUNT(f), NULL, 0, K, CONTACT_EMAIL, got, 8),
                 1);
    cr_expect_eq(got[0].event, ANCHOR_OBTAINED);
    cr_expect_eq(got[0].ledger_id, 3);
}

Test(retention_facts, a_no_to_promotion_leaves_other_purposes)
{
    struct retention_rule r12 = row("R12");
    const struct fact f[] = {
        fact(1, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2025-01-01"),
        fact(2, FACT_OPTOUT, SOURCE_DIRECT, PURPOSE_PROMOTIONAL, "2026-02-03"),
    };
    struct anchor got[8];

    cr_expect_eq(retention_anchors(&r12, f, 2, NULL, 0, K, CONTACT_EMAIL, got, 8), 2);
    r12.classes[0] = PURPOSE_CLASS_SOLICITED;
    cr_expect_eq(retention_anchors(&r12, f, 2, NULL, 0, K, CONTACT_EMAIL, got, 8), 1);
}

Test(retention_facts, another_controllers_consent_lifts_nothing)
{
    struct fact f[] = {
        fact(1, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2025-01-01"),
        fact(2, FACT_OPTOUT, SOURCE_DIRECT, P_PROMO, "2026-02-03"),
        fact(3, FACT_GRANT, SOURCE_DIRECT, P_PROMO, "2026-03-03"),
    };
    cr_expect_eq(dated("R12", f, 3).state, RETENTION_WAITING);
    f[2].controller = K + 1;
    cr_expect_eq(dated("R12", f, 3).effective_us, us("2026-02-03"));
}

Test(retention_facts, of_two_purposes_the_later_no_counts_whichever_stands_first)
{
    const struct fact f[] = {
        fact(1, FACT_GRANT, SOURCE_DIRECT, P_NEWS, "2025-01-01"),
        fact(2, FACT_GRANT, SOURCE_DIRECT, P_EVENTS, "2025-01-01"),
        fact(3, FACT_WITHDRAWAL, SOURCE_DIRECT, P_NEWS, "2026-03-04"),
        fact(4, FACT_WITHDRAWAL, SOURCE_DIRECT, P_EVENTS, "2026-02-03"),
    };
    cr_expect_eq(dated("R11", f, 4).effective_us, us("2026-03-04"));
}

/* Room for n_said + 5 is what is asked for; with less nothing is written beyond it. */
Test(retention_facts, no_more_than_there_is_room_for)
{
    const struct retention_rule r01 = row("R01");
    const struct fact order = fact(1, FACT_RELATIONSHIP, SOURCE_DIRECT, PURPOSE_ANY, NOW);
    const struct anchor said[] = {anchor(END " 2026-01-01 A", 1),
                                  anchor(END " 2026-01-02 B", 2)};
    struct anchor got[8];

    memset(got, 0, sizeof(got));
    cr_expect_eq(retention_anchors(&r01, &order, 1, said, 2, K, CONTACT_EMAIL, got, 1),
                 1);
    cr_expect_eq(got[1].ledger_id, 0);
    cr_expect_eq(retention_anchors(&r01, NULL, 0, said, 2, K, CONTACT_EMAIL, got, 2), 2);
    cr_expect_eq(retention_anchors(&r01, &order, 1, said, 2, K, CONTACT_EMAIL, got, 8), 4,
                 "both ends, obtained, and the account once");
}
