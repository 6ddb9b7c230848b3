#include "codec/charset.h"

#include "base/buf.h"
#include "base/mem.h"
#include "codec/utf16.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LOOKED_AT ((size_t)8 << 10) /* of a file, to see what it is */
#define REPLACED  0xfffd            /* for what has no character    */

const char *charset_name(enum charset charset)
{
    static const char *const names[] = {"?",
#define X(id, name, iconv, other) name,
                                        CHARSETS(X)
#undef X
    };
    return names[charset];
}

static const char *const iconv_names[] = {"",
#define X(id, name, iconv, other) iconv,
                                          CHARSETS(X)
#undef X
};

enum charset charset_parse(const char *name)
{
    static const char *const names[][2] = {{"", ""},
#define X(id, name, iconv, other) {name, other},
                                           CHARSETS(X)
#undef X
    };
    for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(name, names[i][0]) == 0 ||
            (names[i][1][0] != '\0' && strcasecmp(name, names[i][1]) == 0))
            return (enum charset)i;
    if (strcasecmp(name, "latin-1") == 0 || strcasecmp(name, "iso-8859-1") == 0 ||
        strcasecmp(name, "cp1252") == 0)
        return CHARSET_CP1252;
    if (strcasecmp(name, "gb2312") == 0 || strcasecmp(name, "cp936") == 0)
        return CHARSET_GB;
    if (strcasecmp(name, "sjis") == 0 || strcasecmp(name, "windows-31j") == 0)
        return CHARSET_SJIS;
    if (strcasecmp(name, "ks_c_5601-1987") == 0)
        return CHARSET_EUCKR;
    if (strcasecmp(name, "cp1254") == 0 || strcasecmp(name, "latin5") == 0)
        return CHARSET_CP1254;
    if (strcasecmp(name, "cp1255") == 0)
        return CHARSET_CP1255;
    return CHARSET_UNKNOWN;
}

/* --- what it is --- */

static bool begins(const char *bytes, size_t len, const char *with, size_t n)
{
    return len >= n && memcmp(bytes, with, n) == 0;
}

/* Zero bytes at even and at odd places of the beginning. */
static enum charset utf16_without_mark(const char *bytes, size_t len)
{
    const size_t n = (len < LOOKED_AT ? len : LOOKED_AT) & ~(size_t)1;
    size_t even = 0, odd = 0;

    for (size_t i = 0; i < n; i += 2) {
        even += bytes[i] == '\0';
        odd += bytes[i + 1] == '\0';
    }
    if (odd > n / 5 && even <= n / 100)
        return CHARSET_UTF16LE;
    if (even > n / 5 && odd <= n / 100)
        return CHARSET_UTF16BE;
    return CHARSET_UNKNOWN;
}

/* Its Japanese stands behind an escape that no other text has. */
static bool is_iso_2022_jp(const char *bytes, size_t len)
{
    const size_t n = len < LOOKED_AT ? len : LOOKED_AT;

    return memmem(bytes, n, "\x1b$B", 3) != NULL || memmem(bytes, n, "\x1b$@", 3) != NULL;
}

static bool is_workbook(const char *bytes, size_t len)
{
    return memmem(bytes, len, "[Content_Types].xml", 19) != NULL ||
           memmem(bytes, len, "xl/", 3) != NULL;
}

static enum charset marked(const char *bytes, size_t len, size_t *ret_mark)
{
    *ret_mark = 0;
    if (begins(bytes, len, "\xef\xbb\xbf", 3)) {
        *ret_mark = 3;
        return CHARSET_UTF8;
    }
    if (!begins(bytes, len, "\xff\xfe", 2) && !begins(bytes, len, "\xfe\xff", 2))
        return CHARSET_UNKNOWN;
    *ret_mark = 2;
    return bytes[0] == '\xff' ? CHARSET_UTF16LE : CHARSET_UTF16BE;
}

