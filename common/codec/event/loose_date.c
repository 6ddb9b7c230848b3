/* loose_time.h: days as people write them, 6.5.2024, 05/06/2024 7:08 PM, May 6, 2024. */
#include "loose_time.h"

#include "base/when.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TEXT_MAX 63

struct parts {
    int year, month, day;
    bool two_ways; /* day and month could change places */
    bool timed;
    int hour, minute, second_of_minute;
    char zone[8]; /* "+02:00" */
};

/* "HH:MM" somewhere: where it begins; NULL: there is none. */
static const char *clock_find(const char *s)
{
    for (const char *p = s; *p != '\0'; p++)
        if (isdigit((unsigned char)p[0]) && (p == s || !isdigit((unsigned char)p[-1])))
            for (int n = 1; n == 1 || (n == 2 && isdigit((unsigned char)p[1])); n++)
                if (p[n] == ':' && isdigit((unsigned char)p[n + 1]) &&
                    isdigit((unsigned char)p[n + 2]))
                    return p;
    return NULL;
}

static const char *skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

/* "", "UTC", "Z", "+02:00", "+0200", "GMT+0200 (Mitteleuropa)". */
static bool zone_read(const char *p, char ret[8])
{
    int hours, minutes = 0, used = 0;
    char sign;

    p = skip_blanks(p);
    if (*p == '(')
        p++; /* "(UTC+01:00)" */
    if (strncasecmp(p, "UTC", 3) == 0 || strncasecmp(p, "GMT", 3) == 0)
        p = skip_blanks(p + 3);
    else if (*p == 'Z' || *p == 'z')
        p = skip_blanks(p + 1);
    snprintf(ret, 8, "Z");
    if (*p == '\0' || *p == ')')
        return true;
    if (*p != '+' && *p != '-')
        return false;
    sign = *p++;
    if (sscanf(p, "%2d:%2d%n", &hours, &minutes, &used) != 2 || used == 0) {
        used = 0;
        if (sscanf(p, "%2d%2d%n", &hours, &minutes, &used) != 2 || used == 0) {
            minutes = 0;
            if (sscanf(p, "%2d%n", &hours, &used) != 1)
                return false;
        }
    }
    p = skip_blanks(p + used);
    if ((*p != '\0' && strchr("()", *p) == NULL && strncasecmp(p, "UTC", 3) != 0) ||
        hours > 14 || hours < 0 || minutes > 59 || minutes < 0)
        return false;
    snprintf(ret, 8, "%c%02d:%02d", sign, hours, minutes);
    return true;
}

static bool clock_read(const char *p, struct parts *d)
{
    int used = 0;

    if (sscanf(p, "%2d:%2d%n", &d->hour, &d->minute, &used) != 2)
        return false;
    p += used;
    if (*p == ':') {
        if (sscanf(p, ":%2d%n", &d->second_of_minute, &used) != 1)
            return false;
        p += used;
        if (*p == '.' || *p == ',')
            p += 1 + strspn(p + 1, "0123456789");
    }
    p = skip_blanks(p);
    if (strncasecmp(p, "am", 2) == 0 || strncasecmp(p, "pm", 2) == 0) {
        if (d->hour < 1 || d->hour > 12)
            return false;
        d->hour = d->hour % 12 + (tolower((unsigned char)*p) == 'p' ? 12 : 0);
        p += 2;
    }
    d->timed = true;
    return d->hour < 24 && d->minute < 60 && d->second_of_minute < 60 &&
           zone_read(p, d->zone);
}

