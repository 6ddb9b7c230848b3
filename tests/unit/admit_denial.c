/* What denials and the lesser events leave behind, field by field. */
#include "admit_case.h"

/* The promise of a source, or a day. */
Test(admit, late)
{
    begin("mta", EVENT_OPTOUT_RECORDED);
    ev.time_us = KNOWN - WHEN_DAY_US;
    play();
    cr_assert_not(out.late);
    begin("mta", EVENT_OPTOUT_RECORDED);
    ev.time_us = KNOWN - WHEN_DAY_US - 1;
    play();
    cr_assert(out.late);
    cr_assert((out.facts[0].flags & FACT_IS_LATE) != 0);
    begin("mta", EVENT_OPTOUT_RECORDED);
    t.sources[1].late_after_us = WHEN_HOUR_US;
    ev.time_us = KNOWN - WHEN_HOUR_US - 1;
    play();
    cr_assert(out.late);
}

Test(admit, one_click)
{
    const struct fact *f = NULL;
    begin("mta", EVENT_OPTOUT_RECORDED);
    scope("*promotional", CHANNEL_EMAIL);
    snprintf(ev.via, sizeof(ev.via), "rfc8058_one_click");
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert_eq(out.n_facts, 1, "said twice, recorded once");
    cr_assert_eq(facts_of(FACT_OPTOUT, &f), 1);
    cr_assert_eq(f->flags, FACT_IS_DIRECT | FACT_IS_ONE_CLICK);
    cr_assert_eq(f->purpose, PURPOSE_PROMOTIONAL);
    cr_assert_eq(f->channels, CHANNEL_EMAIL);
    cr_assert_eq(f->expires_us, WHEN_NEVER);
}

Test(admit, all_channels_are_wide)
{
    begin("dpo", EVENT_OBJECTION_RECORDED);
    in.contacts[1].kind = CONTACT_PHONE;
    in.n_contacts = 2;
    play();
    cr_assert_eq(facts_of(FACT_OBJECTION, NULL), 2);
    for (size_t i = 0; i < out.n_facts; i++) {
        cr_assert((out.facts[i].flags & FACT_IS_WIDE) != 0);
        cr_assert_eq(out.facts[i].channels, CHANNELS_ALL);
        cr_assert_eq(out.facts[i].purpose, PURPOSE_ANY);
    }
}

Test(admit, denials_are_clamped_to_arrival)
{
    begin("mta", EVENT_OPTOUT_RECORDED);
    ev.time_us = KNOWN + WHEN_DAY_US;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert(out.occurred.from_us == KNOWN && out.occurred.to_us == KNOWN);
    cr_assert(out.facts[0].from_us == KNOWN && out.facts[0].to_us == KNOWN);
    /* of a day that is not over the part that has passed */
    begin("mta", EVENT_OPTOUT_RECORDED);
    ev.has_collected = true;
    ev.collected = (struct when_span){TIME - WHEN_HOUR_US, TIME + WHEN_DAY_US};
    play();
    cr_assert(out.occurred.from_us == TIME - WHEN_HOUR_US && out.occurred.to_us == KNOWN);
    cr_assert((out.facts[0].flags & FACT_IS_DATE_ONLY) != 0);
}

Test(admit, effective_from)
{
    begin("site", EVENT_OPTOUT_RECORDED);
    ev.has_effective_from = true;
    ev.effective_from_us = TIME + WHEN_DAY_US;
    play();
    cr_assert_eq(out.facts[0].effective_us, TIME + WHEN_DAY_US);
    begin("site", EVENT_OPTOUT_RECORDED);
    ev.has_effective_from = true;
    ev.effective_from_us = TIME;
    play();
    cr_assert_eq(out.facts[0].effective_us, 0,
                 "no later than it was said: nothing to add");
}

Test(admit, broken_denial)
{
    begin("mta", EVENT_OPTOUT_RECORDED);
    scope("*promotional", CHANNEL_EMAIL);
    in.fault = (struct fault){"TYPE_MISMATCH", "/data/optout/via"};
    play();
    ends(OUTCOME_QUARANTINED, "TYPE_MISMATCH", "/data/optout/via");
    cr_assert(out.keep);
    cr_assert_eq(out.n_facts, 1);
    cr_assert((out.facts[0].flags & FACT_IS_FAILSAFE) != 0);
}

