#include "base/when.h"

/* The first day on which a consent to e-mail marketing is believed. */
#define EARLIEST_YEAR 1995

#define ZONE_EAST_MOST                                                                   \
    (14 * WHEN_HOUR_US) /* Line Islands: a day begins there first     */
#define ZONE_WEST_MOST                                                                   \
    (12 * WHEN_HOUR_US) /* Baker Island: a day ends there last        */
#define OFFSET_MOST (14 * WHEN_HOUR_US)

/* What is left to read. The functions below take from its front or leave it alone. */
struct text {
    const char *at;
    const char *end;
};

static bool take(struct text *t, char c)
{
    if (t->at == t->end || *t->at != c)
        return false;
    t->at++;
    return true;
}

static bool is_digit(const struct text *t)
{
    return t->at != t->end && *t->at >= '0' && *t->at <= '9';
}

static bool take_digits(struct text *t, int count, int32_t *ret)
{
    struct text from = *t;
    int32_t value = 0;

    for (int i = 0; i < count; i++) {
        if (!is_digit(t)) {
            *t = from;
            return false;
        }
        value = value * 10 + (*t->at++ - '0');
    }
    *ret = value;
    return true;
}

struct civil {
    int32_t year, month, day;
    int32_t hour, minute, second;
    int64_t fraction_us;
    int64_t offset_us;
    bool offset_bad;
};

static bool take_date(struct text *t, struct civil *c)
{
    return take_digits(t, 4, &c->year) && take(t, '-') && take_digits(t, 2, &c->month) &&
           take(t, '-') && take_digits(t, 2, &c->day);
}

static bool take_time(struct text *t, struct civil *c)
{
    int64_t unit = WHEN_SECOND_US / 10;

    c->fraction_us = 0;
    if (!(take_digits(t, 2, &c->hour) && take(t, ':') && take_digits(t, 2, &c->minute) &&
          take(t, ':') && take_digits(t, 2, &c->second)))
        return false;
    if (!take(t, '.'))
        return true;
    if (!is_digit(t))
        return false;
    for (; is_digit(t); t->at++, unit /= 10)
        c->fraction_us += (*t->at - '0') * unit;
    return true;
}

static bool take_zone(struct text *t, struct civil *c)
{
    int32_t hours, minutes;
    bool east;

    c->offset_us = 0;
    c->offset_bad = false;
    if (take(t, 'Z') || take(t, 'z'))
        return true;
    east = take(t, '+');
    if (!east && !take(t, '-'))
        return false;
    if (!take_digits(t, 2, &hours) || !take(t, ':') || !take_digits(t, 2, &minutes))
        return false;
    c->offset_us = hours * WHEN_HOUR_US + minutes * WHEN_MINUTE_US;
    c->offset_bad = minutes > 59 || c->offset_us > OFFSET_MOST;
    if (!east)
        c->offset_us = -c->offset_us;
    return true;
}

static bool date_exists(const struct civil *c)
{
    static const int8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = c->year % 4 == 0 && (c->year % 100 != 0 || c->year % 400 == 0);

    if (c->month < 1 || c->month > 12 || c->day < 1)
        return false;
    return c->day <= lengths[c->month - 1] + (c->month == 2 && leap);
}

/* Leap seconds are put in at the end of a month in UTC, whatever the local hour is then.
 */
static bool may_leap(int64_t next_minute_us)
{
    int32_t year, month, day;

    if (next_minute_us % WHEN_DAY_US != 0)
        return false;
    when_civil_of((int32_t)(next_minute_us / WHEN_DAY_US), &year, &month, &day);
    return day == 1;
}

enum when_fault when_parse(const char *s, size_t len, int64_t *ret_us)
{
    struct text t = {s, s + len};
    struct civil c;
    int64_t us;

