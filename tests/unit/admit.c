/* What an event leaves behind, field by field; tests/golden/decisions shows the effects.
 */
#include "core/admit.h"
#include "testbook.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct testbook t;
static struct event ev;
static struct admit_input in;
static struct admission out;

#define KNOWN testbook_time("2026-03-05T07:05:00Z")
#define TIME  testbook_time("2026-03-05T07:00:00Z")

static void scope(const char *purpose, uint16_t channels)
{
    struct event_scope *s = &ev.scopes[ev.n_scopes++];
    snprintf(s->purpose, sizeof(s->purpose), "%s", purpose);
    s->channels = channels;
    s->any_channel = channels == CHANNELS_ALL;
}

/* An event of a source by name, about an e-mail address, for Sectigo Limited. */
static void begin(const char *source, enum event_type type)
{
    testbook_init(&t);
    memset(&ev, 0, sizeof(ev));
    memset(&in, 0, sizeof(in));
    memset(&out, 0xee, sizeof(out)); /* nothing may be taken over */
    ev.type = type;
    ev.has_time = true;
    ev.time_us = TIME;
    snprintf(ev.controllers[0], EVENT_NAME_BYTES, "sectigo-limited");
    ev.n_controllers = 1;
    ev.basis = BASIS_EXPRESSED;
    in.event = &ev;
    in.known_us = KNOWN;
    in.n_contacts = 1;
    in.contacts[0].kind = CONTACT_EMAIL;
    in.source = rulebook_source(&t.book, source, 0);
    cr_assert_not_null(in.source);
    snprintf(ev.source, sizeof(ev.source), "%s", in.source->urn);
}

static void play(void)
{
    admit(&t.book, &in, &out);
}

static void ends(enum outcome outcome, const char *reason, const char *pointer)
{
    cr_assert_eq(out.outcome, outcome, "%s %s", outcome_name(out.outcome),
                 out.fault.reason);
    cr_assert_str_eq(out.fault.reason, reason);
    cr_assert_str_eq(out.fault.pointer, pointer);
    cr_assert_eq(out.quarantine, outcome == OUTCOME_QUARANTINED);
}

/* How many facts of a kind; *ret is the last of them. */
static size_t facts_of(enum fact_kind kind, const struct fact **ret)
{
    size_t n = 0;
    for (size_t i = 0; i < out.n_facts; i++) {
        if (out.facts[i].kind != kind)
            continue;
        n++;
        if (ret != NULL)
            *ret = &out.facts[i];
    }
    return n;
}

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
    cr_assert_eq(out.agreement.breach_from_us, TIME);
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
    static struct controller eight[EVENT_CONTROLLERS];
    ev.n_controllers = EVENT_CONTROLLERS;
    for (size_t k = 0; k < EVENT_CONTROLLERS; k++) {
        eight[k] = t.controllers[0];
        eight[k].number = (int16_t)(k + 1);
        snprintf(eight[k].id, sizeof(eight[k].id), "controller-%zu", k);
        snprintf(ev.controllers[k], EVENT_NAME_BYTES, "controller-%zu", k);
    }
    t.book.controllers = eight;
    t.book.n_controllers = EVENT_CONTROLLERS;
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

Test(admit, rights_in_other_words)
{
    static const struct {
        const char *right;
        enum fact_kind kind;
    } rows[] = {
        {"object", FACT_OBJECTION},     {"objection", FACT_OBJECTION},
        {"withdraw", FACT_WITHDRAWAL},  {"withdraw_consent", FACT_WITHDRAWAL},
        {"opt_out_sale", FACT_OPTOUT},  {"optout_sale", FACT_OPTOUT},
        {"erase", FACT_ERASURE},        {"erasure", FACT_ERASURE},
        {"restrict", FACT_RESTRICTION}, {"restriction", FACT_RESTRICTION},
        {"access", FACT_REQUEST},       {"complaint", FACT_REQUEST},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin("dpo", EVENT_RIGHTS_REQUESTED);
        snprintf(ev.rights[ev.n_rights++], 32, "%s", rows[i].right);
        play();
        ends(OUTCOME_ACCEPTED, "", "");
        cr_assert_geq(facts_of(rows[i].kind, NULL), 1, "%s", rows[i].right);
        cr_assert_eq(facts_of(FACT_REQUEST, NULL), 1, "the clock runs for every request");
    }
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

Test(admit, too_many_scopes_of_a_grant)
{
    static struct controller eight[EVENT_CONTROLLERS];
    begin("site", EVENT_CONSENT_GRANTED);
    in.contacts[1].kind = CONTACT_PHONE;
    in.contacts[2].kind = CONTACT_POSTAL;
    in.n_contacts = 3;
    ev.n_controllers = EVENT_CONTROLLERS;
    for (size_t k = 0; k < EVENT_CONTROLLERS; k++) {
        eight[k] = t.controllers[0];
        eight[k].number = (int16_t)(k + 1);
        snprintf(eight[k].id, sizeof(eight[k].id), "controller-%zu", k);
        snprintf(ev.controllers[k], EVENT_NAME_BYTES, "controller-%zu", k);
    }
    t.book.controllers = eight;
    t.book.n_controllers = EVENT_CONTROLLERS;
    for (size_t i = 0; i < 14; i++)
        scope(t.purposes[i].id, CHANNEL_POST | CHANNEL_EMAIL | CHANNEL_PHONE);
    play();
    ends(OUTCOME_QUARANTINED, "TOO_MANY_SCOPES", "/data/scope");
    cr_assert(out.n_facts == 0 && !out.keep);
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

/* S23: below a permitted purpose is permitted, beside it is not. */
Test(admit, purposes_below_a_permitted_one)
{
    begin("bizdata", EVENT_CONSENT_GRANTED);
    strcpy(t.purposes[0].id, "marketing.promotional.events");
    scope("marketing.promotional.events", CHANNEL_EMAIL);
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    begin("bizdata", EVENT_CONSENT_GRANTED);
    strcpy(t.purposes[0].id, "marketing.promotionals");
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
