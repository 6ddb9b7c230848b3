/* What grants, leads and faults leave behind, field by field; tests/golden/decisions
 * shows the effects. */
#include "admit_case.h"

Test(admit, direct_grant)
{
    const struct fact *f = NULL;
    begin("site", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL | CHANNEL_PHONE);
    ev.confirm = CONFIRM_DONE;
    ev.has_confirmed_at = true;
    ev.confirmed_us = TIME + WHEN_HOUR_US;
    ev.has_valid_for = true;
    ev.valid_for.months = 24;
    ev.n_evidence = 2;
    ev.basis = BASIS_EXPLICIT;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert(out.keep && !out.redact && !out.late && !out.has_agreement);
    cr_assert_eq(out.occurred.from_us, TIME);
    cr_assert_eq(out.occurred.to_us, TIME);
    cr_assert_eq(out.n_facts, 1, "one fact; the telephone channel suits no contact");
    cr_assert_eq(facts_of(FACT_GRANT, &f), 1);
    cr_assert_eq(f->ledger_id, 0);
    cr_assert_eq(f->known_us, KNOWN);
    cr_assert(f->from_us == TIME && f->to_us == TIME);
    cr_assert_eq(f->effective_us, TIME + WHEN_HOUR_US);
    cr_assert_eq(f->expires_us, testbook_time("2028-03-05T07:00:00Z"));
    cr_assert(f->source == 1 && f->source_type == SOURCE_DIRECT && f->agreement == 0);
    cr_assert(f->controller == 1 && f->purpose == 1);
    cr_assert_eq(f->channels, CHANNEL_EMAIL);
    cr_assert_eq(f->stated, CHANNEL_EMAIL | CHANNEL_POST);
    cr_assert_eq(f->flags, FACT_IS_DIRECT | FACT_IS_CONFIRMED | FACT_IS_EVIDENCE |
                               FACT_IS_EXPLICIT);
    cr_assert_eq(f->part, 0);
}

Test(admit, reseller_grant_for_two_contacts)
{
    begin("acme", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL | CHANNEL_PHONE);
    in.contacts[1].kind = CONTACT_PHONE;
    in.n_contacts = 2;
    ev.stated_channels = CHANNEL_EMAIL;
    ev.warranty = true;
    ev.verified = true;
    snprintf(ev.agreement, sizeof(ev.agreement), "ACME");
    snprintf(ev.named[ev.n_named++], 129, "SECTIGO LIMITED");
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert_eq(out.n_facts, 2, "a grant is its own hand-over");
    for (size_t i = 0; i < out.n_facts; i++) {
        const struct fact *f = &out.facts[i];
        cr_assert(f->part == i && f->kind == FACT_GRANT);
        cr_assert_eq(f->channels,
                     out.fact_contact[i] == 0 ? CHANNEL_EMAIL : CHANNEL_PHONE);
        cr_assert_eq(f->stated, CHANNEL_EMAIL);
        cr_assert_eq(f->agreement, 1);
        cr_assert_eq(f->flags, FACT_IS_WARRANTY | FACT_IS_NAMED | FACT_IS_VERIFIED);
    }
}

Test(admit, contact_without_grant_is_handed_over_too)
{
    const struct fact *f = NULL;
    begin("acme", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL);
    in.contacts[1].kind = CONTACT_PHONE;
    in.n_contacts = 2;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert_eq(out.n_facts, 2);
    cr_assert_eq(facts_of(FACT_LEAD, &f), 1);
    cr_assert(f->from_us == KNOWN && f->to_us == KNOWN, "on arrival");
    cr_assert_eq(out.fact_contact[1], 1);
}

Test(admit, lead_is_handed_over_at_its_time)
{
    const struct fact *f = NULL;
    begin("leadmart", EVENT_LEAD_RECEIVED);
    ev.has_collected = true;
    ev.collected = (struct when_span){TIME - 90 * WHEN_DAY_US, TIME - 89 * WHEN_DAY_US};
    scope("marketing.promotional", CHANNEL_EMAIL);
    ev.basis = BASIS_UNKNOWN;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert_eq(facts_of(FACT_LEAD, &f), 1);
    cr_assert(f->from_us == TIME && f->to_us == TIME);
    cr_assert_eq(facts_of(FACT_GRANT, &f), 1);
    cr_assert(f->from_us == TIME - 90 * WHEN_DAY_US && f->to_us == TIME);
    cr_assert_eq(f->flags, FACT_IS_STATE_UNKNOWN | FACT_IS_DATE_ONLY);
    /* a clock slightly ahead hands over on arrival */
    begin("leadmart", EVENT_LEAD_RECEIVED);
    ev.time_us = KNOWN + WHEN_MINUTE_US;
    play();
    cr_assert_eq(facts_of(FACT_LEAD, &f), 1);
    cr_assert_eq(f->from_us, KNOWN);
}

