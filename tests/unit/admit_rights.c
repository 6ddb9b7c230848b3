/* What requests for a right, letters and certificates leave behind, field by field. */
#include "admit_case.h"

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

/* A letter that anybody could have written stops marketing, and nothing else, until a
 * person has answered it. */
Test(admit, rights_unverified)
{
    begin("dpo", EVENT_RIGHTS_REQUESTED);
    snprintf(ev.rights[ev.n_rights++], 32, "erase");
    snprintf(ev.rights[ev.n_rights++], 32, "restrict");
    ev.unverified = true;
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert_geq(facts_of(FACT_OBJECTION, NULL), 1);
    cr_assert_eq(facts_of(FACT_ERASURE, NULL), 0);
    cr_assert_eq(facts_of(FACT_RESTRICTION, NULL), 0);
    cr_assert_eq(facts_of(FACT_REQUEST, NULL), 1);
}

/* A letter that no program understood holds like an objection to marketing; its facts and
 * that of its reading have the letter in common, and no other letter has it. */
Test(admit, a_letter_nobody_has_read)
{
    const struct fact *letter = NULL, *reading = NULL;
    begin("dpo", EVENT_RIGHTS_REQUESTED);
    ev.n_controllers = 0;
    snprintf(ev.request_id, sizeof(ev.request_id), "mail-1");
    snprintf(ev.rights[ev.n_rights++], 32, "unclassified");
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_assert_geq(facts_of(FACT_UNREAD, &letter), 2);
    const int64_t form = letter->form;
    cr_assert_neq(form, 0);
    for (size_t i = 0; i < out.n_facts; i++)
        if (out.facts[i].kind == FACT_UNREAD)
            cr_assert(out.facts[i].form == form &&
                      out.facts[i].controller == CONTROLLER_ANY &&
                      out.facts[i].purpose != PURPOSE_ANY);
    cr_assert_eq(facts_of(FACT_OBJECTION, NULL), 0);

    begin("dpo", EVENT_RIGHTS_COMPLETED);
    snprintf(ev.request_id, sizeof(ev.request_id), "mail-1");
    snprintf(ev.rights[ev.n_rights++], 32, "unclassified");
    snprintf(ev.rights_outcome, sizeof(ev.rights_outcome), "read");
    play();
    cr_assert_eq(facts_of(FACT_READ, &reading), 1);
    cr_assert_eq(reading->form, form);
    cr_assert_eq(reading->controller, CONTROLLER_ANY);
    cr_assert_eq(facts_of(FACT_UNREAD, NULL), 0);

    begin("dpo", EVENT_RIGHTS_COMPLETED);
    snprintf(ev.request_id, sizeof(ev.request_id), "mail-2");
    snprintf(ev.rights[ev.n_rights++], 32, "unclassified");
    snprintf(ev.rights_outcome, sizeof(ev.rights_outcome), "read");
    play();
    facts_of(FACT_READ, &reading);
    cr_assert_neq(reading->form, form);
    snprintf(ev.rights_outcome, sizeof(ev.rights_outcome), "done");
    play();
    cr_assert_eq(facts_of(FACT_READ, NULL) + facts_of(FACT_UNREAD, NULL), 0);
    begin("dpo", EVENT_RIGHTS_REQUESTED); /* of a company by name, of that one */
    snprintf(ev.rights[ev.n_rights++], 32, "unclassified");
    play();
    facts_of(FACT_UNREAD, &letter);
    cr_assert_neq(letter->controller, CONTROLLER_ANY);
}

/* It answers nothing, so all that it could do is to say that it was. */
Test(admit, a_certificate_of_an_erasure_is_the_officers)
{
    begin("dpo", EVENT_CONTACT_ERASED);
    play();
    ends(OUTCOME_ACCEPTED, "", "");
    cr_expect_eq(facts_of(FACT_ERASED, NULL), 1);
    begin("site", EVENT_CONTACT_ERASED);
    play();
    ends(OUTCOME_QUARANTINED, "EVENT_NOT_ALLOWED", "/type");
    cr_expect_eq(facts_of(FACT_ERASED, NULL), 0);
}
