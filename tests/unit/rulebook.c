#include "testbook.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct testbook t;

static void set_up(void)
{
    testbook_init(&t);
}

TestSuite(rulebook, .init = set_up);

Test(rulebook, windows)
{
    struct windows w;
    memset(&w, 0xff, sizeof(w));
    windows_init(&w);
    cr_assert_eq(w.skew_us, 5 * WHEN_MINUTE_US);
    cr_assert_eq(w.third_party_stale.months, 6);
    cr_assert_eq(w.backdated_grant_us, 30 * WHEN_DAY_US);
    cr_assert_eq(w.art14.months, 1);
    cr_assert_eq(w.sale_reoptin.months, 12);
    cr_assert_eq(w.soft_bounce_us, 7 * WHEN_DAY_US);
    cr_assert_eq(w.direct_reconfirm.months + w.direct_reconfirm.days, 0);
    cr_assert_not(w.soft_opt_in);
    cr_assert(w.third_party_evidence);
}

Test(rulebook, periods_include_their_start_only)
{
    struct period p = {10, 20};
    cr_assert_not(period_holds(&p, 9));
    cr_assert(period_holds(&p, 10));
    cr_assert(period_holds(&p, 19));
    cr_assert_not(period_holds(&p, 20));
}

Test(rulebook, by_id_and_number)
{
    const struct rulebook *rb = &t.book;
    cr_assert_eq(rulebook_controller(rb, "ssl247-sas", 0)->number, 3);
    cr_assert_null(rulebook_controller(rb, "SSL247-SAS", 0));
    cr_assert_str_eq(rulebook_controller_n(rb, 3, 0)->id, "ssl247-sas");
    cr_assert_null(rulebook_controller_n(rb, 0, 0));
    cr_assert_eq(rulebook_purpose(rb, "data.sale", 0)->number, 9);
    cr_assert_null(rulebook_purpose(rb, "data", 0));
    cr_assert_str_eq(rulebook_purpose_n(rb, 9, 0)->id, "data.sale");
    cr_assert_null(rulebook_purpose_n(rb, -1, 0));
    cr_assert_eq(rulebook_source(rb, "acme", 0)->number, 6);
    cr_assert_null(rulebook_source(rb, "acm", 0));
    cr_assert_str_eq(rulebook_source_at(rb, 6, 0)->id, "acme");
    cr_assert_null(rulebook_source_at(rb, 99, 0));
    cr_assert_str_eq(rulebook_source_n(rb, 6)->id, "acme");
    cr_assert_null(rulebook_source_n(rb, 99));
    cr_assert_eq(rulebook_agreement(rb, "NORD")->number, 6);
    cr_assert_null(rulebook_agreement(rb, ""));
    cr_assert_str_eq(rulebook_agreement_n(rb, 6)->id, "NORD");
    cr_assert_null(rulebook_agreement_n(rb, 0));
}

Test(rulebook, entries_by_time)
{
    const struct rulebook *rb = &t.book;
    int64_t begin = testbook_time("2027-01-01T00:00:00Z");
    cr_assert_null(rulebook_purpose(rb, "marketing.later", begin - 1));
    cr_assert_not_null(rulebook_purpose(rb, "marketing.later", begin));
    t.controllers[4].valid.until_us = begin;
    cr_assert_not_null(rulebook_controller_n(rb, 5, begin - 1));
    cr_assert_null(rulebook_controller_n(rb, 5, begin));
    int64_t end = testbook_time("2026-03-01T00:00:00Z");
    cr_assert_not_null(rulebook_purpose_n(rb, 17, end - 1));
    cr_assert_null(rulebook_purpose_n(rb, 17, end));
}

