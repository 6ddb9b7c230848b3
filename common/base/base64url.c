#include "base/base64url.h"

#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_write(const uint8_t *raw, size_t n, char *ret)
{
    uint32_t bits = 0;
    int have = 0;

    for (size_t i = 0; i < n; i++) {
        bits = bits << 8 | raw[i];
        for (have += 8; have >= 6; have -= 6)
            *ret++ = alphabet[bits >> (have - 6) & 63];
    }
    if (have > 0)
        *ret++ = alphabet[bits << (6 - have) & 63];
    *ret = '\0';
}

bool base64url_read(const char *text, size_t len, uint8_t *ret, size_t cap, size_t *ret_n)
{
    uint32_t bits = 0;
    int have = 0;
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        const char *at = text[i] != '\0' ? strchr(alphabet, text[i]) : NULL;

        if (at == NULL)
            return false;
        bits = bits << 6 | (uint32_t)(at - alphabet);
        have += 6;
        if (have < 8)
            continue;
        if (n == cap)
            return false;
        have -= 8;
        ret[n++] = (uint8_t)(bits >> have);
    }
    *ret_n = n;
    return have < 6 && (bits & ((1U << have) - 1)) == 0;
}

size_t base64url_span(const char *text)
{
    const size_t n = strspn(text, alphabet);

    return n % 4 != 1 ? n : 0;
}
