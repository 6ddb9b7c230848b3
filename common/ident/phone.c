#include "ident/phone.h"
#include "ident/text.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <unictype.h>
#include <unistr.h>

#define E164_DIGITS 15
#define RAW_DIGITS  24 /* an international prefix, a trunk prefix and room to be wrong */

struct plan {
    uint16_t code;        /* calling code                                        */
    char trunk[3][4];     /* what is dialled before a national number            */
    uint16_t lengths;     /* bit n: a national number may have n digits          */
    uint16_t after_trunk; /* the same when a trunk prefix was taken off          */
    uint16_t firsts;      /* bit d: it may begin with digit d                    */
};

struct country {
    char iso[3];
    uint8_t plan;
};

#include "phone_plans.inc"

struct digits {
    char d[RAW_DIGITS + 1];
    size_t n;
    bool plus;
};

static bool fail(struct err *err, const char *code, const char *text)
{
    return err_set(err, ERR_INPUT, code, "%s", text);
}

static bool is_separator(ucs4_t c)
{
    return c == '-' || c == '.' || c == '/' || c == '(' || c == ')' ||
           (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xff0d ||
           uc_is_property_white_space(c);
}

/* Phones put direction marks around a number that is copied from an address book. */
static bool is_mark(ucs4_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static struct text trim(struct text t)
{
    size_t before;

    do {
        ucs4_t c;

        before = t.n;
        t = text_trim(t);
        if (t.n >= 3 && u8_mbtouc(&c, (const uint8_t *)t.s, t.n) == 3 && is_mark(c)) {
            t.s += 3;
            t.n -= 3;
        }
        if (t.n >= 3 && u8_mbtouc(&c, (const uint8_t *)t.s + t.n - 3, 3) == 3 &&
            is_mark(c))
            t.n -= 3;
    } while (t.n != before);
    if (t.n >= 4 && strncasecmp(t.s, "tel:", 4) == 0)
        t = text_trim((struct text){t.s + 4, t.n - 4});
    return t;
}

static bool read_digits(struct text t, struct digits *ret, struct err *err)
{
    memset(ret, 0, sizeof(*ret));
    for (size_t i = 0; i < t.n;) {
        ucs4_t c;
        int value;

        i += (size_t)u8_mbtouc(&c, (const uint8_t *)t.s + i, t.n - i);
        value = uc_decimal_value(c);
        if (value >= 0) {
            if (ret->n == RAW_DIGITS)
                return fail(err, "PHONE_NUMBER", "too many digits");
            ret->d[ret->n++] = (char)('0' + value);
        } else if ((c == '+' || c == 0xff0b) && ret->n == 0 && !ret->plus) {
            ret->plus = true;
        } else if (!is_separator(c)) {
            return fail(err, "PHONE_CHARACTER",
                        "a character that no number is written with");
        }
    }
    return ret->n > 0 || fail(err, "PHONE_EMPTY", "there are no digits");
}

static const struct plan *plan_by_country(const char *iso)
{
    size_t low = 0, high = sizeof(countries) / sizeof(countries[0]);

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcasecmp(iso, countries[mid].iso);

        if (order == 0)
            return &plans[countries[mid].plan];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

/* No calling code is the beginning of another, so the first that fits is the one. */
static const struct plan *plan_by_code(const char *digits, size_t *ret_n)
{
    uint16_t code = 0;

    if (digits[0] == '0') /* "01" is not 1 */
        return NULL;
    for (size_t n = 1; n <= 3 && digits[n - 1] != '\0'; n++) {
        size_t low = 0, high = sizeof(plans) / sizeof(plans[0]);

        code = (uint16_t)(code * 10 + (digits[n - 1] - '0'));
        while (low < high) {
            size_t mid = low + (high - low) / 2;

            if (plans[mid].code == code) {
                *ret_n = n;
                return &plans[mid];
            }
            if (code < plans[mid].code)
                high = mid;
            else
                low = mid + 1;
        }
    }
    return NULL;
}

static bool plan_has(const struct plan *p, uint16_t lengths, const char *number)
{
    size_t n = strlen(number);

    return n <= E164_DIGITS && n > 0 && (lengths >> n & 1) != 0 &&
           (p->firsts >> (number[0] - '0') & 1) != 0;
}

/* The number less a trunk prefix that leaves a number of the plan, or NULL. */
static const char *less_trunk(const struct plan *p, const char *number)
{
    for (size_t i = 0; i < 3 && p->trunk[i][0] != '\0'; i++) {
        size_t n = strlen(p->trunk[i]);

        if (strncmp(number, p->trunk[i], n) == 0 &&
            plan_has(p, p->after_trunk, number + n))
            return number + n;
    }
    return NULL;
}

static bool print_number(const struct plan *p, const char *number,
                         char ret[IDENT_PHONE_BYTES], struct err *err)
{
    int n;

    if (number == NULL)
        return fail(err, "PHONE_NUMBER", "not a number of this country's plan");
    n = snprintf(ret, IDENT_PHONE_BYTES, "+%u%s", p->code, number);
    assert(n > 0 && n <= E164_DIGITS + 1); /* no plan has longer numbers */
    (void)n;
    return true;
}

/* After a calling code a trunk prefix does not belong: it goes only when the number makes
 * no sense with it, so that a canonical number is never cut again. */
static bool international(const char *digits, char ret[IDENT_PHONE_BYTES],
                          struct err *err)
{
    size_t n;
    const struct plan *p = plan_by_code(digits, &n);

    if (p == NULL)
        return fail(err, "PHONE_CODE", "no calling code begins like this");
    digits += n;
    return print_number(
        p, plan_has(p, p->lengths, digits) ? digits : less_trunk(p, digits), ret, err);
}

static bool national(const struct plan *p, const char *digits,
                     char ret[IDENT_PHONE_BYTES], struct err *err)
{
    const char *number = less_trunk(p, digits);
    size_t n;

    if (number == NULL && plan_has(p, p->lengths, digits))
        number = digits;
    if (number == NULL && plan_by_code(digits, &n) == p)
        return international(digits, ret, err); /* the '+' was left out */
    return print_number(p, number, ret, err);
}

bool ident_phone(const char *raw, const char *country, char ret[IDENT_PHONE_BYTES],
                 struct err *err)
{
    struct text t = {raw, strnlen(raw, TEXT_RAW_BYTES + 1)};
    const struct plan *p;
    struct digits digits;

    if (t.n > TEXT_RAW_BYTES)
        return fail(err, "PHONE_NUMBER", "more than 1024 octets were given");
    if (u8_check((const uint8_t *)t.s, t.n) != NULL)
        return fail(err, "PHONE_NOT_UTF8", "the number is not UTF-8");
    if (!read_digits(trim(t), &digits, err))
        return false;
    if (digits.plus)
        return international(digits.d, ret, err);
    if (strncmp(digits.d, "00", 2) == 0)
        return international(digits.d + 2, ret, err);
    p = plan_by_country(country);
    if (p == NULL)
        return fail(err, "PHONE_COUNTRY", "no international prefix and no known country");
    return national(p, digits.d, ret, err);
}
