/* utf16: in whatever pieces it comes, the same text goes out. */
#include "codec/utf16.h"

#include <criterion/criterion.h>
#include <string.h>

static void check(const char *wide, size_t len, bool big, const char *want)
{
    for (size_t piece = 1; piece <= len; piece++) {
        struct utf16 u;
        struct buf out;

        buf_init(&out, 1 << 16);
        utf16_begin(&u, big);
        for (size_t at = 0; at < len; at += piece)
            utf16_feed(&u, wide + at, len - at < piece ? len - at : piece, &out);
        utf16_end(&u, &out);
        cr_expect_eq(out.len, strlen(want));
        cr_expect_eq(memcmp(out.data, want, out.len), 0, "in pieces of %zu", piece);
        buf_done(&out);
    }
}
#define LE(wide, want) check(wide, sizeof(wide) - 1, false, want)
#define BE(wide, want) check(wide, sizeof(wide) - 1, true, want)

Test(utf16, characters_of_every_length)
{
    LE("a\0\xe9\0\xac\x20\x3d\xd8\x42\xde", "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82");
    BE("\0a\0\xe9\x20\xac\xd8\x3d\xde\x42", "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82");
}

Test(utf16, halves_are_seen)
{
    LE("a\0\x3d\xd8", "a\xef\xbf\xbd");
    LE("a\0\x3d", "a\xef\xbf\xbd");
    LE("\x3d\xd8\x3d", "\xef\xbf\xbd\xef\xbf\xbd");
    LE("\x42\xde"
       "a\0",
       "\xef\xbf\xbd"
       "a");
    LE("\x3d\xd8"
       "a\0",
       "\xef\xbf\xbd"
       "a");
    LE("\x3d\xd8\x3d\xd8\x42\xde", "\xef\xbf\xbd\xf0\x9f\x99\x82");
}

Test(utf16, more_than_a_piece)
{
    static char wide[20001], want[10001];
    for (size_t i = 0; i < 10000; i++) {
        wide[2 * i] = want[i] = (char)('a' + i % 26);
        wide[2 * i + 1] = '\0';
    }
    struct utf16 u;
    struct buf out;
    buf_init(&out, 1 << 16);
    utf16_begin(&u, false);
    utf16_feed(&u, wide, 20000, &out);
    utf16_end(&u, &out);
    cr_expect_eq(out.len, 10000);
    cr_expect_eq(memcmp(out.data, want, 10000), 0);
    buf_done(&out);
}
