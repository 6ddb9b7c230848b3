/* Addresses as reports write them, in fields and in the midst of words. */
#include "report.h"

#include <string.h>

/* "\x{43D}" of RFC 6533, 3 is the character U+043D. */
static void unitext_decode(char *text)
{
    char *out = text;

    for (const char *s = text; *s != '\0';) {
        char *end = NULL;
        const gint64 c =
            strncmp(s, "\\x{", 3) == 0 ? g_ascii_strtoll(s + 3, &end, 16) : 0;

        if (c > 0x20 && c <= 0x10ffff && *end == '}' && g_unichar_validate((gunichar)c)) {
            out += g_unichar_to_utf8((gunichar)c, out); /* shorter than its name */
            s = end + 1;
        } else {
            *out++ = *s++;
        }
    }
    *out = '\0';
}

bool report_address(const char *value, char ret[IDENT_EMAIL_BYTES])
{
    const char *semicolon = strchr(value, ';');
    char text[512];
    char *xtext, *at;

    g_strlcpy(text, semicolon != NULL ? semicolon + 1 : value, sizeof(text));
    while ((xtext = strstr(text, "+2B")) != NULL ||
           (xtext = strstr(text, "+3D")) != NULL) {
        *xtext = xtext[1] == '2' ? '\x01' : '='; /* RFC 3461, part 4 */
        memmove(xtext + 1, xtext + 3, strlen(xtext + 3) + 1);
    }
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\x01')
            *p = '+';
    unitext_decode(text);
    g_strstrip(text);
    if (text[0] == '<') {
        memmove(text, text + 1, strlen(text));
        text[strcspn(text, ">")] = '\0';
    } else if (text[0] != '"' && strstr(text, " (") != NULL) { /* a comment */
        *strstr(text, " (") = '\0';
    }
    at = strrchr(text, '@');
    /* an archive's "dav...@", stars, an encoded word, AOL's "redacted@": nobody */
    if (at == NULL || g_ascii_strncasecmp(text, "redacted@", 9) == 0 ||
        strchr(text, '*') != NULL || strstr(text, "=?") != NULL ||
        (text[0] != '"' && strstr(text, "..") != NULL))
        return false;
    return address_take(text, ret);
}

static bool is_atext(char c)
{
    return g_ascii_isalnum(c) || (unsigned char)c >= 0x80 ||
           (c != '\0' && strchr(".!#$%&'*+/=?^_`{|}~-", c) != NULL);
}

/* The full-width signs of East Asian text, and quotation marks, are no part of an address
 * though their bytes might be: "（ann@example.org）". Their length before s, or from it.
 */
static size_t sign_before(const char *line, const char *s)
{
    static const char *const signs[] = {
        "（", "）", "：", "；", "，", "。", "「",       "」", "《", "》", "、", "“",
        "”",  "„",  "«",  "»",  "‘",  "’",  "\xc2\xa0", "＜", "＞", "【", "】", "　"};

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        const size_t n = strlen(signs[i]);

        if ((size_t)(s - line) >= n && memcmp(s - n, signs[i], n) == 0)
            return n;
    }
    return 0;
}

bool report_address_around(const char *line, const char *at, const char *stop,
                           const char **begin, const char **end, char *ret, size_t bytes)
{
    const char *a = at, *b = at + 1;

    if (at > line && at[-1] == '"') { /* "a b"@example.com */
        for (a = at - 1; a > line && a[-1] != '"';)
            a--;
        a = a > line ? a - 1 : at;
    } else {
        while (a > line && is_atext(a[-1]) && sign_before(line, a) == 0)
            a--;
        while (a < at && (*a == '\'' || *a == '.' || *a == '*'))
            a++;
    }
    while (b < stop &&
           (g_ascii_isalnum(*b) || *b == '.' || *b == '-' || (unsigned char)*b >= 0x80))
        b++;
    for (const char *s = at + 1; s < b; s++) /* up to the first such sign */
        if (sign_before(at + 1, s + 1) > 0)
            b = s + 1 - sign_before(at + 1, s + 1);
    while (b > at + 1 && (b[-1] == '.' || b[-1] == '-'))
        b--;
    if (a == at || b == at + 1 || (size_t)(b - a) >= bytes)
        return false;
    memcpy(ret, a, (size_t)(b - a));
    ret[b - a] = '\0';
    *begin = a;
    *end = b;
    return true;
}
