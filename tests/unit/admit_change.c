/* What a changed contact leaves behind, and who may say that it changed. */
#include "admit_case.h"

static void begin_change(const char *source, enum event_change change)
{
    begin(source, EVENT_CONTACT_CHANGED);
    ev.change = change;
    in.n_contacts = 2;
    in.contacts[0].key.b[0] = 1;
    in.contacts[1].kind = CONTACT_EMAIL;
    in.contacts[1].key.b[0] = 2;
    in.contacts[1].old = true;
}

Test(admit, who_may_say_that_a_contact_changed)
{
    static const struct {
        const char *source;
        enum event_change change;
        bool may;
    } rows[] = {
        {"dpo", CHANGE_CHANGED, true},      {"dpo", CHANGE_SAME_PERSON, true},
        {"dpo", CHANGE_MISTAKEN, true},     {"site", CHANGE_CHANGED, true},
        {"site", CHANGE_MISTAKEN, true},    {"mta", CHANGE_CHANGED, true},
        {"mta", CHANGE_SAME_PERSON, false}, {"mta", CHANGE_MISTAKEN, false},
        {"acme", CHANGE_CHANGED, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin_change(rows[i].source, rows[i].change);
        play();
        if (rows[i].may)
            ends(OUTCOME_ACCEPTED, "", "");
        else
            ends(OUTCOME_QUARANTINED, "EVENT_NOT_ALLOWED", "/type");
        cr_expect_eq(out.change, rows[i].may ? rows[i].change : CHANGE_NONE, "%zu", i);
        cr_expect_eq(facts_of(FACT_CHANGE, NULL), rows[i].may ? 2 : 0, "%zu", i);
    }
}

Test(admit, a_change_needs_two_contact_points)
{
    begin_change("dpo", CHANGE_CHANGED);
    in.contacts[1].key = in.contacts[0].key;
    play();
    ends(OUTCOME_QUARANTINED, "SAME_CONTACT", "/data/previous");
    begin_change("dpo", CHANGE_CHANGED);
    in.n_contacts = 1;
    play();
    ends(OUTCOME_QUARANTINED, "NO_CONTACT", "/data/previous");
    begin_change("dpo", CHANGE_CHANGED);
    in.contacts[0].old = true;
    in.contact_fault = (struct fault){"EMAIL_DOMAIN", "/data/contact/email"};
    play();
    ends(OUTCOME_QUARANTINED, "EMAIL_DOMAIN", "/data/contact/email");
    begin_change("dpo", CHANGE_CHANGED);
    ev.has_time = false;
    play();
    ends(OUTCOME_QUARANTINED, "BAD_TIME", "/time");
    cr_assert_eq(out.n_facts, 0);
    cr_assert_eq(out.change, CHANGE_NONE);
}

Test(admit, an_old_point_is_tied_to_every_new_one)
{
    begin_change("dpo", CHANGE_CHANGED);
    in.contacts[2] = in.contacts[1]; /* the old one comes last, as ingest has it */
    in.contacts[1] = (struct admit_contact){.kind = CONTACT_PHONE, .key.b[0] = 3};
    in.n_contacts = 3;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert_eq(facts_of(FACT_CHANGE, NULL), 3);
}