/* In German, French, Spanish, Italian, Portuguese and Dutch. */
static const char *const other_months[12] = {
    " ene enero gen gennaio janeiro januari janv janvier jänner ",
    " febbraio feber febrero februari fev fevereiro fév févr février ",
    " maart mars marzo março mrt mrz mär märz ",
    " abr abril aprile avr avril ",
    " mag maggio mai maio mayo mei ",
    " giu giugno juin junho juni junio ",
    " juil juillet julho juli julio lug luglio ",
    " ago agosto août augustus ",
    " septembre septiembre set setembro setiembre settembre ",
    " octobre octubre okt oktober ott ottobre out outubro ",
    " novembre novembro noviembre ",
    " dez dezember dezembro dic dicembre diciembre déc décembre ",
};

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Is it one of the words, which have a blank before and behind each? */
static bool is_one_of(const char *words, const char *word, size_t len)
{
    char search[TEXT_MAX + 3];

    if (len == 0 || len > TEXT_MAX)
        return false;
    snprintf(search, sizeof(search), " %.*s ", (int)len, word);
    for (char *p = search; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return strstr(words, search) != NULL;
}

static int month_of(const char *word, size_t len)
{
    static const char *const months[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};

    if (len < 3)
        return 0;
    for (int m = 0; m < 12; m++)
        if ((len <= strlen(months[m]) && strncasecmp(months[m], word, len) == 0))
            return m + 1;
    for (int m = 0; m < 12; m++)
        if (is_one_of(other_months[m], word, len))
            return m + 1;
    return 0;
}

/* "May 6, 2024", "6 May 2024", "Mon May 06 2024": numbers and one name of a month. */
static bool words_read(const char *s, struct parts *d)
{
    int numbers[2], n = 0;

    for (const char *p = s; *p != '\0';) {
        if (isdigit((unsigned char)*p)) {
            const size_t len = strspn(p, "0123456789");

            if (n == 2 || len > 4 || sscanf(p, "%4d", &numbers[n]) != 1)
                return false;
            n++;
            p += len;
            if (strncasecmp(p, "st", 2) == 0 || strncasecmp(p, "nd", 2) == 0 ||
                strncasecmp(p, "rd", 2) == 0 || strncasecmp(p, "th", 2) == 0)
                p += 2;
        } else if (is_letter(*p)) {
            size_t len = 0;
            int month;

            while (is_letter(p[len]))
                len++;
            month = month_of(p, len);
            if (month != 0 && d->month != 0)
                return false;
            if (month != 0)
                d->month = month;
            else if (!is_one_of(" de del of di ", p, len) && (n > 0 || len < 2))
                return false; /* but the day of the week, in front */
            p += len;
        } else if (strchr(" ,.-/", *p) != NULL) {
            p++;
        } else {
            return false;
        }
    }
    if (n != 2 || d->month == 0)
        return false;
    d->day = numbers[0] > 31 ? numbers[1] : numbers[0];
    d->year = numbers[0] > 31 ? numbers[0] : numbers[1];
    return true;
}

/* "06.05.2024", "5/6/24", "2024/05/06", "20240506". */
static bool numbers_read(const char *s, enum loose_order order, struct parts *d)
{
    int a, b, c, used = 0;
    char first, second;
    size_t len_a = strspn(s, "0123456789"), len_c;

    if (len_a == 8 && s[8] == '\0')
        return sscanf(s, "%4d%2d%2d", &d->year, &d->month, &d->day) == 3;
    if (sscanf(s, "%4d%1c%2d%1c%4d%n", &a, &first, &b, &second, &c, &used) != 5 ||
        s[used] != '\0' || first != second || strchr("./-", first) == NULL)
        return false;
    len_c = strlen(strrchr(s, first) + 1);
    if (len_a == 4 && len_c <= 2) {
        *d = (struct parts){.year = a, .month = b, .day = c};
        return true;
    }
    if (len_a > 2 || (len_c != 4 && len_c != 2))
        return false;
    d->year = len_c == 2 ? 2000 + c : c;
    d->day = a;
    d->month = b;
    if (first != '.' && (b > 12 || (a <= 12 && order == LOOSE_MDY))) {
        d->day = b;
        d->month = a;
    }
    d->two_ways = first != '.' && a <= 12 && b <= 12 && a != b;
    return true;
}

static bool instant(const struct parts *d, int month, int day, int64_t *ret_us)
{
    char text[TEXT_MAX + 1];
    struct when_span span;

    if (d->timed) {
        snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d%s", d->year, month,
                 day, d->hour, d->minute, d->second_of_minute, d->zone);
        return when_parse(text, strlen(text), ret_us) == WHEN_OK;
    }
    snprintf(text, sizeof(text), "%04d-%02d-%02d", d->year, month, day);
    if (when_parse_span(text, strlen(text), &span) != WHEN_OK)
        return false;
    *ret_us = span.to_us;
    return span.to_us <= LOOSE_LATEST_US;
}

/* The day in its own text, and what is known of the clock behind it. */
static bool clock_cut(const char *s, size_t len, char ret_date[TEXT_MAX + 1],
                      struct parts *clock)
{
    char text[TEXT_MAX + 1];
    const char *at;
    size_t n;

    while (len > 0 && (*s == ' ' || *s == '\t')) {
        s++;
        len--;
    }
    if (len == 0 || len > TEXT_MAX || memchr(s, '\0', len) != NULL)
        return false;
    memcpy(text, s, len);
    text[len] = '\0';
    at = clock_find(text);
    if (at != NULL && !clock_read(at, clock))
        return false;
    n = at != NULL ? (size_t)(at - text) : len;
    while (n > 0 && strchr(" ,Tt\t", text[n - 1]) != NULL)
        n--;
    memcpy(ret_date, text, n);
    ret_date[n] = '\0';
    return true;
}

static void clock_set(struct parts *d, const struct parts *clock)
{
    d->timed = clock->timed;
    d->hour = clock->hour;
    d->minute = clock->minute;
    d->second_of_minute = clock->second_of_minute;
    memcpy(d->zone, clock->zone, sizeof(d->zone));
}

enum loose_read loose_time_read(const char *s, size_t len, enum loose_order order,
                                int64_t *ret_us, int64_t *ret_other_us)
{
    char date[TEXT_MAX + 1];
    struct parts d = {0}, clock = {0};

    if (loose_time_parse(s, len, ret_us))
        return LOOSE_READ;
    if (!clock_cut(s, len, date, &clock) ||
        (!numbers_read(date, order, &d) && !words_read(date, &d)))
        return LOOSE_NONE;
    clock_set(&d, &clock);
    if (!instant(&d, d.month, d.day, ret_us))
        return LOOSE_NONE;
    if (!d.two_ways)
        return LOOSE_READ;
    return instant(&d, d.day, d.month, ret_other_us) ? LOOSE_TWO_WAYS : LOOSE_READ;
}

bool loose_time_year_first(const char *s, size_t len, int64_t *ret_us)
{
    char date[TEXT_MAX + 1], first, second;
    struct parts d = {0}, clock = {0};
    int year, used = 0;

    if (!clock_cut(s, len, date, &clock) || strspn(date, "0123456789") != 2 ||
        sscanf(date, "%2d%1c%2d%1c%2d%n", &year, &first, &d.month, &second, &d.day,
               &used) != 5 ||
        date[used] != '\0' || first != second || (first != '-' && first != '/'))
        return false;
    d.year = 2000 + year;
    clock_set(&d, &clock);
    return instant(&d, d.month, d.day, ret_us);
}