Test(rulebook, of_two_versions_the_one_that_began_last)
{
    for (int first = 0; first < 2; first++) {
        testbook_init(&t);
        struct source *s = &t.sources[first], *later = &t.sources[1 - first];
        *s = testbook_source("twin", "urn:consent:src:direct:twin", 77, SOURCE_DIRECT);
        *later =
            testbook_source("twin", "urn:consent:src:mailing:twin", 77, SOURCE_MAILING);
        later->valid.from_us = 1000;
        cr_assert_eq(rulebook_source(&t.book, "twin", 999)->type, SOURCE_DIRECT);
        cr_assert_eq(rulebook_source(&t.book, "twin", 1000)->type, SOURCE_MAILING);
        cr_assert_eq(rulebook_source_at(&t.book, 77, 999)->type, SOURCE_DIRECT);
        cr_assert_eq(rulebook_source_at(&t.book, 77, 1000)->type, SOURCE_MAILING);
        cr_assert_eq(rulebook_source_n(&t.book, 77)->type, SOURCE_MAILING);
    }
}

Test(rulebook, versions_of_every_array)
{
    t.controllers[1] = t.controllers[0];
    t.controllers[1].valid.from_us = 1000;
    snprintf(t.controllers[1].name, sizeof(t.controllers[1].name), "later");
    t.purposes[1] = t.purposes[0];
    t.purposes[1].valid.from_us = 1000;
    t.policies[0] = t.policies[1];
    t.policies[0].valid.from_us = testbook_time("2026-01-01T00:00:00Z");
    cr_assert_str_eq(rulebook_controller(&t.book, "sectigo-limited", 1000)->name,
                     "later");
    cr_assert_str_eq(rulebook_controller_n(&t.book, 1, 1000)->name, "later");
    cr_assert_eq(rulebook_purpose(&t.book, "marketing.promotional", 1000),
                 &t.purposes[1]);
    cr_assert_eq(rulebook_purpose_n(&t.book, 1, 1000), &t.purposes[1]);
    cr_assert_eq(rulebook_policy(&t.book, "sectigo-privacy", "2021-11-15",
                                 testbook_time("2026-01-01T00:00:00Z")),
                 &t.policies[0]);
    struct controller swap = t.controllers[0];
    t.controllers[0] = t.controllers[1];
    t.controllers[1] = swap;
    struct purpose swap_p = t.purposes[0];
    t.purposes[0] = t.purposes[1];
    t.purposes[1] = swap_p;
    struct policy swap_o = t.policies[0];
    t.policies[0] = t.policies[1];
    t.policies[1] = swap_o;
    cr_assert_str_eq(rulebook_controller(&t.book, "sectigo-limited", 1000)->name,
                     "later");
    cr_assert_str_eq(rulebook_controller_n(&t.book, 1, 1000)->name, "later");
    cr_assert_eq(rulebook_purpose(&t.book, "marketing.promotional", 1000),
                 &t.purposes[0]);
    cr_assert_eq(rulebook_purpose_n(&t.book, 1, 1000), &t.purposes[0]);
    cr_assert_eq(rulebook_policy(&t.book, "sectigo-privacy", "2021-11-15",
                                 testbook_time("2026-01-01T00:00:00Z")),
                 &t.policies[1]);
}

Test(rulebook, policies)
{
    int64_t change = testbook_time("2021-11-15T00:00:00Z");
    cr_assert(rulebook_has_policy(&t.book, "sectigo-privacy"));
    cr_assert_not(rulebook_has_policy(&t.book, "acme-privacy"));
    cr_assert_not_null(
        rulebook_policy(&t.book, "sectigo-privacy", "2018-05-25", change - 1));
    cr_assert_null(rulebook_policy(&t.book, "sectigo-privacy", "2018-05-25", change));
    cr_assert_not_null(rulebook_policy(&t.book, "sectigo-privacy", "2021-11-15", change));
    cr_assert_null(rulebook_policy(&t.book, "acme-privacy", "2021-11-15", change));
}

/* S3, S4, S6 */
static const struct {
    const char *host;
    int16_t controller; /* 0: none of ours */
} hosts[] = {
    {"sectigo.com", 1},
    {"www.sectigo.com", 1},
    {"SECTIGO.COM", 1},
    {"Www.Sectigo.Com.", 1},
    {"a.b.c.sectigo.com", 1},
    {"ssl247.fr", 3},
    {"www.ssl247.fr", 3},
    {"shop.ssl247.fr", 4},
    {"www.shop.ssl247.fr", 4},
    {"workshop.ssl247.fr", 3},
    {"evil-ssl247.fr", 0},
    {"evilssl247.fr", 0},
    {"ssl247.fr.evil.example", 0},
    {"ssl247.frr", 0},
    {"sl247.fr", 0},
    {"fr", 0},
    {".", 0},
    {"", 0},
    {".ssl247.fr", 3},
    {"ssl247.fr..", 0},
};

