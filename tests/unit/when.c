/* when: strict RFC 3339, spans of a day, lengths, and calendar arithmetic. */
#include "base/when.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a)  (sizeof(a) / sizeof(*(a)))
#define UNTOUCHED INT64_C(-424242)

/* Parameters are indexes: rows with pointers do not survive the way to the test process.
 */
#define ROWS(suite, name, table)                                                         \
    ParameterizedTestParameters(suite, name)                                             \
    {                                                                                    \
        static size_t index[COUNT(table)];                                               \
                                                                                         \
        for (size_t i = 0; i < COUNT(table); i++)                                        \
            index[i] = i;                                                                \
        return cr_make_param_array(size_t, index, COUNT(table));                         \
    }                                                                                    \
    ParameterizedTest(size_t *row, suite, name)

static const struct {
    const char *in;
    enum when_fault fault;
    const char *out; /* as when_format prints it */
} instants[] = {
    {"1970-01-01T00:00:00Z", WHEN_TOO_EARLY, NULL},
    {"2026-03-02T10:15:30Z", WHEN_OK, "2026-03-02T10:15:30Z"},
    {"2026-03-02t10:15:30z", WHEN_OK, "2026-03-02T10:15:30Z"},
    {"2026-03-02T10:15:30.5Z", WHEN_OK, "2026-03-02T10:15:30.500000Z"},
    {"2026-03-02T10:15:30.000000Z", WHEN_OK, "2026-03-02T10:15:30Z"},
    {"2026-03-02T10:15:30.123456Z", WHEN_OK, "2026-03-02T10:15:30.123456Z"},
    {"2026-03-02T10:15:30.1234569999999999999999Z", WHEN_OK,
     "2026-03-02T10:15:30.123456Z"},
    {"2026-03-02T10:15:30+01:00", WHEN_OK, "2026-03-02T09:15:30Z"},
    {"2026-03-02T10:15:30-08:00", WHEN_OK, "2026-03-02T18:15:30Z"},
    {"2026-03-02T10:15:30+05:45", WHEN_OK, "2026-03-02T04:30:30Z"},
    {"2026-03-02T10:15:30-00:00", WHEN_OK, "2026-03-02T10:15:30Z"},
    {"2026-01-01T00:00:00+14:00", WHEN_OK, "2025-12-31T10:00:00Z"},
    {"2025-12-31T23:00:00-14:00", WHEN_OK, "2026-01-01T13:00:00Z"},
    {"2024-02-29T12:00:00Z", WHEN_OK, "2024-02-29T12:00:00Z"},
    {"2000-02-29T12:00:00Z", WHEN_OK, "2000-02-29T12:00:00Z"},
    {"1995-01-01T00:00:00Z", WHEN_OK, "1995-01-01T00:00:00Z"},
    {"9999-12-31T23:59:59.999999-14:00", WHEN_OK, "10000-01-01T13:59:59.999999Z"},
    /* leap seconds */
    {"2016-12-31T23:59:60Z", WHEN_OK, "2016-12-31T23:59:59.999999Z"},
    {"2016-12-31T23:59:60.75Z", WHEN_OK, "2016-12-31T23:59:59.999999Z"},
    {"2017-01-01T05:29:60+05:30", WHEN_OK, "2016-12-31T23:59:59.999999Z"},
    {"2015-06-30T18:59:60-05:00", WHEN_OK, "2015-06-30T23:59:59.999999Z"},
    {"2024-02-29T23:59:60Z", WHEN_OK, "2024-02-29T23:59:59.999999Z"},
    {"2024-02-28T23:59:60Z", WHEN_BAD_DATE, NULL},
    {"2016-12-31T23:59:60+01:00", WHEN_BAD_DATE, NULL},
    {"2016-12-31T22:59:60Z", WHEN_BAD_DATE, NULL},
    {"2026-03-02T10:15:60Z", WHEN_BAD_DATE, NULL},
    {"2016-12-31T23:59:61Z", WHEN_BAD_DATE, NULL},
    /* no such day, no such time */
    {"2023-02-29T12:00:00Z", WHEN_BAD_DATE, NULL},
    {"2100-02-29T12:00:00Z", WHEN_BAD_DATE, NULL},
    {"2026-04-31T12:00:00Z", WHEN_BAD_DATE, NULL},
    {"2026-00-10T12:00:00Z", WHEN_BAD_DATE, NULL},
    {"2026-13-10T12:00:00Z", WHEN_BAD_DATE, NULL},
    {"2026-01-00T12:00:00Z", WHEN_BAD_DATE, NULL},
    {"2026-01-32T12:00:00Z", WHEN_BAD_DATE, NULL},
    {"2026-01-10T24:00:00Z", WHEN_BAD_DATE, NULL},
    {"2026-01-10T12:60:00Z", WHEN_BAD_DATE, NULL},
    /* zones */
    {"2026-03-02T10:15:30", WHEN_NO_ZONE, NULL},
    {"2026-03-02T10:15:30.25", WHEN_NO_ZONE, NULL},
    {"2026-03-02T10:15:30+14:01", WHEN_BAD_ZONE, NULL},
    {"2026-03-02T10:15:30-14:01", WHEN_BAD_ZONE, NULL},
    {"2026-03-02T10:15:30+15:00", WHEN_BAD_ZONE, NULL},
    {"2026-03-02T10:15:30+99:99", WHEN_BAD_ZONE, NULL},
    {"2026-03-02T10:15:30+01:60", WHEN_BAD_ZONE, NULL},
    /* too early */
    {"1994-12-31T23:59:59.999999Z", WHEN_TOO_EARLY, NULL},
    {"1995-01-01T00:00:00+00:01", WHEN_TOO_EARLY, NULL},
    {"1994-12-31T23:59:59-00:01", WHEN_OK, "1995-01-01T00:00:59Z"},
    {"0001-01-01T00:00:00Z", WHEN_TOO_EARLY, NULL},
    {"0000-01-01T00:00:00Z", WHEN_TOO_EARLY, NULL},
    /* not RFC 3339 */
    {"", WHEN_SYNTAX, NULL},
    {"now", WHEN_SYNTAX, NULL},
    {"infinity", WHEN_SYNTAX, NULL},
    {"2026-03-02", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15Z", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15", WHEN_SYNTAX, NULL},
    {"2026-03-02 10:15:30Z", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15:30.Z", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15:30.", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15:30,5Z", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15:30 Z", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15:30ZZ", WHEN_SYNTAX, NULL},
    {" 2026-03-02T10:15:30Z", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15:30Z\n", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15:30+0100", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15:30+01", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15:30+1:00", WHEN_SYNTAX, NULL},
    {"2026-03-02T10:15:30\xe2\x88\x92"
     "01:00",
     WHEN_SYNTAX, NULL},
    {"2026-3-02T10:15:30Z", WHEN_SYNTAX, NULL},
    {"26-03-02T10:15:30Z", WHEN_SYNTAX, NULL},
    {"+2026-03-02T10:15:30Z", WHEN_SYNTAX, NULL},
    {"02026-03-02T10:15:30Z", WHEN_SYNTAX, NULL},
    {"2026-03-02T+1:15:30Z", WHEN_SYNTAX, NULL},
    {"20260302T101530Z", WHEN_SYNTAX, NULL},
    {"2026-W10-1T10:15:30Z", WHEN_SYNTAX, NULL},
    {"05/13/2024", WHEN_SYNTAX, NULL},
};

ROWS(when, parse, instants)
{
    const char *in = instants[*row].in;
    /* A copy of the exact size, so that AddressSanitizer sees a step beyond it. */
    char *copy = malloc(strlen(in) + 1);
    int64_t us = UNTOUCHED;
    char text[WHEN_TEXT_BYTES];

    memcpy(copy, in, strlen(in) + 1);
    copy = realloc(copy, strlen(in) ? strlen(in) : 1);
    cr_assert_eq(when_parse(copy, strlen(in), &us), instants[*row].fault, "%s", in);
    if (instants[*row].out == NULL)
        cr_assert_eq(us, UNTOUCHED, "%s: wrote its answer", in);
    else
        cr_assert_str_eq(when_format(us, text), instants[*row].out);
    free(copy);
}

Test(when, every_cut_is_refused)
{
    const char *full = "2026-03-02T10:15:30.123+01:00";

    for (size_t len = 0; len < strlen(full); len++) {
        int64_t us;
        enum when_fault fault = when_parse(full, len, &us);

        cr_assert_neq(fault, WHEN_OK, "%.*s", (int)len, full);
        cr_assert_eq(fault == WHEN_NO_ZONE, len == 19 || (len >= 21 && len <= 23));
    }
}

Test(when, nul_inside_is_refused)
{
    int64_t us;

    cr_assert_eq(when_parse("2026-03-02T10:15:30Z\0", 21, &us), WHEN_SYNTAX);
    cr_assert_eq(when_parse("2026-03-02T10:15:30\0", 20, &us), WHEN_SYNTAX);
}

static const struct {
    const char *in;
    enum when_fault fault;
    const char *from, *to;
} spans[] = {
    {"2026-03-31", WHEN_OK, "2026-03-30T10:00:00Z", "2026-04-01T11:59:59.999999Z"},
    {"2024-02-29", WHEN_OK, "2024-02-28T10:00:00Z", "2024-03-01T11:59:59.999999Z"},
    {"1995-01-01", WHEN_OK, "1994-12-31T10:00:00Z", "1995-01-02T11:59:59.999999Z"},
    {"9999-12-31", WHEN_OK, "9999-12-30T10:00:00Z", "10000-01-01T11:59:59.999999Z"},
    {"2026-03-31T08:00:00+02:00", WHEN_OK, "2026-03-31T06:00:00Z",
     "2026-03-31T06:00:00Z"},
    {"2026-02-29", WHEN_BAD_DATE, NULL, NULL},
    {"1994-12-31", WHEN_TOO_EARLY, NULL, NULL},
    {"2026-03-31Z", WHEN_SYNTAX, NULL, NULL},
    {"2026-03-31T", WHEN_SYNTAX, NULL, NULL},
    {"2026-03", WHEN_SYNTAX, NULL, NULL},
    {"2026", WHEN_SYNTAX, NULL, NULL},
    {"", WHEN_SYNTAX, NULL, NULL},
    {"2026-03-31T08:00:00", WHEN_NO_ZONE, NULL, NULL},
    {"2026-03-31T08:00:00+15:00", WHEN_BAD_ZONE, NULL, NULL},
    {"1980-03-31T08:00:00Z", WHEN_TOO_EARLY, NULL, NULL},
};

ROWS(when, parse_span, spans)
{
    struct when_span span = {UNTOUCHED, UNTOUCHED};
    char text[WHEN_TEXT_BYTES];
    const char *in = spans[*row].in;

    cr_assert_eq(when_parse_span(in, strlen(in), &span), spans[*row].fault, "%s", in);
    if (spans[*row].from == NULL) {
        cr_assert(span.from_us == UNTOUCHED && span.to_us == UNTOUCHED, "%s", in);
        return;
    }
    cr_assert_str_eq(when_format(span.from_us, text), spans[*row].from);
    cr_assert_str_eq(when_format(span.to_us, text), spans[*row].to);
}

static const struct {
    const char *in;
    enum when_fault fault;
    int32_t day;
} days[] = {
    {"1970-01-01", WHEN_OK, 0},       {"1969-12-31", WHEN_OK, -1},
    {"2000-03-01", WHEN_OK, 11017},   {"1904-02-29", WHEN_OK, -24048},
    {"2026-11-23", WHEN_OK, 20780},   {"1900-02-29", WHEN_BAD_DATE, 0},
    {"2026-06-31", WHEN_BAD_DATE, 0}, {"1970-01-01T00:00:00Z", WHEN_SYNTAX, 0},
    {"1970-1-1", WHEN_SYNTAX, 0},     {"-1970-01-01", WHEN_SYNTAX, 0},
};

ROWS(when, parse_day, days)
{
    int32_t day = -77;

    cr_assert_eq(when_parse_day(days[*row].in, strlen(days[*row].in), &day),
                 days[*row].fault);
    cr_assert_eq(day, days[*row].fault == WHEN_OK ? days[*row].day : -77);
}

static const struct {
    int64_t us;
    const char *out;
} formats[] = {
    {0, "1970-01-01T00:00:00Z"},
    {-1, "1969-12-31T23:59:59.999999Z"},
    {1, "1970-01-01T00:00:00.000001Z"},
    {WHEN_ALWAYS, "always"},
    {WHEN_NEVER, "never"},
    {WHEN_ALWAYS + 1, "-290308-12-21T19:59:05.224193Z"},
    {WHEN_NEVER - 1, "294247-01-10T04:00:54.775806Z"},
    {INT64_C(-62167219200000000), "0000-01-01T00:00:00Z"},
};

ROWS(when, format, formats)
{
    char text[WHEN_TEXT_BYTES];

    cr_assert_str_eq(when_format(formats[*row].us, text), formats[*row].out);
}

static const struct {
    const char *in;
    bool good;
    struct when_length length;
} lengths[] = {
    {"P24M", true, {24, 0, 0}},
    {"P1Y6M", true, {18, 0, 0}},
    {"P2W", true, {0, 14, 0}},
    {"PT48H", true, {0, 0, 48 * WHEN_HOUR_US}},
    {"P1Y2M10DT2H", true, {14, 10, 2 * WHEN_HOUR_US}},
    {"P1Y10D", true, {12, 10, 0}},
    {"PT1H1M1S", true, {0, 0, WHEN_HOUR_US + WHEN_MINUTE_US + WHEN_SECOND_US}},
    {"P1MT1M", true, {1, 0, WHEN_MINUTE_US}},
    {"P0D", true, {0, 0, 0}},
    {"P007D", true, {0, 7, 0}},
    {"P200Y", true, {2400, 0, 0}},
    {"P2400M", true, {2400, 0, 0}},
    {"P73048D", true, {0, 73048, 0}},
    {"P199Y12M", true, {2400, 0, 0}},
    {"P201Y", false, {0, 0, 0}},
    {"P2401M", false, {0, 0, 0}},
    {"P73049D", false, {0, 0, 0}},
    {"P200YT1S", false, {0, 0, 0}},
    {"P99999999999999999999999Y", false, {0, 0, 0}},
    {"PT18446744073709551616S", false, {0, 0, 0}},
    {"", false, {0, 0, 0}},
    {"P", false, {0, 0, 0}},
    {"PT", false, {0, 0, 0}},
    {"P1DT", false, {0, 0, 0}},
    {"1D", false, {0, 0, 0}},
    {"P1", false, {0, 0, 0}},
    {"PD", false, {0, 0, 0}},
    {"P-1D", false, {0, 0, 0}},
    {"-P1D", false, {0, 0, 0}},
    {"P1.5D", false, {0, 0, 0}},
    {"P1D1M", false, {0, 0, 0}},
    {"P1M1M", false, {0, 0, 0}},
    {"P1H", false, {0, 0, 0}},
    {"PT1D", false, {0, 0, 0}},
    {"P1W1D", false, {0, 0, 0}},
    {"P1WT1H", false, {0, 0, 0}},
    {"p1d", false, {0, 0, 0}},
    {"P1D ", false, {0, 0, 0}},
    {"P 1D", false, {0, 0, 0}},
};

ROWS(when, parse_length, lengths)
{
    struct when_length l = {-9, -9, -9};
    const char *in = lengths[*row].in;

    cr_assert_eq(when_parse_length(in, strlen(in), &l), lengths[*row].good, "%s", in);
    if (!lengths[*row].good) {
        cr_assert(l.months == -9 && l.days == -9 && l.us == -9, "%s", in);
        return;
    }
    cr_assert_eq(l.months, lengths[*row].length.months, "%s", in);
    cr_assert_eq(l.days, lengths[*row].length.days, "%s", in);
    cr_assert_eq(l.us, lengths[*row].length.us, "%s", in);
}

static const struct {
    const char *start;
    struct when_length length;
    const char *end;
} sums[] = {
    {"2026-01-31T10:00:00Z", {1, 0, 0}, "2026-02-28T10:00:00Z"},
    {"2024-01-31T10:00:00Z", {1, 0, 0}, "2024-02-29T10:00:00Z"},
    {"2026-01-31T10:00:00Z", {2, 0, 0}, "2026-03-31T10:00:00Z"},
    {"2026-08-31T10:00:00Z", {1, 0, 0}, "2026-09-30T10:00:00Z"},
    {"2026-11-30T10:00:00Z", {1, 0, 0}, "2026-12-30T10:00:00Z"},
    {"2026-12-31T23:59:59Z", {1, 0, 0}, "2027-01-31T23:59:59Z"},
    {"2026-12-15T00:00:00Z", {12, 0, 0}, "2027-12-15T00:00:00Z"},
    {"2024-02-29T00:00:00Z", {12, 0, 0}, "2025-02-28T00:00:00Z"},
    {"2024-02-29T00:00:00Z", {48, 0, 0}, "2028-02-29T00:00:00Z"},
    {"2096-02-29T00:00:00Z", {48, 0, 0}, "2100-02-28T00:00:00Z"},
    {"2026-03-31T10:00:00Z", {-1, 0, 0}, "2026-02-28T10:00:00Z"},
    {"2026-01-15T10:00:00Z", {-1, 0, 0}, "2025-12-15T10:00:00Z"},
    {"2026-01-15T10:00:00Z", {-13, 0, 0}, "2024-12-15T10:00:00Z"},
    {"2026-01-31T10:00:00.000001Z", {1, 1, 1}, "2026-03-01T10:00:00.000002Z"},
    {"2026-03-28T10:00:00Z", {0, 2, 0}, "2026-03-30T10:00:00Z"},
    {"2026-03-28T10:00:00Z", {0, 0, -WHEN_HOUR_US}, "2026-03-28T09:00:00Z"},
    {"2026-03-28T10:00:00Z", {0, 0, 0}, "2026-03-28T10:00:00Z"},
    {"2026-03-28T10:00:00Z", {INT32_MAX, 0, 0}, "never"},
    {"2026-03-28T10:00:00Z", {INT32_MIN, 0, 0}, "always"},
    {"2026-03-28T10:00:00Z", {0, INT32_MAX, 0}, "never"},
    {"2026-03-28T10:00:00Z", {0, INT32_MIN, 0}, "always"},
    {"2026-03-28T10:00:00Z", {0, 0, INT64_MAX}, "never"},
    {"2026-03-28T10:00:00Z", {INT32_MAX, INT32_MIN, 0}, "never"},
};

ROWS(when, add, sums)
{
    int64_t us;
    char text[WHEN_TEXT_BYTES];

    cr_assert_eq(when_parse(sums[*row].start, strlen(sums[*row].start), &us), WHEN_OK);
    cr_assert_str_eq(when_format(when_add(us, sums[*row].length), text), sums[*row].end);
}

Test(when, ends_stay_ends)
{
    struct when_length l = {-5, 9, -WHEN_HOUR_US};

    cr_assert_eq(when_add(WHEN_NEVER, l), WHEN_NEVER);
    cr_assert_eq(when_add(WHEN_ALWAYS, l), WHEN_ALWAYS);
    cr_assert_eq(when_add_months(WHEN_NEVER, -1), WHEN_NEVER);
    cr_assert_eq(when_add_months(WHEN_ALWAYS, 1), WHEN_ALWAYS);
    cr_assert_eq(when_add_months(WHEN_NEVER - 1, 1), WHEN_NEVER);
    cr_assert_eq(when_add_months(WHEN_ALWAYS + 1, -1), WHEN_ALWAYS);
    cr_assert_gt(when_add_months(WHEN_ALWAYS + 1, 1), WHEN_ALWAYS + 30 * WHEN_DAY_US);
    cr_assert_neq(when_add_months(WHEN_NEVER - 1, -1), WHEN_NEVER);
}

/* Walks 5,000 years a day at a time against a plain calendar. */
Test(when, civil_agrees_with_counting)
{
    int32_t year = -1000, month = 1, day = 1;

    for (int32_t n = when_day_of(year, 1, 1); year < 4000; n++) {
        static const int lengths_of[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        int32_t y, m, d;

        when_civil_of(n, &y, &m, &d);
        if (y != year || m != month || d != day || when_day_of(y, m, d) != n)
            cr_assert_fail("day %d is %d-%d-%d, not %d-%d-%d", n, year, month, day, y, m,
                           d);
        if (++day > lengths_of[month - 1] + (month == 2 && leap)) {
            day = 1;
            if (++month > 12) {
                month = 1;
                year++;
            }
        }
    }
    cr_assert_eq(when_day_of(1970, 1, 1), 0);
}

Test(when, civil_holds_at_the_ends)
{
    int32_t y, m, d;

    when_civil_of(INT32_MAX, &y, &m, &d);
    cr_assert_eq(when_day_of(y, m, d), INT32_MAX);
    when_civil_of(INT32_MIN, &y, &m, &d);
    cr_assert_eq(when_day_of(y, m, d), INT32_MIN);
}

Test(when, parse_of_format_is_identity)
{
    uint64_t seed = 20261123;

    for (int i = 0; i < 200000; i++) {
        int64_t us, back = 0;
        char text[WHEN_TEXT_BYTES];

        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        /* 1995 .. 4990 */
        us = INT64_C(788918400000000) + (int64_t)(seed >> 8) % INT64_C(94500000000000000);
        if (i % 3 == 0)
            us -= us % WHEN_SECOND_US;
        when_format(us, text);
        if (when_parse(text, strlen(text), &back) != WHEN_OK || back != us)
            cr_assert_fail("%s", text);
    }
}
