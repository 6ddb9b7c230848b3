#include "ident/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

static const uint8_t *bytes_of(const char *s)
{
    return (const uint8_t *)s;
}

bool text_is_ascii(struct text t)
{
    unsigned char seen = 0;

    for (size_t i = 0; i < t.n; i++)
        seen |= (unsigned char)t.s[i];
    return seen < 0x80;
}

char text_lower_ascii(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool text_nfc(struct text raw, char ret[TEXT_NFC_BYTES], size_t *ret_n)
{
    size_t n = TEXT_NFC_BYTES - 1;
    uint8_t *out;

    if (u8_check(bytes_of(raw.s), raw.n) != NULL)
        return false;
    out = u8_normalize(UNINORM_NFC, bytes_of(raw.s), raw.n, (uint8_t *)ret, &n);
    if (out == NULL)
        abort(); /* out of memory: the input was checked */
    if (out != (uint8_t *)ret) {
        bool fits = n < TEXT_NFC_BYTES;

        if (fits)
            memcpy(ret, out, n);
        free(out);
        if (!fits)
            return false;
    }
    ret[n] = '\0';
    *ret_n = n;
    return true;
}

/* Zero-width marks that pasting leaves behind; overrides and embeddings are not among
 * them. */
static bool is_outer(ucs4_t c)
{
    return uc_is_property_white_space(c) || c == 0xfeff || (c >= 0x200b && c <= 0x200f) ||
           c == 0x2060 || c == 0x061c || c == 0x180e;
}

struct text text_trim(struct text t)
{
    while (t.n > 0) {
        ucs4_t c;
        int len = u8_mbtouc(&c, bytes_of(t.s), t.n);

        if (!is_outer(c))
            break;
        t.s += len;
        t.n -= (size_t)len;
    }
    while (t.n > 0) {
        ucs4_t c;
        const uint8_t *last = u8_prev(&c, bytes_of(t.s) + t.n, bytes_of(t.s));

        if (last == NULL || !is_outer(c))
            break;
        t.n = (size_t)(last - bytes_of(t.s));
    }
    return t;
}

bool text_is_plain(struct text t, bool joiners)
{
    const uint32_t never = UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf |
                           UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Co |
                           UC_CATEGORY_MASK_Cn;

    for (size_t i = 0; i < t.n;) {
        ucs4_t c = (unsigned char)t.s[i];

        if (c < 0x80) {
            if (c < 0x20 || c == 0x7f)
                return false;
            i++;
            continue;
        }
        i += (size_t)u8_mbtouc(&c, bytes_of(t.s) + i, t.n - i);
        if (joiners && (c == 0x200c || c == 0x200d))
            continue;
        if (uc_is_general_category_withtable(c, never) || uc_is_property_white_space(c) ||
            uc_is_property_default_ignorable_code_point(c))
            return false;
    }
    return true;
}

static bool put(ucs4_t c, char ret[TEXT_NFC_BYTES], size_t *n)
{
    int len = u8_uctomb((uint8_t *)ret + *n, c, (int)(TEXT_NFC_BYTES - 1 - *n));

    if (len > 0)
        *n += (size_t)len;
    return len > 0;
}

static bool lower_once(struct text t, char ret[TEXT_NFC_BYTES], size_t *ret_n)
{
    const ucs4_t i_with_dot = 0x130, dot_above = 0x307, sigma = 0x3c3,
                 final_sigma = 0x3c2;
    size_t n = 0;

    for (size_t i = 0; i < t.n;) {
        ucs4_t c, low;

        i += (size_t)u8_mbtouc(&c, bytes_of(t.s) + i, t.n - i);
        low = uc_tolower(c);
        if (!put(low == final_sigma ? sigma : low, ret, &n) ||
            (c == i_with_dot && !put(dot_above, ret, &n)))
            return false;
    }
    ret[n] = '\0';
    *ret_n = n;
    return true;
}

bool text_lower(struct text t, char ret[TEXT_NFC_BYTES], size_t *ret_n)
{
    char low[TEXT_NFC_BYTES];
    size_t low_n;

    /* Lower case may compose where the capital could not (J with caron), so go on until
     * nothing changes; a second round has never been seen to. */
    for (int i = 0; i < 4; i++) {
        if (!lower_once(t, low, &low_n) || low_n > TEXT_RAW_BYTES)
            return false;
        if (i > 0 && low_n == t.n && memcmp(low, t.s, t.n) == 0)
            return true;
        if (!text_nfc((struct text){low, low_n}, ret, ret_n))
            return false;
        t = (struct text){ret, *ret_n};
    }
    return false;
}

bool text_is_space(const char *s, size_t n, size_t *ret_n)
{
    ucs4_t c;
    int len = u8_mbtouc(&c, bytes_of(s), n);

    *ret_n = (size_t)len;
    return uc_is_property_white_space(c);
}