Test(rulebook, websites)
{
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        const struct controller *c = rulebook_website(&t.book, hosts[i].host, 0);
        cr_assert_eq(c == NULL ? 0 : c->number, hosts[i].controller, "%s", hosts[i].host);
    }
}

Test(rulebook, websites_by_time)
{
    int64_t moved = testbook_time("2026-06-01T00:00:00Z");
    cr_assert_eq(rulebook_website(&t.book, "moved.example", moved - 1)->number, 4);
    cr_assert_eq(rulebook_website(&t.book, "moved.example", moved)->number, 5);
    cr_assert_not_null(rulebook_website(&t.book, "gone.example", moved - 1));
    cr_assert_null(rulebook_website(&t.book, "gone.example", moved));
    /* of two entries in force the one that began last, wherever it stands */
    t.websites[3].valid.until_us = WHEN_NEVER;
    cr_assert_eq(rulebook_website(&t.book, "moved.example", moved)->number, 5);
    struct website swap = t.websites[3];
    t.websites[3] = t.websites[4];
    t.websites[4] = swap;
    cr_assert_eq(rulebook_website(&t.book, "moved.example", moved)->number, 5);
    t.websites[0].host[0] = '\0'; /* an empty entry is nobody's */
    cr_assert_null(rulebook_website(&t.book, "unknown.example", moved));
}

Test(rulebook, successions)
{
    struct website sites[] = {
        {"a.example", "", {WHEN_ALWAYS, 100}, 1},
        {"a.example", "", {100, 200}, 2},
        {"a.example", "", {200, WHEN_NEVER}, 3},
        {"b.example", "", {WHEN_ALWAYS, 150}, 1},
        {"b.example", "", {150, WHEN_NEVER}, 2},
        {"c.example", "", {WHEN_ALWAYS, 50}, 1},
        {"c.example", "", {50, WHEN_NEVER}, 2},
        {"d.example", "", {50, WHEN_NEVER}, 1},
        {"d.example", "", {60, WHEN_NEVER}, 1},
    };
    struct succession found[8];
    size_t n = rulebook_successions(sites, COUNT_OF(sites), found, COUNT_OF(found));
    cr_assert_eq(n, 3, "1 to 2, over two steps 1 to 3, and 2 to 3");
    for (size_t i = 0; i < n; i++) {
        if (found[i].from == 1 && found[i].to == 2)
            cr_assert_eq(found[i].at_us, 150, "the latest move binds most denials");
        else
            cr_assert_eq(found[i].at_us, 200);
    }
    cr_assert_geq(rulebook_successions(sites, COUNT_OF(sites), found, 1), 3,
                  "says that there was no room");
}

Test(rulebook, names_of_numbers)
{
    cr_expect_str_eq(rulebook_controller_name(&t.book, CONTROLLER_ANY), "*");
    cr_expect_str_eq(rulebook_controller_name(&t.book, 3), "ssl247-sas");
    cr_expect_str_eq(rulebook_controller_name(&t.book, 99), "?");
    cr_expect_str_eq(rulebook_purpose_name(&t.book, PURPOSE_ANY), "*");
    cr_expect_str_eq(rulebook_purpose_name(&t.book, PURPOSE_PROMOTIONAL), "*promotional");
    cr_expect_str_eq(rulebook_purpose_name(&t.book, 2), "communication.events");
    cr_expect_str_eq(rulebook_purpose_name(&t.book, 99), "?");
}

Test(rulebook, the_nearest_of_its_ids)
{
    testbook_init(&t);
    cr_expect_str_eq(rulebook_near_controller(&t.book, "sectigo-limted"),
                     "sectigo-limited");
    cr_expect_null(rulebook_near_controller(&t.book, "nobody-at-all"));
    cr_expect_str_eq(rulebook_near_purpose(&t.book, "marketing.promotonal"),
                     "marketing.promotional");
    cr_expect_null(rulebook_near_purpose(&t.book, "x"));
}