const char *charset_binary(const char *bytes, size_t len)
{
    static const struct {
        const char *begin;
        size_t n;
        const char *what;
    } magic[] = {
        {"\x1f\x8b", 2, "gzip data: unpack it first"},
        {"\x28\xb5\x2f\xfd", 4, "zstd data: unpack it first"},
        {"BZh", 3, "bzip2 data: unpack it first"},
        {"\xd0\xcf\x11\xe0", 4,
         "an old Excel workbook, or one with a password: save it as CSV"},
        {"%PDF-", 5, "a PDF"},
        {"\x89PNG", 4, "a picture"},
        {"\xff\xd8\xff", 3, "a picture"},
        {"\x7f"
         "ELF",
         4, "a program"},
        {"SQLite format 3", 15, "a database"},
        {"PAR1", 4, "Parquet: save it as CSV"},
    };
    const size_t n = len < LOOKED_AT ? len : LOOKED_AT;
    size_t control = 0, mark;

    if (begins(bytes, len, "PK\x03\x04", 4) || begins(bytes, len, "PK\x05\x06", 4))
        return memmem(bytes, n, "opendocument", 12) != NULL
                   ? "an OpenDocument spreadsheet: save it as CSV"
               : is_workbook(bytes, n) ? "an Excel workbook: save it as CSV"
                                       : "a ZIP archive";
    for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
        if (begins(bytes, len, magic[i].begin, magic[i].n))
            return magic[i].what;
    if (marked(bytes, len, &mark) != CHARSET_UNKNOWN ||
        utf16_without_mark(bytes, len) != CHARSET_UNKNOWN || is_iso_2022_jp(bytes, len))
        return NULL;
    for (size_t i = 0; i < n; i++)
        control +=
            (unsigned char)bytes[i] < 0x20 && strchr("\t\n\r\f\x1a", bytes[i]) == NULL;
    for (size_t i = 0; i < n; i++) /* strchr finds the zero byte as well */
        control += bytes[i] == '\0';
    return n >= 16 && control > n / 10 ? "binary" : NULL;
}

/* --- UTF-8 --- */

