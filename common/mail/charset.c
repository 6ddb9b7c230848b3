/*
 * Bytes into UTF-8, whatever they say they are. Programs that name no charset, or a wrong
 * one, are common, and their writers mean what they say all the same. So it is tried:
 * UTF-8, which hardly anything else is by chance; what the part names, if it fits; and
 * where it names none that does, or Latin-1 as programs do that know no other, the
 * charsets of the languages that people write to us in: the first under which the words
 * ask for something is right. If none does, it is as it was named, or windows-1252.
 */
#include "mail/words.h"
#include "parts.h"

#include <string.h>

#define SAMPLE_BYTES 4000 /* of a letter whose charset is looked for */

static const char *const tried[] = {
    "windows-1252", "windows-1250", "windows-1251", "koi8-r",      "windows-1253",
    "windows-1254", "windows-1255", "windows-1256", "gb18030",     "shift_jis",
    "euc-jp",       "big5",         "euc-kr",       "windows-874", "iso-8859-2",
    "windows-1257", "koi8-u",
};

/* NULL: it does not fit. */
static char *convert(const char *data, size_t len, const char *charset)
{
    gsize read = 0, written = 0;
    char *text = g_convert(data, (gssize)len, "UTF-8", charset, &read, &written, NULL);

    if (text != NULL && read == len && strlen(text) == written)
        return text;
    g_free(text);
    return NULL;
}

static char *utf8(const char *data, size_t len)
{
    return g_utf8_validate(data, (gssize)len, NULL) ? g_strndup(data, len) : NULL;
}

static bool is_ascii(const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)data[i] >= 0x80)
            return false;
    return true;
}

/* Every second byte is zero: text of 16 bits without a mark. */
static const char *wide(const char *data, size_t len)
{
    size_t zero[2] = {0, 0};

    if (len >= 2 && memcmp(data, "\xff\xfe", 2) == 0)
        return "utf-16le";
    if (len >= 2 && memcmp(data, "\xfe\xff", 2) == 0)
        return "utf-16be";
    for (size_t i = 0; i < len; i++)
        zero[i % 2] += data[i] == '\0';
    if (len >= 8 && zero[1] > len / 4 && zero[0] < len / 16)
        return "utf-16le";
    if (len >= 8 && zero[0] > len / 4 && zero[1] < len / 16)
        return "utf-16be";
    return NULL;
}

static bool says_nothing(const char *charset)
{
    return charset == NULL || charset[0] == '\0' ||
           g_ascii_strcasecmp(charset, "us-ascii") == 0 ||
           g_ascii_strcasecmp(charset, "ascii") == 0 ||
           g_ascii_strcasecmp(charset, "x-unknown") == 0 ||
           g_ascii_strcasecmp(charset, "unknown-8bit") == 0;
}

/* The name as iconv knows it; who says Latin-1 means what Windows makes of it. */
static const char *charset_known(const char *charset)
{
    if (g_ascii_strcasecmp(charset, "iso-8859-1") == 0 ||
        g_ascii_strcasecmp(charset, "latin1") == 0)
        return "windows-1252";
    if (g_ascii_strcasecmp(charset, "gb2312") == 0 ||
        g_ascii_strcasecmp(charset, "gbk") == 0)
        return "gb18030";
    if (g_ascii_strcasecmp(charset, "ks_c_5601-1987") == 0)
        return "cp949";
    if (g_ascii_strcasecmp(charset, "unicode-1-1-utf-7") == 0)
        return "utf-7";
    return charset;
}

/* What programs say that know no other. */
static bool is_latin(const char *charset)
{
    return strcmp(charset_known(charset), "windows-1252") == 0 ||
           g_ascii_strcasecmp(charset, "windows-1252") == 0 ||
           g_ascii_strcasecmp(charset, "iso-8859-15") == 0;
}

static bool asks(const char *text)
{
    char *sample = g_strndup(text, strnlen(text, SAMPLE_BYTES));
    const bool found = words_ask(sample) != 0;

    g_free(sample);
    return found;
}

