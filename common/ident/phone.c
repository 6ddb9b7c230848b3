#include "ident/phone.h"
#include "ident/phone_text.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define E164_DIGITS 15
#define TRUNKS      4
#define CANDIDATES  8 /* more than any text has */

struct plan {
    uint16_t code;         /* calling code                                        */
    char trunk[TRUNKS][4]; /* what is dialled before a national number            */
    uint16_t lengths;      /* bit n: a national number may have n digits          */
    uint16_t after_trunk;  /* the same when a trunk prefix was taken off          */
    uint16_t firsts;       /* bit d: it may begin with digit d                    */
    uint16_t numbers;      /* where its numbers in use stand in numbers[]         */
};

struct country {
    char iso[3];
    uint8_t plan;
    uint8_t prefixes;
};

#include "phone_numbers.inc"
#include "phone_plans.inc"

/* Readings of one text, each once. */
struct readings {
    size_t n;
    char e164[CANDIDATES][IDENT_PHONE_BYTES];
};

struct search {
    struct readings valid;    /* numbers in use              */
    struct readings possible; /* only length and first digit */
};

static bool fail(struct err *err, const char *code, const char *text)
{
    return err_set(err, ERR_INPUT, code, "%s", text);
}

/* --- plans --- */

static const struct country *find_country(const char *iso)
{
    size_t low = 0, high = sizeof(countries) / sizeof(countries[0]);

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcasecmp(iso, countries[mid].iso);

        if (order == 0)
            return &countries[mid];
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

static bool is_possible(const struct plan *p, uint16_t lengths, const char *number)
{
    size_t n = strlen(number);

    return n <= E164_DIGITS && n > 0 && (lengths >> n & 1) != 0 &&
           (p->firsts >> (number[0] - '0') & 1) != 0;
}

/* Is the number in use? A node of numbers[] is its head, 2 * arcs + (a number ends here),
 * and for each arc its digits, one bit each, and the place of the node after them. */
static bool is_valid(const struct plan *p, const char *number)
{
    const uint16_t *node = &numbers[p->numbers];

    for (; *number != '\0'; number++) {
        const int digit = *number - '0';
        uint16_t arcs = node[0] / 2, i = 0;

        while (i < arcs && (node[1 + 2 * i] >> digit & 1) == 0)
            i++;
        if (i == arcs)
            return false;
        node = &numbers[node[2 + 2 * i]];
    }
    return (node[0] & 1) != 0;
}

/* Where in number what follows the plan's i-th trunk prefix begins, or NULL. */
static const char *after_trunk(const struct plan *p, size_t i, const char *number)
{
    size_t n = i < TRUNKS ? strlen(p->trunk[i]) : 0;

    return n > 0 && strncmp(number, p->trunk[i], n) == 0 ? number + n : NULL;
}

/* A national number after a calling code. A trunk prefix does not belong there: it goes
 * only when the number makes no sense with it, so that a canonical number is never cut
 * again. NULL: none of this plan. */
static const char *settle(const struct plan *p, bool trunk, const char *number,
                          bool *valid)
{
    const char *rest;

    *valid = is_valid(p, number);
    if (*valid)
        return number;
    for (size_t i = 0; trunk && i < TRUNKS; i++) {
        rest = after_trunk(p, i, number);
        *valid = rest != NULL && is_valid(p, rest);
        if (*valid)
            return rest;
    }
    if (is_possible(p, p->lengths, number))
        return number;
    for (size_t i = 0; trunk && i < TRUNKS; i++) {
        rest = after_trunk(p, i, number);
        if (rest != NULL && is_possible(p, p->after_trunk, rest))
            return rest;
    }
    return NULL;
}

/* --- readings --- */

static void add(struct readings *r, const struct plan *p, const char *number)
{
    char e164[IDENT_PHONE_BYTES];
    int n = snprintf(e164, sizeof(e164), "+%u%s", p->code, number);

    assert(n > 0 && n <= E164_DIGITS + 1); /* no plan has longer numbers */
    (void)n;
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->e164[i], e164) == 0)
            return;
    assert(r->n < CANDIDATES);
    memcpy(r->e164[r->n++], e164, sizeof(e164));
}

/* --- numbers with something put into them --- */

#define AR         54
#define AR_MOBILE  12 /* digits: area, 15, the rest */
#define BR         55
#define BR_LONGEST 11

/* Argentina's mobile telephones are called at home as 0 AREA 15 NUMBER, and from abroad
 * as 9 AREA NUMBER: "011 15 2345-6789" is +54 9 11 2345 6789. An area has two to four
 * digits; of the places where a 15 stands those count that make a number in use. */
static void read_15(struct search *s, const struct plan *p, const char *digits)
{
    char number[AR_MOBILE];

    digits += digits[0] == '0';
    digits += digits[0] == '9' && strlen(digits) == AR_MOBILE + 1;
    if (strlen(digits) != AR_MOBILE)
        return;
    for (int k = 2; k <= 4; k++) {
        if (strncmp(digits + k, "15", 2) != 0)
            continue;
        snprintf(number, sizeof(number), "9%.*s%s", k, digits, digits + k + 2);
        if (is_valid(p, number))
            add(&s->valid, p, number);
    }
}

/* In Brazil who carries a long call is chosen by two digits behind the 0, or the 90 of a
 * call that the other side pays: "0 21 11 98765-4321" is +55 11 98765 4321. */
