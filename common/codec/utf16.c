#include "codec/utf16.h"

#include <string.h>

#define REPLACED    0xfffd
#define PIECE_BYTES 4096

/* Three bytes of UTF-8 at most for two of UTF-16. */
static size_t put(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* One unit, and what waited for it. Seven bytes at most. */
static size_t unit_take(struct utf16 *u, uint16_t c, char *to)
{
    const uint16_t high = u->high;
    size_t n = 0;

    u->high = 0;
    if (high != 0 && c >= 0xdc00 && c < 0xe000)
        return put(to,
                   0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(c - 0xdc00));
    if (high != 0)
        n = put(to, REPLACED);
    if (c >= 0xd800 && c < 0xdc00) {
        u->high = c;
        return n;
    }
    return n + put(to + n, c >= 0xdc00 && c < 0xe000 ? REPLACED : c);
}

void utf16_begin(struct utf16 *u, bool big)
{
    *u = (struct utf16){.big = big};
}

void utf16_feed(struct utf16 *u, const void *data, size_t len, struct buf *out)
{
    const uint8_t *s = data;
    char piece[PIECE_BYTES];
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (!u->odd) {
            u->byte = s[i];
            u->odd = true;
            continue;
        }
        u->odd = false;
        n += unit_take(u, (uint16_t)(u->big ? u->byte << 8 | s[i] : s[i] << 8 | u->byte),
                       piece + n);
        if (n > sizeof(piece) - 8) {
            buf_add(out, piece, n);
            n = 0;
        }
    }
    buf_add(out, piece, n);
}

void utf16_end(struct utf16 *u, struct buf *out)
{
    char last[8];
    size_t n = 0;

    if (u->high != 0)
        n += put(last, REPLACED);
    if (u->odd)
        n += put(last + n, REPLACED);
    buf_add(out, last, n);
    utf16_begin(u, u->big);
}