/* The length of the well-formed sequence at s, 0 when there is none. */
static size_t utf8_one(const unsigned char *s, size_t len)
{
    const unsigned char c = s[0];
    const size_t n = c < 0x80   ? 1
                     : c < 0xc2 ? 0
                     : c < 0xe0 ? 2
                     : c < 0xf0 ? 3
                     : c < 0xf5 ? 4
                                : 0;

    if (n == 0 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((c == 0xe0 && s[1] < 0xa0) || (c == 0xed && s[1] > 0x9f) ||
        (c == 0xf0 && s[1] < 0x90) || (c == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

/* Is any byte above 127 a part of UTF-8, and is any not? */
static void utf8_look(const char *bytes, size_t len, bool *ret_some, bool *ret_broken)
{
    const unsigned char *s = (const unsigned char *)bytes;

    *ret_some = *ret_broken = false;
    for (size_t i = 0; i < len;) {
        size_t n = utf8_one(s + i, len - i);

        *ret_some = *ret_some || n > 1;
        *ret_broken = *ret_broken || n == 0;
        i += n > 0 ? n : 1;
    }
}

bool charset_is_utf8(const char *s, size_t len)
{
    bool some, broken;

    utf8_look(s, len, &some, &broken);
    return !broken;
}

static size_t utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* --- from others --- */

/* 0x80 to 0x9f of Windows-1252; 0: no character. */
static const uint16_t cp1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

static void from_cp1252(const char *bytes, size_t len, struct charset_text *t)
{
    size_t n = 0;

    t->heap = mem_zalloc(3 * len + 1, 1);
    for (size_t i = 0; i < len; i++) {
        uint32_t c = (unsigned char)bytes[i];

        if (c >= 0x80 && c < 0xa0)
            c = cp1252[c - 0x80] != 0 ? cp1252[c - 0x80] : REPLACED;
        n += utf8_put(t->heap + n, c);
    }
    t->s = t->heap;
    t->len = n;
}

static void from_utf16(const char *bytes, size_t len, bool big, struct charset_text *t)
{
    struct utf16 u;
    struct buf out;

    buf_init(&out, 2 * len + 8);
    utf16_begin(&u, big);
    utf16_feed(&u, bytes, len, &out);
    utf16_end(&u, &out);
    buf_add(&out, "", 1);
    t->heap = out.data; /* free()d by charset_done */
    t->s = t->heap;
    t->len = out.len - 1;
}

/* By iconv; a byte that begins no character becomes U+FFFD, and the next is tried. */
static bool from_other(const char *bytes, size_t len, const char *name,
                       struct charset_text *t)
{
    iconv_t cd = iconv_open("UTF-8", name);
    char *in = (char *)(uintptr_t)bytes, *out;
    size_t left = len, room = 4 * len + 4;

    if (cd == (iconv_t)-1) /* NOLINT(performance-no-int-to-ptr) */
        return false;
    out = t->heap = mem_zalloc(room + 1, 1);
    while (left > 0 && iconv(cd, &in, &left, &out, &room) == (size_t)-1) {
        if (errno != EILSEQ && errno != EINVAL)
            break;
        const size_t n = utf8_put(out, REPLACED);
        out += n;
        room -= n;
        in++;
        left--;
    }
    iconv(cd, NULL, NULL, &out, &room);
    iconv_close(cd);
    t->s = t->heap;
    t->len = (size_t)(out - t->heap);
    return true;
}

enum charset charset_wide(const char *bytes, size_t len)
{
    size_t mark;
    const enum charset found = marked(bytes, len, &mark);

    if (begins(bytes, len, "\xff\xfe\0\0", 4))
        return CHARSET_UNKNOWN; /* of UTF-32 */
    return found != CHARSET_UNKNOWN ? found : utf16_without_mark(bytes, len);
}

bool charset_read(const char *bytes, size_t len, enum charset want,
                  struct charset_text *ret, struct err *err)
{
    const char *what = charset_binary(bytes, len);
    bool some, broken;
    size_t mark;
    enum charset found = marked(bytes, len, &mark);

    *ret = (struct charset_text){0};
    if (what != NULL)
        return err_set(err, ERR_INPUT, "BINARY", "this is no text: %s", what);
    if (begins(bytes, len, "\xff\xfe\0\0", 4) || begins(bytes, len, "\0\0\xfe\xff", 4))
        return err_set(err, ERR_INPUT, "UTF32", "this is UTF-32: save it as UTF-8");
    if (want != CHARSET_UNKNOWN && found != CHARSET_UNKNOWN && want != found)
        return err_set(err, ERR_INPUT, "BAD_ENCODING",
                       "its byte order mark says %s, and not %s", charset_name(found),
                       charset_name(want));
    ret->guessed = want == CHARSET_UNKNOWN && found == CHARSET_UNKNOWN;
    if (want != CHARSET_UNKNOWN)
        found = want;
    if (found == CHARSET_UNKNOWN)
        found = utf16_without_mark(bytes, len);
    if (found == CHARSET_UNKNOWN && is_iso_2022_jp(bytes, len))
        found = CHARSET_ISO2022JP;
    if (found == CHARSET_UNKNOWN) {
        utf8_look(bytes, len, &some, &broken);
        ret->broken = broken;
        found = broken && !some ? CHARSET_CP1252 : CHARSET_UTF8;
    }
    ret->charset = found;
    ret->s = bytes + mark;
    ret->len = len - mark;
    if (found == CHARSET_CP1252)
        from_cp1252(ret->s, ret->len, ret);
    else if (found == CHARSET_UTF16LE || found == CHARSET_UTF16BE)
        from_utf16(ret->s, ret->len, found == CHARSET_UTF16BE, ret);
    else if (found != CHARSET_UTF8 &&
             !from_other(ret->s, ret->len, iconv_names[found], ret))
        return err_set(err, ERR_INPUT, "BAD_ENCODING",
                       "this machine cannot read %s: save it as UTF-8",
                       charset_name(found));
    return true;
}

void charset_done(struct charset_text *t)
{
    free(t->heap);
    *t = (struct charset_text){0};
}
