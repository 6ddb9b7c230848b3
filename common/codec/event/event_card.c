/*
 * Payment card numbers (policy S11: never accepted).
 *
 * A number is one when its digits, alone or in groups parted by single blanks, dots or
 * hyphens, stand apart from letters and other digits, have a length that their issuer's
 * range uses, and a right check digit. Any text of data is looked through, references
 * too: an order number taken for a card waits for a person, a card taken for an order
 * number would stand in the ledger for ever. A number with a plus sign before it, and in
 * a phone field anything of 15 digits or fewer, is a phone number.
 */
#include "event_parts.h"

#include <stdlib.h>
#include <string.h>

#define CARD_DIGITS_MIN 13
#define CARD_DIGITS_MAX 19

/* First digits from..to (as many as low has), and the lengths in use. */
struct issuer {
    int digits;
    int low, high;
    int least, most;
};

static const struct issuer issuers[] = {
    {1, 4, 4, 13, 19},       /* Visa: 13, 16, 19 (see below) */
    {2, 51, 55, 16, 16},     /* Mastercard */
    {4, 2221, 2720, 16, 16}, /* Mastercard */
    {2, 34, 34, 15, 15},     /* American Express */
    {2, 37, 37, 15, 15},     /* American Express */
    {3, 300, 305, 14, 19},   /* Diners Club */
    {2, 36, 36, 14, 19},     /* Diners Club */
    {2, 38, 39, 14, 19},     /* Diners Club */
    {4, 3528, 3589, 16, 19}, /* JCB */
    {4, 6011, 6011, 16, 19}, /* Discover */
    {3, 644, 649, 16, 19},   /* Discover */
    {2, 65, 65, 16, 19},     /* Discover */
    {2, 62, 62, 16, 19},     /* UnionPay */
    {2, 50, 50, 13, 19},     /* Maestro */
    {2, 56, 58, 13, 19},     /* Maestro */
    {2, 67, 67, 13, 19},     /* Maestro */
};

static bool luhn(const char *digit, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) {
        int d = digit[n - 1 - i] - '0';
        if (i % 2 == 1)
            d = d > 4 ? 2 * d - 9 : 2 * d;
        sum += d;
    }
    return sum % 10 == 0;
}

static bool is_card(const char *digit, int n)
{
    if (n < CARD_DIGITS_MIN || n > CARD_DIGITS_MAX || !luhn(digit, n))
        return false;
    if (digit[0] == '4')
        return n == 13 || n == 16 || n == 19;
    for (size_t i = 0; i < sizeof issuers / sizeof issuers[0]; i++) {
        int first = 0;
        for (int k = 0; k < issuers[i].digits; k++)
            first = first * 10 + (digit[k] - '0');
        if (first >= issuers[i].low && first <= issuers[i].high &&
            n >= issuers[i].least && n <= issuers[i].most)
            return true;
    }
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Is there a card number in the text? phone: fifteen digits are none. */
static bool text_has_card(const char *s, size_t len, bool phone)
{
    for (size_t i = 0; i < len;) {
        if (!is_digit(s[i]) || (i > 0 && (is_word(s[i - 1]) || s[i - 1] == '+'))) {
            i++;
            continue;
        }
        char digit[CARD_DIGITS_MAX];
        int n = 0;
        for (size_t k = i; k < len && n < CARD_DIGITS_MAX; k++) {
            bool more = k + 1 < len && is_digit(s[k + 1]);
            if (is_digit(s[k])) {
                digit[n++] = s[k];
                if (more)
                    continue;
                if (k + 1 < len && is_word(s[k + 1]))
                    break;
                if (is_card(digit, n) && !(phone && n <= 15))
                    return true;
            } else if (!more || !strchr(" -.", s[k])) {
                break;
            }
        }
        while (i < len && is_digit(s[i]))
            i++;
    }
    return false;
}

static bool is_phone_field(const char *name)
{
    static const char *const names[] = {"phone", "mobile", "telephone", "fax", "sms"};
    for (size_t i = 0; name && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Names of the schemas or like them; another might itself be personal. */
static bool name_is_harmless(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789");
    return name[n] == '\0' && n > 0 && n <= 40 && !is_digit(name[0]);
}

/* Notes the first card below value. name is the member's it belongs to. */
static bool find_card(struct reader *r, struct value *value, const struct at *at,
                      const char *member)
{
    if (value_is(value, VALUE_OBJECT)) {
        for (struct value *v = value->first; v != NULL; v = v->next) {
            struct at here = {at, v->name, 0};
            const struct at *where = name_is_harmless(v->name) ? &here : at;
            if (text_has_card(v->name, v->name_len, false)) {
                read_fault(r, at, EVENT_FAULT_CARD_NUMBER);
                return true;
            }
            if (find_card(r, v, where, v->name))
                return true;
        }
    } else if (value_is(value, VALUE_ARRAY)) {
        size_t i = 0;

        for (struct value *v = value->first; v != NULL; v = v->next) {
            struct at here = {at, NULL, i++};
            if (find_card(r, v, &here, member))
                return true;
        }
    } else if (value_is(value, VALUE_TEXT) || value_is(value, VALUE_INTEGER)) {
        char number[24];
        const char *s = value_text(value);
        size_t len = value_text_bytes(value);
        if (s == NULL) {
            int64_t n = value->integer;
            char *p = number + sizeof number;
            for (*--p = '\0'; n > 0; n /= 10)
                *--p = (char)('0' + n % 10);
            s = p;
            len = strlen(p);
        }
        if (text_has_card(s, len, is_phone_field(member))) {
            read_fault(r, at, EVENT_FAULT_CARD_NUMBER);
            return true;
        }
    }
    return false;
}

void event_refuse_cards(struct reader *r, struct value *data, const struct at *at)
{
    struct fault found = {"", ""};
    struct fault *before = r->fault;

    r->fault = &found;
    if (find_card(r, data, at, NULL))
        *before = found;
    r->fault = before;
}
