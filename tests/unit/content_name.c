/* The id of an event that is made of what it says: what is part of it, and what is not.
 */
#include "crypto/content_name.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct event base(void)
{
    struct event e = {.type = EVENT_OPTOUT_RECORDED,
                      .has_time = true,
                      .time_us = INT64_C(1709630127000000),
                      .source = "urn:consent:src:mailing:mta-eu1",
                      .import_batch = "plain-0123456789abcdef",
                      .email = "Ann@example.org",
                      .via = "suppression_file",
                      .n_scopes = 1};

    snprintf(e.scopes[0].purpose, sizeof(e.scopes[0].purpose), "*promotional");
    e.scopes[0].channels = CHANNEL_EMAIL;
    return e;
}

static const char *name_of(const struct event *e, const char *email, bool own_time)
{
    static char names[4][CONTENT_NAME_BYTES];
    static int turn;
    struct err err;
    char *name = names[turn++ % 4];

    cr_assert(content_name(e, email, own_time, name, &err));
    return name;
}

Test(content_name, what_belongs_to_the_file_is_not_in_it)
{
    struct event e = base(), other = base();

    snprintf(other.import_batch, sizeof(other.import_batch), "another");
    other.n_evidence = 7;
    cr_assert_str_eq(name_of(&e, "ann@example.org", true),
                     name_of(&other, "ann@example.org", true));
    other.time_us++;
    cr_assert_str_eq(name_of(&e, "ann@example.org", false),
                     name_of(&other, "ann@example.org", false));
    cr_assert_str_neq(name_of(&e, "ann@example.org", true),
                      name_of(&other, "ann@example.org", true));
    cr_assert_str_neq(name_of(&e, "ann@example.org", true),
                      name_of(&e, "ann@example.org", false));
}

Test(content_name, what_it_says_is)
{
    const struct event e = base();
    struct event many[9];
    const size_t n = sizeof(many) / sizeof(many[0]);

    for (size_t i = 0; i < n; i++)
        many[i] = base();
    many[0].type = EVENT_FEEDBACK_COMPLAINED;
    snprintf(many[1].source, sizeof(many[1].source), "urn:consent:src:mailing:mta-eu2");
    many[2].scopes[0].channels = CHANNEL_SMS;
    snprintf(many[3].via, sizeof(many[3].via), "unsubscribe_link");
    many[4].bounce_confirmed = true;
    many[5].n_controllers = 1;
    snprintf(many[6].phone, sizeof(many[6].phone), "+4930123456");
    snprintf(many[7].phone, sizeof(many[7].phone), "4930123456");
    snprintf(many[8].hash, sizeof(many[8].hash), "x");
    for (size_t i = 0; i < n; i++) {
        cr_assert_str_neq(name_of(&e, "ann@example.org", true),
                          name_of(&many[i], "ann@example.org", true), "%zu", i);
        for (size_t k = 0; k < i; k++)
            cr_assert_str_neq(name_of(&many[k], "ann@example.org", true),
                              name_of(&many[i], "ann@example.org", true), "%zu %zu", k,
                              i);
    }
    cr_assert_str_neq(name_of(&e, "ann@example.org", true),
                      name_of(&e, "bob@example.org", true));
}

Test(content_name, a_number_is_its_digits_and_its_country)
{
    struct event a = base(), b = base(), c = base();

    a.email[0] = b.email[0] = c.email[0] = '\0';
    snprintf(a.phone, sizeof(a.phone), "030 / 123 456");
    snprintf(b.phone, sizeof(b.phone), "030123456");
    snprintf(c.phone, sizeof(c.phone), "030123456");
    snprintf(a.country, sizeof(a.country), "DE");
    snprintf(b.country, sizeof(b.country), "DE");
    snprintf(c.country, sizeof(c.country), "GB");
    cr_assert_str_eq(name_of(&a, "", true), name_of(&b, "", true));
    cr_assert_str_neq(name_of(&a, "", true), name_of(&c, "", true));
}

Test(content_name, is_known_again_with_its_time_and_without)
{
    struct event e = base();
    struct err err;
    bool named;

    for (int own = 0; own < 2; own++) {
        snprintf(e.id, sizeof(e.id), "%s", name_of(&e, "ann@example.org", own == 1));
        cr_assert(content_named(&e, "ann@example.org", &named, &err) && named);
        cr_assert(content_named(&e, "bob@example.org", &named, &err) && !named);
    }
    snprintf(e.id, sizeof(e.id), "import-00000000000000000000000000000000");
    cr_assert(content_named(&e, "ann@example.org", &named, &err) && !named);
    snprintf(e.id, sizeof(e.id), "some-id-of-theirs");
    cr_assert(content_named(&e, "ann@example.org", &named, &err) && !named);
}