Test(admit, lead_from_ourselves_is_direct)
{
    const struct fact *f = NULL;
    begin("site", EVENT_LEAD_RECEIVED);
    play();
    cr_assert_eq(facts_of(FACT_LEAD, &f), 1);
    cr_assert((f->flags & FACT_IS_DIRECT) != 0);
    begin("site", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL);
    play();
    cr_assert_eq(facts_of(FACT_LEAD, NULL), 0, "a consent given to us is no lead");
}

Test(admit, import)
{
    const struct fact *f = NULL;
    begin("acme", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL);
    ev.time_us = KNOWN - 400 * WHEN_DAY_US;
    snprintf(ev.import_batch, sizeof(ev.import_batch), "2026-03");
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert(out.late);
    cr_assert_eq(facts_of(FACT_LEAD, &f), 1);
    cr_assert_eq(f->from_us, ev.time_us, "obtained long ago");
    cr_assert_eq(f->flags, FACT_IS_IMPORTED | FACT_IS_LATE);
}

Test(admit, broken_grant)
{
    begin("site", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL);
    in.fault = (struct fault){"BAD_VALUE", "/data/basis/type"};
    play();
    ends(OUTCOME_QUARANTINED, "BAD_VALUE", "/data/basis/type");
    cr_assert(!out.keep && out.n_facts == 0);
}

Test(admit, minor)
{
    const struct fact *f = NULL;
    begin("site", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL);
    ev.age = AGE_UNDER_16;
    play();
    ends(OUTCOME_REFUSED, "UNDER_16", "/data/contact");
    cr_assert(out.keep && out.redact);
    cr_assert_eq(out.n_facts, 1);
    cr_assert_eq(facts_of(FACT_MINOR, &f), 1);
    cr_assert_eq(f->controller, CONTROLLER_ANY);
    cr_assert((f->flags & FACT_IS_WIDE) != 0);
    /* nobody is there to be marked */
    begin("site", EVENT_CONSENT_GRANTED);
    in.n_contacts = 0;
    ev.age = AGE_UNDER_16;
    play();
    ends(OUTCOME_QUARANTINED, "NO_CONTACT", "/data/contact");
    /* a minor's no */
    begin("site", EVENT_OPTOUT_RECORDED);
    ev.age = AGE_UNDER_16;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert(out.redact);
    cr_assert(facts_of(FACT_MINOR, NULL) == 1 && facts_of(FACT_OPTOUT, NULL) == 1);
}

Test(admit, pointers)
{
    begin("site", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL);
    scope("marketing.astrology", CHANNEL_EMAIL);
    play();
    ends(OUTCOME_QUARANTINED, "PURPOSE_NOT_DISCLOSED", "/data/scope/1/purpose");
    begin("site", EVENT_CONSENT_GRANTED);
    snprintf(ev.controllers[ev.n_controllers++], EVENT_NAME_BYTES, "sectigo-plc");
    play();
    ends(OUTCOME_QUARANTINED, "UNKNOWN_CONTROLLER", "/data/controllers/1");
    begin("acme", EVENT_CONSENT_GRANTED);
    ev.time_us = KNOWN - 31 * WHEN_DAY_US;
    play();
    ends(OUTCOME_QUARANTINED, "BACKDATED", "/time");
    begin("acme", EVENT_OPTOUT_RECORDED);
    snprintf(ev.source, sizeof(ev.source), "urn:consent:src:direct:site");
    play();
    ends(OUTCOME_QUARANTINED, "SOURCE_MISMATCH", "/source");
    begin("site", EVENT_NONE);
    play();
    ends(OUTCOME_QUARANTINED, "UNKNOWN_TYPE", "/type");
}

/* Without an entry in the register nobody can say who the controller is (S3). */
Test(admit, no_default_controller)
{
    begin("leadmart", EVENT_LEAD_RECEIVED);
    ev.n_controllers = 0;
    t.book.default_controller = 0;
    play();
    ends(OUTCOME_QUARANTINED, "UNKNOWN_CONTROLLER", "/data/controllers");
}