static void read_carried(struct search *s, const struct plan *p, const char *digits)
{
    static const char carriers[] =
        "12 14 15 21 22 23 25 31 41 43 55 65 99 "; /* as libphonenumber knows them */
    char carrier[4];

    digits += strncmp(digits, "90", 2) == 0 ? 2 : digits[0] == '0' ? 1 : 0;
    if (strlen(digits) < BR_LONGEST + 1 || strlen(digits) > BR_LONGEST + 2)
        return;
    snprintf(carrier, sizeof(carrier), "%.2s ", digits);
    if (strstr(carriers, carrier) != NULL && is_valid(p, digits + 2))
        add(&s->valid, p, digits + 2);
}

static void read_with_more(struct search *s, const struct plan *p, const char *digits)
{
    if (p->code == AR)
        read_15(s, p, digits);
    else if (p->code == BR && (digits[0] == '0' || strncmp(digits, "90", 2) == 0))
        read_carried(s, p, digits);
}

/* plus: it was written, so "+1 (1) 415 ..." is meant. Else a 1 after the calling code 1
 * is more likely the end of somebody's prefix: "0011 501 222 1234" is a number in Belize.
 */
static bool read_international(struct search *s, bool plus, const char *digits)
{
    size_t n;
    const struct plan *p = plan_by_code(digits, &n);
    const char *number;
    bool valid;

    if (p == NULL)
        return false;
    number = settle(p, plus || p->code != 1, digits + n, &valid);
    if (number != NULL)
        add(valid ? &s->valid : &s->possible, p, number);
    read_with_more(s, p, digits + n);
    return true;
}

static void read_national(struct search *s, const struct plan *p, const char *digits)
{
    bool stripped = false, valid;

    if (p->code == AR && strncmp(digits, "15", 2) == 0)
        return; /* "15 2345-6789": of which area? */

    read_with_more(s, p, digits);
    for (size_t i = 0; i < TRUNKS; i++) {
        const char *number = after_trunk(p, i, digits);

        if (number == NULL || settle(p, true, number, &valid) != number)
            continue;
        if (valid)
            add(&s->valid, p, number);
        else if (!stripped && is_possible(p, p->after_trunk, number)) {
            add(&s->possible, p, number);
            stripped = true;
        }
    }
    if (settle(p, true, digits, &valid) != digits)
        return;
    if (valid)
        add(&s->valid, p, digits);
    else if (!stripped)
        add(&s->possible, p, digits);
}

/* As dialled abroad from there. An own prefix that fits the digits is tried, and 00 too,
 * which people write everywhere; where it is not the country's own, only for numbers in
 * use. */
static void read_dialled(struct search *s, const char *own, const char *digits)
{
    bool zeros = false;

    while (*own != '\0') {
        size_t n = strcspn(own, " "), i = 0;

        while (i < n && digits[i] != '\0' && (own[i] == '?' || own[i] == digits[i]))
            i++;
        if (i == n)
            read_international(s, false, digits + n);
        zeros = zeros || (n == 2 && strncmp(own, "00", n) == 0);
        own += n + (own[n] == ' ');
    }
    if (!zeros && strncmp(digits, "00", 2) == 0) {
        const size_t before = s->possible.n;

        read_international(s, false, digits + 2);
        s->possible.n = before;
    }
}

static void read_at(struct search *s, const struct country *at, const char *digits)
{
    const struct plan *p = &plans[at->plan];
    size_t n;

    read_dialled(s, prefixes[at->prefixes], digits);
    read_national(s, p, digits);
    if (plan_by_code(digits, &n) == p)
        read_international(s, false, digits); /* the '+' was left out */
}

static bool settle_readings(const struct search *s, struct ident_phones *ret,
                            struct err *err)
{
    const struct readings *r = s->valid.n > 0 ? &s->valid : &s->possible;

    if (r->n == 0)
        return fail(err, "PHONE_NUMBER", "not a number of this country's plan");
    if (r->n > IDENT_PHONE_READINGS)
        return fail(err, "PHONE_AMBIGUOUS", "it could be one of several numbers");
    ret->n = r->n;
    memcpy(ret->e164, r->e164, r->n * sizeof(r->e164[0]));
    return true;
}

bool ident_phones(const char *raw, const char *country, struct ident_phones *ret,
                  struct err *err)
{
    const struct country *at = find_country(country);
    struct search s = {.valid.n = 0};
    struct phone_text t;
    size_t n;

    if (!phone_text_read(raw, &t, err))
        return false;
    if (!t.plus && t.trunk_at > 0 && plan_by_code(t.digits, &n) != NULL &&
        n == t.trunk_at)
        t.plus = true; /* "49 (0)30": so numbers are written only after a calling code */
    if (t.plus || (at == NULL && strncmp(t.digits, "00", 2) == 0)) {
        bool known = read_international(&s, t.plus, t.digits + (t.plus ? 0 : 2));

        if (t.lone_eight) { /* their 8 for +7; its digits may be Vietnam's, too */
            t.digits[0] = '7';
            known = read_international(&s, true, t.digits) || known;
        }
        if (!known)
            return fail(err, "PHONE_CODE", "no calling code begins like this");
    } else if (at == NULL) {
        return fail(err, "PHONE_COUNTRY", "no international prefix and no known country");
    } else {
        read_at(&s, at, t.digits);
    }
    if (!settle_readings(&s, ret, err))
        return false;
    ret->extension = t.extension;
    return true;
}

bool ident_phone(const char *raw, const char *country, char ret[IDENT_PHONE_BYTES],
                 struct err *err)
{
    struct ident_phones found;

    if (!ident_phones(raw, country, &found, err))
        return false;
    if (found.n > 1)
        return fail(err, "PHONE_AMBIGUOUS", "it could be either of two numbers");
    if (found.extension)
        return fail(err, "PHONE_EXTENSION", "only a whole number is anybody's own");
    memcpy(ret, found.e164[0], sizeof(found.e164[0]));
    return true;
}
