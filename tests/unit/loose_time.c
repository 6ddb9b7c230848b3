#include "codec/event/loose_time.h"

#include "base/when.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct row {
    const char *text, *is; /* NULL: none */
} rows[] = {
    {"1727289494", "2024-09-25T18:38:14Z"},
    {"1727289494.25", "2024-09-25T18:38:14.250000Z"},
    {"1.5", NULL},
    {"1727289494123", "2024-09-25T18:38:14.123000Z"},
    {"17272894941234567", NULL},
    {"2024-10-18T18:28:14Z", "2024-10-18T18:28:14Z"},
    {"2024-10-18T18:28:14.5+02:00", "2024-10-18T16:28:14.500000Z"},
    {" 2024-10-18 18:28:14 ", "2024-10-18T18:28:14Z"},
    {"20241018T182814Z", "2024-10-18T18:28:14Z"},
    {"20241018 182814", "2024-10-18T18:28:14Z"},
    {"20241018182814", "2024-10-18T18:28:14Z"},
    {"2024年10月18日", "2024-10-19T11:59:59.999999Z"},
    {"2024年3月5日 9:05", "2024-03-05T09:05:00Z"},
    {"2024年10月18日 18:28:14", "2024-10-18T18:28:14Z"},
    {"2024-10-18 18:28:14 UTC", "2024-10-18T18:28:14Z"},
    {"2024-10-18 18:28:14 +0200", "2024-10-18T16:28:14Z"},
    {"2024-10-18 18:28:14+02", "2024-10-18T16:28:14Z"},
    {"2024-10-18T18:28:14.123", "2024-10-18T18:28:14.123000Z"},
    {"2024-10-18", "2024-10-19T11:59:59.999999Z"}, /* its end, anywhere */
    {"Fri, 18 Oct 2024 18:28:14 UTC", "2024-10-18T18:28:14Z"},
    {"18 Oct 2024 18:28:14 -0700", "2024-10-19T01:28:14Z"},
    {"Fri, 18 Oct 2024 18:28:14 GMT", "2024-10-18T18:28:14Z"},
    {"Fri, 18 Oct 2024 18:28:14 UTC again", NULL},
    {"Fri, 18 Oct 2024 18:28:14 EST", NULL},
    {"Fri, 18 anF 2024 18:28:14 UTC", NULL},
    {"Fri, 31 Feb 2024 18:28:14 UTC", NULL},
    {"10/18/2024", NULL},
    {"1994-12-31T00:00:00Z", NULL},
    {"9999-12-31", NULL}, /* whose end, anywhere, is after all times */
    {"9999年12月31日", NULL},
    {"9999年12月31日 23:59", "9999-12-31T23:59:00Z"},
    {"9999-12-31 23:59:59 -0700", NULL},
    {"31 Dec 9999 23:59:59 -0700", NULL},
    {"now", NULL},
    {"infinity", NULL},
    {"", NULL},
    {"2024-10-18T18:28:14Z2024-10-18T18:28:14Z2024-10-18T18:28:14Z2024-10-18", NULL},
};

Test(loose_time, every_form)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[WHEN_TEXT_BYTES];
        int64_t us = -1;
        const bool ok = loose_time_parse(rows[i].text, strlen(rows[i].text), &us);

        cr_assert_eq(ok, rows[i].is != NULL, "\"%s\"", rows[i].text);
        if (ok)
            cr_assert_str_eq(when_format(us, text), rows[i].is, "\"%s\"", rows[i].text);
    }
    cr_assert_not(loose_time_parse("2024-10-18\0", 11, &(int64_t){0}));
}

Test(loose_time, the_year_may_stand_first)
{
    static const struct row first[] = {
        {"24-05-06", "2024-05-07T11:59:59.999999Z"},
        {"24/05/06 7:08", "2024-05-06T07:08:00Z"},
        {"24-13-06", NULL},
        {"24.05.06", NULL},
        {"24-05/06", NULL},
        {"2024-05-06", NULL},
        {"24-05-06 at 25:61", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        char text[WHEN_TEXT_BYTES];
        int64_t us = -1;
        const bool ok = loose_time_year_first(first[i].text, strlen(first[i].text), &us);

        cr_assert_eq(ok, first[i].is != NULL, "\"%s\"", first[i].text);
        if (ok)
            cr_assert_str_eq(when_format(us, text), first[i].is, "\"%s\"", first[i].text);
    }
}
