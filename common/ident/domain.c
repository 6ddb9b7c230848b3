#include "ident/domain.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unicode/uidna.h>
#include <unistr.h>

#define LABEL_BYTES 63

static bool is_inner(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Labels of 1 to 63, no hyphen at their ends; lower-cases into ret. */
static bool make_host(struct text t, char ret[IDENT_DOMAIN_BYTES])
{
    size_t label = 0;

    if (t.n > 0 && t.s[t.n - 1] == '.')
        t.n--;
    if (t.n == 0 || t.n >= IDENT_DOMAIN_BYTES)
        return false;
    for (size_t i = 0; i < t.n; i++) {
        char c = text_lower_ascii(t.s[i]);

        if (c == '.') {
            if (label == 0 || ret[i - 1] == '-')
                return false;
            label = 0;
        } else if ((!is_inner(c) && !(c == '-' && label > 0)) || ++label > LABEL_BYTES) {
            return false;
        }
        ret[i] = c;
    }
    ret[t.n] = '\0';
    return label > 0 && ret[t.n - 1] != '-';
}

/* Lower case first: tables before Unicode 15.1 make 'ẞ' "ss", and refuse the capitals of
 * some alphabets. By the tables since, a name and its lower case are one, but for 'İ'. */
static void lower(struct text t, char ret[TEXT_NFC_BYTES])
{
    size_t n = 0;

    for (size_t i = 0; i < t.n;) {
        ucs4_t c;
        int len;

        i += (size_t)u8_mbtouc(&c, (const uint8_t *)t.s + i, t.n - i);
        c = c == 0x130 ? c : uc_tolower(c);
        len = u8_uctomb((uint8_t *)ret + n, c, (int)(TEXT_NFC_BYTES - 1 - n));
        if (len < 0)
            break; /* far too long, and it will be said */
        n += (size_t)len;
    }
    ret[n] = '\0';
}

/* A word processor's closing quotation mark: the opening one is taken for the beginning
 * of the mailbox then, and the address is nobody's. */
static bool ends_in_quote(struct text t)
{
    const unsigned char *s = (const unsigned char *)t.s;
    const size_t n = t.n;

    if (n >= 3 && s[n - 3] == 0xe2 && s[n - 2] == 0x80)
        return (s[n - 1] >= 0x98 && s[n - 1] <= 0x9f) || s[n - 1] == 0xb9 ||
               s[n - 1] == 0xba;
    return n >= 2 && s[n - 2] == 0xc2 && (s[n - 1] == 0xab || s[n - 1] == 0xbb);
}

static bool make_idn(struct text t, char ret[IDENT_DOMAIN_BYTES])
{
    const uint32_t options = UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                             UIDNA_NONTRANSITIONAL_TO_ASCII |
                             UIDNA_NONTRANSITIONAL_TO_UNICODE;
    char name[TEXT_NFC_BYTES], ascii[IDENT_DOMAIN_BYTES + 1];
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UErrorCode status = U_ZERO_ERROR;
    UIDNA *idna;
    int32_t n;

    if (ends_in_quote(t))
        return false;
    lower(t, name);
    idna = uidna_openUTS46(options, &status);
    n = uidna_nameToASCII_UTF8(idna, name, -1, ascii, sizeof(ascii), &info, &status);
    uidna_close(idna);
    if (status == U_MEMORY_ALLOCATION_ERROR)
        abort();
    if (U_FAILURE(status)) /* too long */
        return false;
    /* "ab--cü": in ASCII nobody minds where the hyphens stand */
    return (info.errors & ~(uint32_t)UIDNA_ERROR_HYPHEN_3_4) == 0 &&
           make_host((struct text){ascii, (size_t)n}, ret);
}

bool ident_domain(struct text t, char ret[IDENT_DOMAIN_BYTES])
{
    return text_is_ascii(t) ? make_host(t, ret) : make_idn(t, ret);
}
