/* rights: whose holidays move what is due. */
#include "rights_case.h"

/* The early May bank holiday is English; the eighth of May is French; Easter Monday both.
 */
static const struct {
    const char *received, *by, *due;
} establishments[] = {
    {"2026-04-04", "GB", "2026-05-05"},    {"2026-04-04", "FR", "2026-05-04"},
    {"2026-04-04", "FR GB", "2026-05-04"}, {"2026-04-08", "FR", "2026-05-11"},
    {"2026-04-08", "GB", "2026-05-08"},    {"2026-04-08", "FR GB", "2026-05-08"},
    {"2026-03-06", "FR GB", "2026-04-07"}, {"2026-03-06", "DE FR GB", "2026-04-06"},
    {"2026-03-06", "", "2026-04-06"},
};

Test(rights, a_holiday_counts_where_the_answer_comes_from)
{
    struct holidays off = {.n = 4,
                           .day = {day("2026-05-04"), day("2026-05-08"),
                                   day("2026-04-06"), day("2026-04-06")},
                           .country = {"GB", "FR", "GB", "FR"}};

    for (size_t i = 0; i < COUNT(establishments); i++) {
        char got[WHEN_TEXT_BYTES], want[WHEN_TEXT_BYTES];
        const int64_t due_us =
            rights_due(day(establishments[i].received), 1, 0, &off, establishments[i].by);
        cr_expect_str_eq(when_format(due_us, got),
                         when_format(us(establishments[i].due) + WHEN_DAY_US, want),
                         "received %s, answered from %s", establishments[i].received,
                         establishments[i].by);
    }
    cr_expect_eq(rights_due(day("2026-04-04"), 1, 0, NULL, "GB"),
                 us("2026-05-04") + WHEN_DAY_US);
}

Test(rights, who_must_answer_is_all_that_the_events_name)
{
    static const char *const named[][3] = {
        {"GB", "FR", "DE"}, {"FR GB", "DE", ""}, {"DE", "DE FR", "GB"}};

    for (size_t i = 0; i < COUNT(named); i++) {
        struct rights_event e[3];
        for (size_t k = 0; k < 3; k++) {
            e[k] = asks((int64_t)k + 1, "2026-04-22T09:00:00Z", ACCESS);
            snprintf(e[k].by, sizeof(e[k].by), "%s", named[i][k]);
        }
        cr_expect_str_eq(folded(e, 3).by, "DE FR GB");
    }
    /* as many as there is room for, and no byte more */
    struct rights_event many[20];
    for (size_t k = 0; k < COUNT(many); k++) {
        many[k] = asks((int64_t)k + 1, "2026-04-22T09:00:00Z", ACCESS);
        snprintf(many[k].by, sizeof(many[k].by), "%c%c", (char)('Z' - k), 'A');
    }
    cr_expect_eq(strlen(folded(many, COUNT(many)).by), 47);
}