Test(admit, broken_denial_of_nobody)
{
    begin("mta", EVENT_OPTOUT_RECORDED);
    in.n_contacts = 0;
    in.contact_fault = (struct fault){"BAD_EMAIL", "/data/contact/email"};
    play();
    ends(OUTCOME_QUARANTINED, "BAD_EMAIL", "/data/contact/email");
    cr_assert(!out.keep && out.n_facts == 0);
}

Test(admit, controller_of_another_time)
{
    begin("site", EVENT_OPTOUT_RECORDED);
    t.controllers[0].valid.from_us = TIME + 1;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert_eq(out.facts[0].controller, 1, "known on arrival is enough for a denial");
    begin("site", EVENT_OPTOUT_RECORDED);
    scope("communication.events", CHANNEL_EMAIL);
    snprintf(ev.via, sizeof(ev.via), "preference_centre");
    t.purposes[1].valid.from_us = TIME + 1;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert_eq(out.facts[0].purpose, 2);
}

Test(admit, agreement)
{
    begin("contracts", EVENT_AGREEMENT_WARRANTY_BREACHED);
    in.n_contacts = 0;
    snprintf(ev.agreement, sizeof(ev.agreement), "LEAD");
    snprintf(ev.party, sizeof(ev.party), "leadmart");
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert(out.has_agreement && out.keep && out.n_facts == 0);
    cr_assert_str_eq(out.agreement.id, "LEAD");
    cr_assert_str_eq(out.agreement.party, "leadmart");
    cr_assert_eq(out.agreement.from_us, WHEN_ALWAYS);
    cr_assert_eq(out.agreement.until_us, WHEN_NEVER);
    cr_assert_eq(out.agreement.terminated_us, WHEN_NEVER);
    cr_assert_eq(out.agreement.breach_from_us, WHEN_ALWAYS);
    begin("dpo", EVENT_AGREEMENT_CHANGED);
    in.n_contacts = 0;
    snprintf(ev.agreement, sizeof(ev.agreement), "LEAD");
    ev.has_agreement_from = ev.has_agreement_until = true;
    ev.agreement_from_us = 1;
    ev.agreement_until_us = 2;
    ev.has_terminated = ev.has_breach_from = true;
    ev.terminated_us = 3;
    ev.breach_from_us = 4;
    play();
    cr_assert(out.agreement.from_us == 1 && out.agreement.until_us == 2);
    cr_assert(out.agreement.terminated_us == 3 && out.agreement.breach_from_us == 4);
}

Test(admit, agreement_name_too_long)
{
    begin("contracts", EVENT_AGREEMENT_CHANGED);
    in.n_contacts = 0;
    memset(ev.agreement, 'A', EVENT_NAME_BYTES - 1);
    play();
    ends(OUTCOME_QUARANTINED, "UNKNOWN_AGREEMENT", "/data/agreement/agreement_id");
    cr_assert_not(out.has_agreement);
}

Test(admit, bounce)
{
    begin("mta", EVENT_FEEDBACK_BOUNCED);
    ev.bounce = BOUNCE_ADDRESS;
    in.contacts[1].kind = CONTACT_PHONE;
    in.contacts[2].kind = CONTACT_POSTAL;
    in.n_contacts = 3;
    play();
    cr_assert_eq(facts_of(FACT_BOUNCE, NULL), 3);
    static const uint16_t channels[] = {CHANNEL_EMAIL, CHANNEL_PHONE | CHANNEL_SMS,
                                        CHANNEL_POST};
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(out.facts[i].channels, channels[i]);
        cr_assert_eq(out.facts[i].expires_us, TIME + 7 * WHEN_DAY_US);
        cr_assert_eq(out.facts[i].controller, CONTROLLER_ANY);
    }
    begin("mta", EVENT_FEEDBACK_BOUNCED);
    in.contacts[0].kind = CONTACT_PHONE;
    scope("marketing.promotional", CHANNEL_SMS);
    scope("*", CHANNELS_ALL);
    ev.n_controllers = 0;
    ev.bounce = BOUNCE_ADDRESS;
    ev.bounce_confirmed = true;
    play();
    cr_assert_eq(out.facts[0].channels, CHANNEL_SMS);
    cr_assert_eq(out.facts[0].expires_us, WHEN_NEVER);
}