    if (!take_date(&t, &c) || !(take(&t, 'T') || take(&t, 't')) || !take_time(&t, &c))
        return WHEN_SYNTAX;
    if (t.at == t.end)
        return WHEN_NO_ZONE;
    if (!take_zone(&t, &c) || t.at != t.end)
        return WHEN_SYNTAX;
    if (!date_exists(&c) || c.hour > 23 || c.minute > 59 || c.second > 60)
        return WHEN_BAD_DATE;
    if (c.offset_bad)
        return WHEN_BAD_ZONE;
    us = when_day_of(c.year, c.month, c.day) * WHEN_DAY_US + c.hour * WHEN_HOUR_US +
         c.minute * WHEN_MINUTE_US - c.offset_us;
    if (c.second == 60) {
        if (!may_leap(us + WHEN_MINUTE_US))
            return WHEN_BAD_DATE;
        us += WHEN_MINUTE_US - 1;
    } else {
        us += c.second * WHEN_SECOND_US + c.fraction_us;
    }
    if (us < when_day_of(EARLIEST_YEAR, 1, 1) * WHEN_DAY_US)
        return WHEN_TOO_EARLY;
    *ret_us = us;
    return WHEN_OK;
}

enum when_fault when_parse_day(const char *s, size_t len, int32_t *ret_day)
{
    struct text t = {s, s + len};
    struct civil c;

    if (!take_date(&t, &c) || t.at != t.end)
        return WHEN_SYNTAX;
    if (!date_exists(&c))
        return WHEN_BAD_DATE;
    *ret_day = when_day_of(c.year, c.month, c.day);
    return WHEN_OK;
}

enum when_fault when_parse_span(const char *s, size_t len, struct when_span *ret)
{
    enum when_fault fault;
    int32_t day;
    int64_t us;

    fault = when_parse_day(s, len, &day);
    if (fault == WHEN_BAD_DATE)
        return fault;
    if (fault == WHEN_OK) {
        if (day < when_day_of(EARLIEST_YEAR, 1, 1))
            return WHEN_TOO_EARLY;
        ret->from_us = day * WHEN_DAY_US - ZONE_EAST_MOST;
        ret->to_us = (day + INT64_C(1)) * WHEN_DAY_US + ZONE_WEST_MOST - 1;
        return WHEN_OK;
    }
    fault = when_parse(s, len, &us);
    if (fault == WHEN_OK) {
        ret->from_us = us;
        ret->to_us = us;
    }
    return fault;
}

/* A month of the average Gregorian year: only to say how long "longer than 200 years" is.
 */
#define MONTH_US  (146097 * WHEN_DAY_US / 4800)
#define LENGTH_US (200 * 12 * MONTH_US)

struct unit {
    char letter;
    int64_t us;
    int32_t months, days;
};

static const struct unit week_units[] = {{'W', 7 * WHEN_DAY_US, 0, 7}};
static const struct unit date_units[] = {
    {'Y', 12 * MONTH_US, 12, 0}, {'M', MONTH_US, 1, 0}, {'D', WHEN_DAY_US, 0, 1}};
static const struct unit time_units[] = {
    {'H', WHEN_HOUR_US, 0, 0}, {'M', WHEN_MINUTE_US, 0, 0}, {'S', WHEN_SECOND_US, 0, 0}};

/* Takes "<digits><letter>"s in the order of the units. Returns how many, or -1 when one
 * is too long. What does not match any unit is left standing, and is the caller's fault.
 */
static int take_units(struct text *t, const struct unit *units, size_t n,
                      struct when_length *length, int64_t *left_us)
{
    int taken = 0;

    for (size_t i = 0; i < n; i++) {
        struct text from = *t;
        int64_t count = 0;

        while (is_digit(t) && count <= LENGTH_US)
            count = count * 10 + (*t->at++ - '0');
        if (t->at == from.at || !take(t, units[i].letter)) {
            *t = from;
            continue;
        }
        if (count > *left_us / units[i].us)
            return -1;
        *left_us -= count * units[i].us;
        length->months += (int32_t)count * units[i].months;
        length->days += (int32_t)count * units[i].days;
        if (units[i].months == 0 && units[i].days == 0)
            length->us += count * units[i].us;
        taken++;
    }
    return taken;
}

bool when_parse_length(const char *s, size_t len, struct when_length *ret)
{
    struct text t = {s, s + len};
    struct when_length length = {0, 0, 0};
    int64_t left_us = LENGTH_US;
    int taken;

    if (!take(&t, 'P'))
        return false;
    taken = take_units(&t, week_units, 1, &length, &left_us);
    if (taken == 0) {
        taken = take_units(&t, date_units, 3, &length, &left_us);
        if (taken >= 0 && take(&t, 'T'))
            taken = take_units(&t, time_units, 3, &length, &left_us);
    }
    if (taken <= 0 || t.at != t.end)
        return false;
    *ret = length;
    return true;
}
