#include "base/when.h"

#include <assert.h>
#include <stdio.h>

/*
 * Days and civil dates by eras of 400 years that begin on the first of March, so that the
 * leap day is the last of its year (Howard Hinnant, "chrono-compatible low-level date
 * algorithms"). 719468 is the distance from 0000-03-01 to 1970-01-01.
 */
#define ERA_DAYS     146097
#define EPOCH_OFFSET 719468

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t civil_days(int64_t year, int32_t month, int32_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * ERA_DAYS + day_of_era - EPOCH_OFFSET;
}

/* Not us - days * WHEN_DAY_US: in the first day of the range that product overflows. */
static int64_t time_of_day(int64_t us)
{
    int64_t rest = us % WHEN_DAY_US;

    return rest < 0 ? rest + WHEN_DAY_US : rest;
}

int32_t when_day_of(int32_t year, int32_t month, int32_t day)
{
    assert(month >= 1 && month <= 12);
    return (int32_t)civil_days(year, month, day);
}

void when_civil_of(int32_t days, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day)
{
    int64_t z = (int64_t)days + EPOCH_OFFSET;
    int64_t era = floor_div(z, ERA_DAYS);
    int64_t doe = z - era * ERA_DAYS;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;

    *ret_year = (int32_t)(yoe + era * 400 + (month <= 2));
    *ret_month = (int32_t)month;
    *ret_day = (int32_t)(doy - (153 * mp + 2) / 5 + 1);
}

static int64_t saturate_add(int64_t us, int64_t more)
{
    int64_t sum;

    if (__builtin_add_overflow(us, more, &sum))
        return more > 0 ? WHEN_NEVER : WHEN_ALWAYS;
    return sum;
}

static bool is_end(int64_t us)
{
    return us == WHEN_NEVER || us == WHEN_ALWAYS;
}

int64_t when_add_months(int64_t us, int32_t months)
{
    int32_t year, month, day, last;
    int64_t day_number = floor_div(us, WHEN_DAY_US);
    int64_t since_midnight = time_of_day(us);
    int64_t count, target, result;

    if (is_end(us) || months == 0)
        return us;
    when_civil_of((int32_t)day_number, &year, &month, &day);
    count = (int64_t)year * 12 + (month - 1) + months;
    target = floor_div(count, 12);
    month = (int32_t)(count - target * 12) + 1;
    last =
        month == 12
            ? 31
            : (int32_t)(civil_days(target, month + 1, 1) - civil_days(target, month, 1));
    if (day > last)
        day = last;
    if (__builtin_mul_overflow(civil_days(target, month, day), WHEN_DAY_US, &result))
        return months > 0 ? WHEN_NEVER : WHEN_ALWAYS;
    return saturate_add(result, since_midnight);
}

int64_t when_add(int64_t us, struct when_length length)
{
    int64_t result = when_add_months(us, length.months);
    int64_t days_us;

    if (__builtin_mul_overflow((int64_t)length.days, WHEN_DAY_US, &days_us))
        return is_end(result) ? result : length.days > 0 ? WHEN_NEVER : WHEN_ALWAYS;
    if (!is_end(result))
        result = saturate_add(result, days_us);
    if (!is_end(result))
        result = saturate_add(result, length.us);
    return result;
}

const char *when_format(int64_t us, char text[WHEN_TEXT_BYTES])
{
    int64_t day_number = floor_div(us, WHEN_DAY_US);
    int64_t rest = time_of_day(us);
    int32_t year, month, day;
    char fraction[12] = "";

    if (is_end(us)) {
        snprintf(text, WHEN_TEXT_BYTES, "%s", us == WHEN_NEVER ? "never" : "always");
        return text;
    }
    when_civil_of((int32_t)day_number, &year, &month, &day);
    if (rest % WHEN_SECOND_US != 0)
        snprintf(fraction, sizeof(fraction), ".%06u", (unsigned)(rest % WHEN_SECOND_US));
    snprintf(text, WHEN_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", year, month, day,
             (int)(rest / WHEN_HOUR_US), (int)(rest / WHEN_MINUTE_US % 60),
             (int)(rest / WHEN_SECOND_US % 60), fraction);
    return text;
}
