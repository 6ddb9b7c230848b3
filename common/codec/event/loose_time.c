#include "loose_time.h"

#include "base/when.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX     63
#define EARLIEST_US  (INT64_C(788918400) * WHEN_SECOND_US) /* 1995, as for RFC 3339 */
#define LATEST_S     INT64_C(99999999999)                  /* more: milliseconds    */
#define FRACTION_MAX 6

static bool digits_only(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return n > 0;
}

static bool epoch(const char *s, size_t len, int64_t *ret_us)
{
    const char *dot = memchr(s, '.', len);
    const size_t whole = dot != NULL ? (size_t)(dot - s) : len;
    int64_t n = 0, fraction = 0, unit = WHEN_SECOND_US;

    if (!digits_only(s, whole) || whole > 13 ||
        (dot != NULL && !digits_only(dot + 1, len - whole - 1)))
        return false;
    for (size_t i = 0; i < whole; i++)
        n = 10 * n + (s[i] - '0');
    if (n > LATEST_S) {
        *ret_us = n * 1000;
        return *ret_us >= EARLIEST_US;
    }
    for (size_t i = whole + 1; i < len && i <= whole + FRACTION_MAX; i++)
        fraction += (s[i] - '0') * (unit /= 10);
    *ret_us = n * WHEN_SECOND_US + fraction;
    return *ret_us >= EARLIEST_US;
}

/* "Fri, 18 Oct 2024 18:28:14 UTC" into RFC 3339. */
static bool mail_date(const char *s, char out[TEXT_MAX + 1])
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *comma = strchr(s, ',');
    int day, year, hour, minute, second = 0, used = 0;
    char month[4], zone[8] = "UTC";
    const char *at;
    int n = sscanf(comma != NULL ? comma + 1 : s, " %2d %3s %4d %2d:%2d%n", &day, month,
                   &year, &hour, &minute, &used);
    const char *rest = (comma != NULL ? comma + 1 : s) + used;

    if (n != 5 || strlen(month) != 3 || (at = strstr(months, month)) == NULL ||
        (at - months) % 3 != 0)
        return false;
    if (*rest == ':' && sscanf(rest, ":%2d%n", &second, &used) == 1)
        rest += used;
    if (sscanf(rest, " %7s%n", zone, &used) == 1 && rest[used] != '\0')
        return false;
    if (strcmp(zone, "UTC") == 0 || strcmp(zone, "GMT") == 0 || strcmp(zone, "Z") == 0)
        snprintf(zone, sizeof(zone), "+0000");
    if (strlen(zone) != 5 || (zone[0] != '+' && zone[0] != '-') ||
        !digits_only(zone + 1, 4))
        return false;
    snprintf(out, TEXT_MAX + 1, "%04d-%02d-%02dT%02d:%02d:%02d%.3s:%.2s", year,
             (int)((at - months) / 3) + 1, day, hour, minute, second, zone, zone + 3);
    return true;
}

/* "2024-10-18 18:28:14 UTC", "2024-10-18 18:28:14+00", "2024-10-18T18:28:14". */
static bool near_rfc3339(const char *s, char out[TEXT_MAX + 1])
{
    size_t n = strlen(s), zone;

    if (n < 16 || n > TEXT_MAX - 8 || s[4] != '-' || s[7] != '-' || s[13] != ':' ||
        (s[10] != ' ' && s[10] != 'T' && s[10] != 't'))
        return false;
    snprintf(out, TEXT_MAX + 1, "%s", s);
    out[10] = 'T';
    if (n > 4 && (strcmp(s + n - 4, " UTC") == 0 || strcmp(s + n - 4, " GMT") == 0)) {
        snprintf(out + n - 4, 2, "Z");
        return true;
    }
    zone = 11 + strcspn(out + 11, "+-Zz ");
    if (zone == n) { /* none: UTC */
        snprintf(out + n, 2, "Z");
    } else if (out[zone] == ' ') { /* "... +0000" */
        memmove(out + zone, out + zone + 1, n - zone);
        n--;
    }
    if (n - zone == 3) /* "+00" */
        snprintf(out + n, 4, ":00");
    else if (n - zone == 5 && digits_only(out + zone + 1, 4)) /* "+0000" */
        snprintf(out + zone + 3, 4, ":%.2s", s + strlen(s) - 2);
    return true;
}

/* "20240305T100000Z" (ISO 8601, basic), "20240305 100000", "20240305100000". */
static bool compact(const char *s, char out[TEXT_MAX + 1])
{
    const char *clock = s + 8 + (strlen(s) > 8 && (s[8] == 'T' || s[8] == ' '));
    const char *zone = clock + 6;

    if (strlen(s) < 14 || !digits_only(s, 8) || !digits_only(clock, 6) ||
        (*zone != '\0' && strcmp(zone, "Z") != 0))
        return false;
    snprintf(out, TEXT_MAX + 1, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s, s + 4, s + 6, clock,
             clock + 2, clock + 4);
    return true;
}

/* "2024年3月5日", with a time behind it or not, as a date that others write with dashes.
 */
static bool day_of_east_asia(const char *s, char out[TEXT_MAX + 1])
{
    static const char form[] = "%4d\xe5\xb9\xb4%2d\xe6\x9c\x88%2d\xe6\x97\xa5%n";
    int year, month, day, hour, minute, second = 0, used = 0;

    if (sscanf(s, form, &year, &month, &day, &used) != 3 || used == 0)
        return false;
    if (s[used] == '\0') {
        snprintf(out, TEXT_MAX + 1, "%04d-%02d-%02d", year, month, day);
        return true;
    }
    if (sscanf(s + used, " %2d:%2d:%2d", &hour, &minute, &second) < 2)
        return false;
    snprintf(out, TEXT_MAX + 1, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, hour,
             minute, second);
    return true;
}

/* "/Date(1400000000000+0200)/", as .NET writes it in JSON: the zone is for show. */
static bool dot_net(const char *s, size_t len, int64_t *ret_us)
{
    const char *end;
    size_t n;

    if (len < 9 || memcmp(s, "/Date(", 6) != 0 || memcmp(s + len - 2, ")/", 2) != 0)
        return false;
    end = s + len - 2;
    n = strspn(s + 6, "0123456789");
    if (s[6 + n] == '+' || s[6 + n] == '-')
        return end - (s + 6 + n) == 5 && digits_only(s + 7 + n, 4) &&
               epoch(s + 6, n, ret_us);
    return s + 6 + n == end && epoch(s + 6, n, ret_us);
}

bool loose_time_parse(const char *s, size_t len, int64_t *ret_us)
{
    char text[TEXT_MAX + 1], form[TEXT_MAX + 1];
    struct when_span day;

    while (len > 0 && (*s == ' ' || *s == '\t')) {
        s++;
        len--;
    }
    while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
        len--;
    if (len == 0 || len > TEXT_MAX || memchr(s, '\0', len) != NULL)
        return false;
    memcpy(text, s, len);
    text[len] = '\0';
    if (epoch(s, len, ret_us) || dot_net(text, len, ret_us))
        return true;
    if (when_parse_span(s, len, &day) == WHEN_OK ||
        (day_of_east_asia(text, form) &&
         when_parse_span(form, strlen(form), &day) == WHEN_OK))
        *ret_us = day.to_us;
    else if ((!near_rfc3339(text, form) && !mail_date(text, form) &&
              !compact(text, form)) ||
             when_parse(form, strlen(form), ret_us) != WHEN_OK)
        return false;
    return *ret_us <= LOOSE_LATEST_US; /* 9999-12-31: "never" */
}
