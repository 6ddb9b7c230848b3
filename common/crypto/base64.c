#include "crypto/base64.h"

#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(const uint8_t *raw, size_t n, char *ret)
{
    for (size_t i = 0; i < n; i += 3) {
        const uint32_t b1 = i + 1 < n ? raw[i + 1] : 0, b2 = i + 2 < n ? raw[i + 2] : 0;
        const uint32_t v = (uint32_t)raw[i] << 16 | b1 << 8 | b2;

        *ret++ = alphabet[v >> 18];
        *ret++ = alphabet[v >> 12 & 63];
        *ret++ = i + 1 < n ? alphabet[v >> 6 & 63] : '=';
        *ret++ = i + 2 < n ? alphabet[v & 63] : '=';
    }
    *ret = '\0';
}

/* -1: it is none. */
static int value_of(char c)
{
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);

    return at == NULL ? -1 : (int)(at - alphabet);
}

bool base64_read(const char *text, size_t len, uint8_t *ret, size_t cap, size_t *ret_n)
{
    size_t chars = len, n = 0;
    uint32_t bits = 0;
    int have = 0;

    if (len % 4 != 0)
        return false;
    while (chars > 0 && len - chars < 2 && text[chars - 1] == '=')
        chars--;
    for (size_t i = 0; i < chars; i++) {
        const int v = value_of(text[i]);

        if (v < 0)
            return false;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        if (n == cap)
            return false;
        ret[n++] = (uint8_t)(bits >> have);
        bits &= (1U << have) - 1;
    }
    *ret_n = n;
    return bits == 0;
}
