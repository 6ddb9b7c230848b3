/*
 * when.h - instants, intervals, calendar months: pure arithmetic, no clock.
 *
 * An instant is microseconds since 1970-01-01T00:00:00Z in an int64_t whose name ends in
 * _us. Two instants at the ends of the range stand for "always" and "never".
 */
#ifndef CONSENT_BASE_WHEN_H
#define CONSENT_BASE_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEN_ALWAYS    INT64_MIN
#define WHEN_NEVER     INT64_MAX
#define WHEN_SECOND_US INT64_C(1000000)
#define WHEN_MINUTE_US (60 * WHEN_SECOND_US)
#define WHEN_HOUR_US   (60 * WHEN_MINUTE_US)
#define WHEN_DAY_US    (24 * WHEN_HOUR_US)

/* room for "-290308-12-21T19:59:05.224192Z" and its NUL */
#define WHEN_TEXT_BYTES 40

/* The instants at which an act may have happened, both ends included. */
struct when_span {
    int64_t from_us;
    int64_t to_us;
};

/* A length by the calendar (ISO 8601 "P1Y2M10DT2H"); weeks are days. */
struct when_length {
    int32_t months;
    int32_t days;
    int64_t us;
};

enum when_fault {
    WHEN_OK = 0,
    WHEN_SYNTAX,    /* not RFC 3339                                                  */
    WHEN_NO_ZONE,   /* a date-time without an offset                                 */
    WHEN_BAD_ZONE,  /* an offset beyond +-14:00                                      */
    WHEN_BAD_DATE,  /* no such day or time of day                                    */
    WHEN_TOO_EARLY, /* before 1995-01-01: nobody consented to e-mail marketing then  */
};

/* RFC 3339 date-time. A leap second (":60", only where UTC ends a month) becomes
 * ":59.999999". Digits of the fraction beyond the sixth are cut. */
enum when_fault when_parse(const char *s, size_t len, int64_t *ret_us);

/* As when_parse, and also a full-date ("2026-03-31"), which becomes the whole of that day
 * in every time zone of the world: from 00:00+14:00 to the last microsecond at -12:00. */
enum when_fault when_parse_span(const char *s, size_t len, struct when_span *ret);

/* Exactly a full-date, of any year (birth dates); *ret_day is days since 1970-01-01. */
enum when_fault when_parse_day(const char *s, size_t len, int32_t *ret_day);

/* RFC 3339 in UTC, fraction only when not zero; "always" and "never" for the ends. */
const char *when_format(int64_t us, char text[WHEN_TEXT_BYTES]);

/* "P24M", "P1Y6M", "P2W", "PT48H": whole numbers, units in order, weeks alone. False when
 * it is no such length or longer than 200 years. */
bool when_parse_length(const char *s, size_t len, struct when_length *ret);

/* Calendar months in UTC: the same day number, or the last day of a shorter month (the
 * reading of "one month" in GDPR article 12(3)); then days, then microseconds. WHEN_NEVER
 * and WHEN_ALWAYS stay what they are; overflow saturates. */
int64_t when_add(int64_t us, struct when_length length);
int64_t when_add_months(int64_t us, int32_t months);

/* Days since 1970-01-01 from a civil date, and back. */
int32_t when_day_of(int32_t year, int32_t month, int32_t day);
void when_civil_of(int32_t days, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day);

#endif
