#include "outfile.h"
#include "shown.h"

#include "base/buf.h"
#include "codec/charset.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#define CHARACTER_MAX 6 /* "\u0123" */
#define BUFFER_BYTES  16384

/* A character of several bytes that has begun; it may end in the next piece. */
static struct {
    unsigned char bytes[4];
    size_t n, whole;
    uint32_t code;
} begun;

static bool is_obeyed(uint32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void broken_add(struct buf *out)
{
    for (size_t i = 0; i < begun.n; i++)
        buf_addf(out, "\\x%02x", begun.bytes[i]);
    begun.n = begun.whole = 0;
}

static void character_add(struct buf *out)
{
    if (!charset_is_utf8((const char *)begun.bytes, begun.n)) {
        broken_add(out);
        return;
    }
    if (is_obeyed(begun.code))
        buf_addf(out, "\\u%04x", begun.code);
    else
        buf_add(out, begun.bytes, begun.n);
    begun.n = begun.whole = 0;
}

static void byte_add(struct buf *out, unsigned char c)
{
    if (begun.n > 0 && (c & 0xc0) != 0x80)
        broken_add(out);
    if (begun.n == 0) {
        begun.whole = c < 0x80                ? 1
                      : c >= 0xc2 && c < 0xe0 ? 2
                      : c >= 0xe0 && c < 0xf0 ? 3
                      : c >= 0xf0 && c < 0xf5 ? 4
                                              : 0;
        begun.code = begun.whole < 2 ? c : c & (0x7fU >> begun.whole);
    } else {
        begun.code = begun.code << 6 | (c & 0x3f);
    }
    begun.bytes[begun.n++] = c;
    if (begun.whole == 0)
        broken_add(out);
    else if (begun.n == begun.whole)
        character_add(out);
}

static ssize_t shown_write(void *cookie, const char *data, size_t len)
{
    struct buf out;
    bool ok;

    (void)cookie;
    buf_init(&out, CHARACTER_MAX * (len + sizeof(begun.bytes)) + 1);
    for (size_t i = 0; i < len; i++)
        byte_add(&out, (unsigned char)data[i]);
    ok = outfile_put(STDOUT_FILENO, out.data, out.len);
    buf_done(&out);
    return ok ? (ssize_t)len : 0;
}

void shown_open(void)
{
    FILE *shown = fopencookie(NULL, "w", (cookie_io_functions_t){.write = shown_write});

    if (shown == NULL)
        return;
    setvbuf(shown, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFFER_BYTES);
    stdout = shown;
}

void shown_clear(void)
{
    static const char page[] = "\033[H\033[J";

    fflush(stdout);
    (void)outfile_put(STDOUT_FILENO, page, sizeof(page) - 1);
}
