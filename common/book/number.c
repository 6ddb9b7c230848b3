/*
 * parts.h: a number as the text that it stands for.
 *
 * Up to fifteen digits a workbook holds a number as it was, and it is given whole,
 * however narrow its column is shown. Beyond them digits are gone. They are gone as well
 * where somebody once opened a CSV and Excel made 491701234567 into 4.91E+11: such a
 * number has that format now, or is written so.
 */
#include "book/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_HELD  1e15
#define SHORT        1e5       /* below it a number in scientific form is still whole */
#define DAYS_MOST    2958466.0 /* the year 10000 */
#define DAYS_SURE    61.0      /* before it Excel counts a 29 February 1900 */
#define DAYS_OF_1904 1462.0
#define DAYS_TO_1970 25569
#define DAY_SECONDS  86400

/* Days since 1970 as year, month, day (proleptic Gregorian), after H. Hinnant's
 * civil_from_days. Only for days after 1900. */
static void day_split(int days, int *ret_y, int *ret_m, int *ret_d)
{
    const int z = days + 719468, era = z / 146097, doe = z - era * 146097;
    const int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

    *ret_d = doy - (153 * mp + 2) / 5 + 1;
    *ret_m = mp < 10 ? mp + 3 : mp - 9;
    *ret_y = yoe + era * 400 + (*ret_m <= 2);
}

static bool date_text(double days, bool from_1904, char ret[NUMBER_BYTES])
{
    int day, second, y, m, d;

    days += from_1904 ? DAYS_OF_1904 : 0;
    if (days < DAYS_SURE || days >= DAYS_MOST)
        return false; /* a time of day, or a number */
    day = (int)days;
    second = (int)lround((days - day) * DAY_SECONDS);
    if (second == DAY_SECONDS) {
        second = 0;
        day++;
    }
    day_split(day - DAYS_TO_1970, &y, &m, &d);
    if (second == 0)
        snprintf(ret, NUMBER_BYTES, "%04d-%02d-%02d", y, m, d);
    else
        snprintf(ret, NUMBER_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", y, m, d,
                 second / 3600, second / 60 % 60, second % 60);
    return true;
}

static bool is_number(const char *raw, double *ret)
{
    char *end;

    if (raw[0] == '\0' || strspn(raw, "+-.0123456789eE") != strlen(raw))
        return false;
    *ret = strtod(raw, &end);
    return *end == '\0' && isfinite(*ret);
}

bool number_text(const char *raw, struct style style, bool from_1904,
                 char ret[NUMBER_BYTES], const char **ret_fault)
{
    const bool short_form = strpbrk(raw, "eE") != NULL;
    double value;

    *ret_fault = NULL;
    if (!is_number(raw, &value))
        return false;
    if (style.kind == NUMBER_DATE && date_text(value, from_1904, ret))
        return true;
    if (fabs(value) >= DIGITS_HELD ||
        (fabs(value) >= SHORT && (short_form || style.kind == NUMBER_SCIENTIFIC))) {
        *ret_fault = "ROUNDED_NUMBER";
        snprintf(ret, NUMBER_BYTES, "%.5E", value);
        return true;
    }
    if (style.kind == NUMBER_UNSURE ||
        (fabs(value) >= SHORT && (value < 0 || value != floor(value))))
        *ret_fault = "NUMBER_FORMAT";
    if (value != floor(value))
        snprintf(ret, NUMBER_BYTES, "%.15g", value);
    else if (style.kind == NUMBER_PADDED && value >= 0)
        snprintf(ret, NUMBER_BYTES, "%s%0*.0f", style.plus ? "+" : "",
                 style.digits < 20 ? style.digits : 20, value);
    else
        snprintf(ret, NUMBER_BYTES, "%.0f", value);
    return true;
}
