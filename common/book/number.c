/*
 * parts.h: a number as the text that it stands for.
 *
 * Up to fifteen digits a workbook holds a number as it was, and it is given whole,
 * however narrow its column is shown. Beyond them digits are gone. They are gone as well
 * where somebody once opened a CSV and Excel made 491701234567 into 4.91E+11: such a
 * number has that format now, or is written so.
 */
#include "book/parts.h"

#include "base/when.h"

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

static bool date_text(double days, bool from_1904, char ret[NUMBER_BYTES])
{
    int32_t day, y, m, d;
    int second;

    days += from_1904 ? DAYS_OF_1904 : 0;
    if (days < DAYS_SURE || days >= DAYS_MOST)
        return false; /* a time of day, or a number */
    day = (int32_t)days;
    second = (int)lround((days - day) * DAY_SECONDS);
    if (second == DAY_SECONDS) {
        second = 0;
        day++;
    }
    when_civil_of(day - DAYS_TO_1970, &y, &m, &d);
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
