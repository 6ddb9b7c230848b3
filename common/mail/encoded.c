/*
 * Encoded words of RFC 2047 in a subject. Programs cut them in the middle of a letter,
 * name a charset that is not theirs, and put blanks in: so words of one charset that
 * stand beside each other are put together as bytes, and these are read as a body would
 * be.
 */
#include "parts.h"

#include <string.h>

#define CHARSET_BYTES 40

struct encoded {
    GString *out, *bytes; /* bytes: of words that are not decoded yet */
    char charset[CHARSET_BYTES];
    bool blank; /* between them and what stands before */
};

static void flush(struct encoded *e)
{
    if (e->bytes->len > 0) {
        char *text = text_decode(e->bytes->str, e->bytes->len, e->charset);

        if (e->blank && e->out->len > 0)
            g_string_append_c(e->out, ' ');
        g_string_append(e->out, text);
        g_free(text);
        g_string_truncate(e->bytes, 0);
    }
}

bool hex_byte(const char *digits, char *ret)
{
    if (!g_ascii_isxdigit(digits[0]) || !g_ascii_isxdigit(digits[1]))
        return false;
    *ret = (char)(g_ascii_xdigit_value(digits[0]) * 16 + g_ascii_xdigit_value(digits[1]));
    return true;
}

static void quoted_add(GString *to, const char *s, const char *end)
{
    for (; s < end; s++) {
        char c = *s == '_' ? ' ' : *s;

        if (*s == '=' && end - s > 2 && hex_byte(s + 1, &c))
            s += 2;
        g_string_append_c(to, c);
    }
}

static void base64_add(GString *to, const char *s, const char *end)
{
    char *text = g_strndup(s, (gsize)(end - s));
    gsize n = 0;
    guchar *bytes = g_base64_decode(text, &n);

    g_string_append_len(to, (const char *)bytes, (gssize)n);
    g_free(bytes);
    g_free(text);
}

/* The word that begins here, up to the end that is returned; NULL: none does. */
static const char *word_take(struct encoded *e, const char *s)
{
    const char *charset = s + 2, *how, *text, *end;
    size_t name;

    if (s[0] != '=' || s[1] != '?' || (how = strchr(charset, '?')) == NULL ||
        how[1] == '\0' || how[2] != '?')
        return NULL;
    text = how + 3;
    for (end = strstr(text, "?="); end == text && how[1] != 'b' && how[1] != 'B';
         end = strstr(end + 1, "?="))
        ;                          /* "?Q?=41?=": the '=' is a letter's */
    name = strcspn(charset, "?*"); /* a language may stand behind it */
    if (end == NULL || name == 0 || name >= CHARSET_BYTES ||
        memchr(s, ' ', (size_t)(how - s)) != NULL)
        return NULL;
    if (strncasecmp(e->charset, charset, name) != 0 || e->charset[name] != '\0')
        flush(e);
    memcpy(e->charset, charset, name);
    e->charset[name] = '\0';
    if (how[1] == 'b' || how[1] == 'B')
        base64_add(e->bytes, text, end);
    else if (how[1] == 'q' || how[1] == 'Q')
        quoted_add(e->bytes, text, end);
    else
        return NULL;
    return end + 2;
}

/* To the next blank, or encoded word. */
static size_t run_length(const char *s)
{
    const size_t len = strcspn(s, " \t\r\n");
    const char *word = len > 2 ? g_strstr_len(s + 1, (gssize)len - 1, "=?") : NULL;

    return word != NULL ? (size_t)(word - s) : len;
}

char *encoded_read(const char *field)
{
    struct encoded e = {g_string_new(NULL), g_string_new(NULL), "", false};
    bool plain = false;

    while (*field != '\0') {
        const size_t blank = strspn(field, " \t\r\n");
        const bool first = e.bytes->len == 0;
        const char *after = word_take(&e, field + blank);
        size_t len;

        if (after != NULL) {
            e.blank = first ? plain && blank > 0 : e.blank;
            plain = false;
            field = after;
            continue;
        }
        flush(&e);
        plain = true;
        len = blank + run_length(field + blank);
        if (len > blank) {
            char *text = text_decode(field + blank, len - blank, NULL);

            if (blank > 0 && e.out->len > 0)
                g_string_append_c(e.out, ' ');
            g_string_append(e.out, text);
            g_free(text);
        }
        field += len;
    }
    flush(&e);
    g_string_free(e.bytes, TRUE);
    return g_string_free(e.out, FALSE);
}