Test(admit, notice_for_each_controller)
{
    begin("mta", EVENT_NOTICE_SENT);
    snprintf(ev.controllers[ev.n_controllers++], EVENT_NAME_BYTES, "ssl247-sas");
    play();
    cr_assert_eq(facts_of(FACT_NOTICE, NULL), 2);
    cr_assert(out.facts[0].controller == 1 && out.facts[1].controller == 3);
}

/* More than fits: still a no, to everything. */
Test(admit, too_many_scopes)
{
    begin("mta", EVENT_OPTOUT_RECORDED);
    snprintf(ev.via, sizeof(ev.via), "preference_centre");
    in.contacts[1].kind = CONTACT_PHONE;
    in.contacts[2].kind = CONTACT_POSTAL;
    in.n_contacts = 3;
    all_controllers();
    for (size_t i = 0; i < EVENT_SCOPES; i++)
        scope(t.purposes[i % 8].id, CHANNEL_POST | (i < 8 ? CHANNEL_EMAIL | CHANNEL_PHONE
                                                          : CHANNEL_WEB | CHANNEL_SMS));
    ev.age = AGE_UNDER_16;
    play();
    ends(OUTCOME_QUARANTINED, "TOO_MANY_SCOPES", "/data/scope");
    cr_assert_eq(facts_of(FACT_OBJECTION, NULL), 3);
    cr_assert_eq(facts_of(FACT_MINOR, NULL), 3);
    const struct fact *f = NULL;
    facts_of(FACT_OBJECTION, &f);
    cr_assert(f->controller == CONTROLLER_ANY && f->purpose == PURPOSE_ANY &&
              f->channels == CHANNELS_ALL);
}

/* Nothing else comes of data that we only hold for a customer, but a no does. */
Test(admit, processor)
{
    begin("site", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL);
    ev.processor = true;
    play();
    cr_assert(out.n_facts == 1 && facts_of(FACT_PROCESSOR, NULL) == 1);
    begin("mta", EVENT_OPTOUT_RECORDED);
    ev.processor = true;
    play();
    cr_assert(facts_of(FACT_PROCESSOR, NULL) == 1 && facts_of(FACT_OPTOUT, NULL) == 1);
}

/* A purpose that stands in the register twice, with two periods, is one purpose. */
Test(admit, purposes_with_several_entries)
{
    begin("drop", EVENT_OPTOUT_RECORDED);
    t.purposes[17] = t.purposes[8]; /* data.sale */
    play();
    size_t sales = 0;
    for (size_t i = 0; i < out.n_facts; i++)
        sales += out.facts[i].purpose == t.purposes[8].number;
    cr_assert_eq(sales, 1);
}

/* What the codec could not read it leaves empty: the widest meaning. */
Test(admit, empty_scope)
{
    begin("mta", EVENT_OPTOUT_RECORDED);
    in.fault = (struct fault){"TYPE_MISMATCH", "/data/scope/0/purpose"};
    ev.n_scopes = 1;
    snprintf(ev.via, sizeof(ev.via), "preference_centre");
    play();
    ends(OUTCOME_QUARANTINED, "TYPE_MISMATCH", "/data/scope/0/purpose");
    cr_assert_eq(out.n_facts, 1);
    cr_assert(out.facts[0].purpose == PURPOSE_ANY &&
              out.facts[0].channels == CHANNELS_ALL);
}