/* The first that asks for something; of none that does, `first` (which was asked), or the
 * first that fits. Many charsets read the same bytes as the same text: it is asked once.
 */
static char *guess(const char *data, size_t len, char *first)
{
    for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
        char *text = convert(data, len, tried[i]);

        if (text != NULL && (first == NULL || strcmp(text, first) != 0) && asks(text)) {
            g_free(first);
            return text;
        }
        if (first == NULL)
            first = text;
        else
            g_free(text);
    }
    return first != NULL ? first : g_utf8_make_valid(data, (gssize)len);
}

/* GLib's macro drops a const, which clang does not take. */
static const char *past(const char *s)
{
    return s + g_utf8_skip[(guchar)*s];
}

/* UTF-8 that somebody took for windows-1252 and made UTF-8 of once more: "dÃ©sabonner".
 * Nothing else looks so. NULL: it is not. */
static char *taken_twice(const char *text)
{
    size_t pairs = 0;
    gsize read = 0, written = 0;
    char *bytes;

    for (const char *s = text; *s != '\0'; s = past(s)) {
        const gunichar c = g_utf8_get_char(s), next = g_utf8_get_char(past(s));

        pairs += c >= 0xc2 && c <= 0xf4 && next >= 0x80;
    }
    if (pairs == 0)
        return NULL;
    for (int i = 0; i < 2; i++) { /* iso-8859-1 has the five that windows-1252 lacks */
        bytes = g_convert(text, -1, i == 0 ? "windows-1252" : "iso-8859-1", "UTF-8",
                          &read, &written, NULL);
        if (bytes != NULL && g_utf8_validate(bytes, (gssize)written, NULL))
            return bytes;
        g_free(bytes);
    }
    return NULL;
}

/* Zeros in text that is not of 16 bits: nobody sees them. NULL: there are none. */
static char *zeros_drop(const char *data, size_t *len)
{
    size_t n = 0;
    char *out;

    if (memchr(data, '\0', *len) == NULL)
        return NULL;
    out = g_malloc(*len + 1);
    for (size_t i = 0; i < *len; i++)
        if (data[i] != '\0')
            out[n++] = data[i];
    out[n] = '\0';
    *len = n;
    return out;
}

char *text_decode(const char *data, size_t len, const char *charset)
{
    const char *sixteen = wide(data, len);
    char *text = NULL, *once;
    bool latin;

    char *whole = sixteen == NULL ? zeros_drop(data, &len) : NULL;

    data = whole != NULL ? whole : data;
    if (sixteen != NULL)
        text = convert(data, len - len % 2, sixteen);
    else if (is_ascii(data, len) && memchr(data, '\x1b', len) != NULL)
        text =
            convert(data, len,
                    g_strstr_len(data, (gssize)len, "\x1b$)C") != NULL ? "iso-2022-kr"
                                                                       : "iso-2022-jp");
    else if (!is_ascii(data, len))
        text = utf8(data, len);
    latin = text == NULL && !says_nothing(charset) && is_latin(charset) &&
            !is_ascii(data, len);
    if (text == NULL && !says_nothing(charset))
        text = convert(data, len, charset_known(charset));
    if (text == NULL && is_ascii(data, len))
        text = utf8(data, len);
    if (text == NULL)
        text = guess(data, len, NULL);
    else if (latin && !asks(text)) /* or so it says */
        text = guess(data, len, text);
    g_free(whole);
    if (!is_ascii(text, strlen(text)) && (once = taken_twice(text)) != NULL) {
        g_free(text);
        text = once;
    }
    for (char *s = text; *s != '\0'; s++) /* no mark of ours can stand in it */
        if ((unsigned char)*s < 0x20 && *s != '\n' && *s != '\r' && *s != '\t')
            *s = ' ';
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        memmove(text, text + 3, strlen(text + 3) + 1);
    return text;
}
