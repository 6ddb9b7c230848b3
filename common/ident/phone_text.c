#include "ident/phone_text.h"
#include "ident/text.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <unictype.h>
#include <unistr.h>

#define EXTENSION_DIGITS 6

static bool fail(struct err *err, const char *code, const char *text)
{
    return err_set(err, ERR_INPUT, code, "%s", text);
}

/* "8~10" is how Russians write that one waits for the tone. */
static bool is_separator(ucs4_t c)
{
    return (c < 0x80 && c != 0 && strchr("-./()[]~", (int)c) != NULL) ||
           (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x30fc || c == 0x2053 ||
           c == 0x223c || c == 0xff0d || c == 0xff0f || c == 0xff08 || c == 0xff09 ||
           c == 0xff3b || c == 0xff3d || c == 0xff5e || uc_is_property_white_space(c);
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

static struct text less_any(struct text t, const char *of)
{
    while (t.n > 0 && strchr(of, t.s[t.n - 1]) != NULL)
        t.n--;
    return t;
}

/* "ext. 12", ";ext=12", "x12", "#12", in some languages. */
static bool cut_extension(struct text *t)
{
    static const char *const words[] = {"extension",
                                        "extensi\xc3\xb3n",
                                        "extn",
                                        "ext",
                                        "xtn",
                                        "x",
                                        "int",
                                        "anexo",
                                        "#",
                                        "poste",
                                        "ramal",
                                        "wewn",
                                        "wew",
                                        "durchwahl",
                                        "dw",
                                        "toestel",
                                        "dahili",
                                        "\xd0\xb4\xd0\xbe\xd0\xb1",
                                        "\xe5\x86\x85\xe7\xb7\x9a", /* ja */
                                        "\xe8\xbd\xac",
                                        "\xe8\xbd\x89", /* zh */
                                        "\xe5\x88\x86\xe6\x9c\xba",
                                        "\xeb\x82\xb4\xec\x84\xa0" /* ko */};
    struct text rest = less_any(*t, " #");
    size_t digits = rest.n;

    while (digits > 0 && rest.s[digits - 1] >= '0' && rest.s[digits - 1] <= '9')
        digits--;
    if (digits == rest.n || rest.n - digits > EXTENSION_DIGITS)
        return false;
    rest = less_any((struct text){rest.s, digits}, " .:=");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t n = strlen(words[i]);

        if (rest.n > n && strncasecmp(rest.s + rest.n - n, words[i], n) == 0) {
            *t = less_any((struct text){rest.s, rest.n - n}, " ;,");
            return true;
        }
    }
    return false;
}

/* "4930123456.0" is what is left of a number in a table that took it for a quantity; read
 * as digits it would be the number of somebody else. */
static void cut_decimals(struct text *t)
{
    size_t end = t->n, i = t->n > 0 && t->s[0] == '+' ? 1 : 0;

    while (end > 0 && t->s[end - 1] == '0')
        end--;
    if (end == t->n || t->n - end > 2 || end < 2 || t->s[end - 1] != '.')
        return;
    for (; i < end - 1; i++)
        if (t->s[i] < '0' || t->s[i] > '9')
            return;
    t->n = end - 1;
}

static bool is_trunk(struct text t, size_t i)
{
    return i >= 1 && i + 1 < t.n && (t.s[i - 1] == '(' || t.s[i - 1] == '[') &&
           (t.s[i + 1] == ')' || t.s[i + 1] == ']');
}

static bool read_digits(struct text t, struct phone_text *ret, struct err *err)
{
    size_t n = 0, groups = 0, begins[3] = {0}; /* of the first groups of digits */
    bool apart = true;

    for (size_t i = 0; i < t.n;) {
        const size_t at = i;
        ucs4_t c;
        int value;

        i += (size_t)u8_mbtouc(&c, (const uint8_t *)t.s + i, t.n - i);
        value = uc_decimal_value(c);
        if (value >= 0) {
            if (n == PHONE_TEXT_DIGITS)
                return fail(err, "PHONE_NUMBER", "too many digits");
            if (c == '0' && ret->trunk_at == 0 && is_trunk(t, at))
                ret->trunk_at = n;
            if (apart && groups < 3)
                begins[groups++] = n;
            apart = false;
            ret->digits[n++] = (char)('0' + value);
        } else if ((c == '+' || c == 0xff0b) && n == 0 && !ret->plus) {
            ret->plus = true;
        } else if (!is_separator(c)) {
            return fail(err, "PHONE_CHARACTER",
                        "a character that no number is written with");
        } else {
            apart = true;
        }
    }
    ret->digits[n] = '\0';
    ret->lone_eight = ret->plus && ret->digits[0] == '8' && groups > 1 &&
                      begins[1] == 1 && (groups > 2 ? begins[2] : n) >= 4;
    return n > 0 || fail(err, "PHONE_EMPTY", "there are no digits");
}

bool phone_text_read(const char *raw, struct phone_text *ret, struct err *err)
{
    struct text t = {raw, strnlen(raw, TEXT_RAW_BYTES + 1)};

    memset(ret, 0, sizeof(*ret));
    if (t.n > TEXT_RAW_BYTES)
        return fail(err, "PHONE_NUMBER", "more than 1024 octets were given");
    if (u8_check((const uint8_t *)t.s, t.n) != NULL)
        return fail(err, "PHONE_NOT_UTF8", "the number is not UTF-8");
    t = trim(t);
    ret->extension = cut_extension(&t);
    cut_decimals(&t);
    return read_digits(t, ret, err);
}