/* Ends of accounts, agreements and certificates, from those who know them. */
Test(admit, anchors)
{
    static const struct {
        const char *source;
        enum outcome outcome;
    } rows[] = {
        {"site", OUTCOME_ACCEPTED},      {"dpo", OUTCOME_ACCEPTED},
        {"contracts", OUTCOME_ACCEPTED}, {"acme", OUTCOME_ACCEPTED},
        {"nordhost", OUTCOME_ACCEPTED},  {"leadmart", OUTCOME_QUARANTINED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin(rows[i].source, EVENT_RETENTION_ANCHORED);
        play();
        cr_assert_eq(out.outcome, rows[i].outcome, "%s", rows[i].source);
        cr_assert_eq(facts_of(FACT_ANCHOR, NULL), out.outcome == OUTCOME_ACCEPTED);
    }
}

/* Said of a hash: the fact remembers it, for whose contact it is was never said. */
Test(admit, of_a_hash)
{
    begin("mta", EVENT_OPTOUT_RECORDED);
    snprintf(ev.hash, sizeof(ev.hash), "%064d", 0);
    play();
    cr_assert_gt(out.n_facts, 0);
    cr_expect(out.facts[0].flags & FACT_IS_HASHED);
    ev.hash[0] = '\0';
    play();
    cr_assert_gt(out.n_facts, 0);
    cr_expect_not(out.facts[0].flags & FACT_IS_HASHED);
}

/* A telephone number with two readings: a no is taken for both, and it says so. */
static void begin_doubt(enum event_type type)
{
    begin("dpo", type);
    in.n_contacts = 3;
    for (size_t i = 1; i < 3; i++) {
        in.contacts[i].kind = CONTACT_PHONE;
        in.contacts[i].key.b[0] = (uint8_t)i;
        in.contacts[i].doubtful = true;
    }
    in.contact_fault = (struct fault){"PHONE_TWO_READINGS", "/data/contact/phone"};
    in.contact_doubt = true;
}

Test(admit, a_no_is_taken_for_both_readings)
{
    begin_doubt(EVENT_OBJECTION_RECORDED);
    play();
    ends(OUTCOME_ACCEPTED, "PHONE_TWO_READINGS", "/data/contact/phone");
    cr_assert_eq(facts_of(FACT_OBJECTION, NULL), 3);
    for (size_t i = 0; i < out.n_facts; i++)
        cr_assert((out.facts[i].flags & FACT_IS_FAILSAFE) == 0);
}

Test(admit, nobody_is_erased_for_another)
{
    begin_doubt(EVENT_RIGHTS_REQUESTED);
    snprintf(ev.rights[0], sizeof(ev.rights[0]), "erase");
    ev.n_rights = 1;
    play();
    ends(OUTCOME_QUARANTINED, "PHONE_TWO_READINGS", "/data/contact/phone");
    cr_assert_eq(facts_of(FACT_OBJECTION, NULL), 3);
    cr_assert_eq(facts_of(FACT_ERASURE, NULL), 1);
    cr_assert_eq(facts_of(FACT_REQUEST, NULL), 1);
    for (size_t i = 0; i < out.n_facts; i++)
        cr_assert(out.fact_contact[i] == 0 || out.facts[i].kind == FACT_OBJECTION);
}

/* A feed that nobody owns: no rule can weigh what it brings. */
Test(admit, nobody_s_feed)
{
    begin("mta", EVENT_OPTOUT_RECORDED);
    in.source = NULL;
    play();
    ends(OUTCOME_QUARANTINED, "UNKNOWN_SOURCE", "/source");
    cr_assert(out.quarantine && out.keep_bytes && out.n_facts == 0);
}

/* Of what must not be kept no byte is. */
Test(admit, bytes_that_are_not_kept)
{
    begin("mta", EVENT_OPTOUT_RECORDED);
    in.extra = 1;
    play();
    cr_assert_not(out.keep_bytes);
    begin("mta", EVENT_OPTOUT_RECORDED);
    snprintf(in.fault.reason, sizeof(in.fault.reason), "CARD_NUMBER");
    play();
    cr_assert_not(out.keep_bytes);
    begin("mta", EVENT_OPTOUT_RECORDED);
    snprintf(in.fault.reason, sizeof(in.fault.reason), "BAD_VALUE");
    play();
    cr_assert(out.keep_bytes);
}