Test(admit, too_many_scopes_of_a_grant)
{
    begin("site", EVENT_CONSENT_GRANTED);
    in.contacts[1].kind = CONTACT_PHONE;
    in.contacts[2].kind = CONTACT_POSTAL;
    in.n_contacts = 3;
    all_controllers();
    for (size_t i = 0; i < 14; i++)
        scope(t.purposes[i].id, CHANNEL_POST | CHANNEL_EMAIL | CHANNEL_PHONE);
    play();
    ends(OUTCOME_QUARANTINED, "TOO_MANY_SCOPES", "/data/scope");
    cr_assert(out.n_facts == 0 && !out.keep);
}

/* S23: below a permitted purpose is permitted, beside it is not. */
Test(admit, purposes_below_a_permitted_one)
{
    begin("bizdata", EVENT_CONSENT_GRANTED);
    snprintf(t.purposes[0].id, sizeof(t.purposes[0].id), "marketing.promotional.events");
    scope("marketing.promotional.events", CHANNEL_EMAIL);
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    begin("bizdata", EVENT_CONSENT_GRANTED);
    snprintf(t.purposes[0].id, sizeof(t.purposes[0].id), "marketing.promotionals");
    scope("marketing.promotionals", CHANNEL_EMAIL);
    play();
    ends(OUTCOME_QUARANTINED, "PURPOSE_INCOMPATIBLE_WITH_SOURCE",
         "/data/scope/0/purpose");
}

/* What a partner's own policy says is the partner's business. */
Test(admit, policy_of_a_partner)
{
    begin("acme", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL);
    snprintf(ev.notice_policy, sizeof(ev.notice_policy), "acme-privacy");
    snprintf(ev.notice_version, sizeof(ev.notice_version), "4.2");
    play();
    ends(OUTCOME_ACCEPTED, "", "");
}

/* What an organisation may not say is counted; a denial keeps everything it says. */
Test(admit, fields_too_many)
{
    begin("corp", EVENT_CONSENT_GRANTED);
    ev.extra_fields = 2;
    cr_expect_eq(admit_extra(in.source, &ev), 2);
    ev.type = EVENT_OPTOUT_RECORDED;
    cr_expect_eq(admit_extra(in.source, &ev), 0);
    begin("site", EVENT_CONSENT_GRANTED);
    ev.extra_fields = 2;
    cr_expect_eq(admit_extra(in.source, &ev), 0);
}

/* What is tried is judged like anything else, and leaves nothing behind. */
Test(admit, over_the_budget_of_its_source)
{
    begin("acme", EVENT_CONSENT_GRANTED);
    scope("marketing.promotional", CHANNEL_EMAIL);
    in.over_budget = true;
    play();
    ends(OUTCOME_QUARANTINED, "OVER_BUDGET", "");
    cr_expect(!out.keep && out.n_facts == 0);
    ev.type = EVENT_LEAD_RECEIVED;
    play();
    ends(OUTCOME_QUARANTINED, "OVER_BUDGET", "");
    /* what is wrong with it comes first, for that does not pass */
    snprintf(ev.source, sizeof(ev.source), "urn:consent:src:direct:somebody-else");
    play();
    ends(OUTCOME_QUARANTINED, "SOURCE_MISMATCH", "/source");
    /* a no is never held, nor is a child */
    begin("acme", EVENT_OPTOUT_RECORDED);
    in.over_budget = true;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_expect(out.keep && out.n_facts > 0);
    begin("acme", EVENT_LEAD_RECEIVED);
    in.over_budget = true;
    ev.age = AGE_UNDER_16;
    play();
    cr_expect_str_eq(out.fault.reason, "UNDER_16");
    cr_expect(admit_spends(EVENT_CONSENT_GRANTED) && admit_spends(EVENT_LEAD_RECEIVED) &&
              !admit_spends(EVENT_OPTOUT_RECORDED) && !admit_spends(EVENT_NOTICE_SENT));
}

Test(admit, of_a_sandbox)
{
    struct source tried;

    begin("acme", EVENT_OPTOUT_RECORDED);
    scope("*promotional", CHANNEL_EMAIL);
    tried = *in.source;
    tried.sandbox = true;
    in.source = &tried;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_expect(out.sandbox && out.keep && !out.keep_bytes && out.n_facts == 0);
    scope("no.such.purpose", CHANNEL_EMAIL);
    play();
    cr_expect_eq(out.outcome, OUTCOME_QUARANTINED);
    cr_expect_str_eq(out.fault.reason, "PURPOSE_NOT_DISCLOSED");
    cr_expect(!out.quarantine && out.n_facts == 0, "nobody has to look at it");
}
