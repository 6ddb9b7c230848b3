/*
 * Words that look like others. "\u0455t\u043e\u0440" in Cyrillic letters,
 * "\u03a3\u03a4\u039f\u03a1" in Greek ones: people write so to pass filters, and
 * keyboards do it by mistake. And a stop sign that stands alone says what it shows.
 */
#include "parts.h"

#include <string.h>

/* g_utf8_next_char, which loses a const. */
static const char *next_of(const char *s)
{
    return s + g_utf8_skip[(unsigned char)*s];
}

/* Small letters, as text_fold leaves them. Where two Latin ones look alike, the one of
 * the stop words. */
static const struct {
    gunichar c;
    char latin;
} alike[] = {
    {0x430, 'a'},  {0x432, 'b'},  {0x435, 'e'},  {0x43a, 'k'},  {0x43c, 'm'},
    {0x43d, 'h'},  {0x43e, 'o'},  {0x43f, 'n'},  {0x440, 'p'},  {0x441, 'c'},
    {0x442, 't'},  {0x443, 'y'},  {0x445, 'x'},  {0x44c, 'b'},  {0x455, 's'},
    {0x456, 'i'},  {0x458, 'j'},  {0x461, 'w'},  {0x475, 'v'},  {0x4af, 'y'},
    {0x4bb, 'h'},  {0x4cf, 'l'},  {0x501, 'd'},  {0x51b, 'q'},  {0x51d, 'w'},
    {0x3b1, 'a'},  {0x3b2, 'b'},  {0x3b3, 'y'},  {0x3b5, 'e'},  {0x3b6, 'z'},
    {0x3b7, 'h'},  {0x3b9, 'i'},  {0x3ba, 'k'},  {0x3bc, 'm'},  {0x3bd, 'n'},
    {0x3bf, 'o'},  {0x3c1, 'p'},  {0x3c2, 's'},  {0x3c3, 's'},  {0x3c4, 't'},
    {0x3c5, 'u'},  {0x3c7, 'x'},  {0x3c9, 'w'},  {0x280, 'r'},  {0x274, 'n'},
    {0x299, 'b'},  {0xa731, 's'}, {0x1d1b, 't'}, {0x1d0f, 'o'}, {0x1d18, 'p'},
    {0x1d1c, 'u'}, {0x1d04, 'c'}, {0x26a, 'i'},  {0x1d07, 'e'},
};

static char latin_of(gunichar c)
{
    for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
        if (alike[i].c == c)
            return alike[i].latin;
    return '\0';
}

/* "stooop": a letter three times or more is one. True: there was one. */
static bool runs_shorten(char *word)
{
    char *out = word;
    bool any = false;

    for (const char *s = word; *s != '\0';) {
        size_t n = 1;

        while (s[n] == *s)
            n++;
        any = any || (n >= 3 && g_ascii_isalpha(*s));
        for (size_t i = 0; i < (n >= 3 && g_ascii_isalpha(*s) ? 1 : n); i++)
            *out++ = *s;
        s += n;
    }
    *out = '\0';
    return any;
}

/* The word in Latin letters alone. A word without any Latin letter is of its own
 * language, unless it looks like nothing but a stop word. */
static void word_add(GString *out, const char *word, size_t len)
{
    GString *plain = g_string_new(NULL);
    bool latin = false, other = false, all = true, drawn;

    for (const char *s = word; s < word + len; s = next_of(s)) {
        const gunichar c = g_utf8_get_char(s);
        const char a = c < 0x80 ? (char)c : latin_of(c);

        latin = latin || (c < 0x80 && g_ascii_isalpha((char)c));
        other = other || c >= 0x80;
        all = all && a != '\0';
        g_string_append_c(plain, a);
    }
    drawn = all && runs_shorten(plain->str);
    if ((drawn && !other) || (other && all &&
                              (latin || strcmp(plain->str, "stop") == 0 ||
                               strcmp(plain->str, "unsubscribe") == 0)))
        g_string_append(out, plain->str);
    else
        g_string_append_len(out, word, (gssize)len);
    g_string_free(plain, TRUE);
}

static bool is_stop_sign(gunichar c)
{
    static const gunichar signs[] = {0x1f6d1, 0x26d4,  0x1f6ab, 0x270b, 0x1f590,
                                     0x1f91a, 0x1f645, 0x274c,  0x274e, 0x2716,
                                     0x1f4f5, 0x1f515, 0x1f44e, 0x1f6b7};

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (c == signs[i])
            return true;
    return false;
}

/* Does the letter begin with a line of signs, one of which says stop? */
static bool begins_with_sign(const char *s)
{
    bool sign = false;

    s += strspn(s, " \n");
    for (; *s != '\0' && *s != '\n'; s = next_of(s)) {
        const gunichar c = g_utf8_get_char(s);

        if (g_unichar_isalnum(c))
            return false;
        sign = sign || is_stop_sign(c);
    }
    return sign;
}

char *disguise_drop(const char *folded)
{
    GString *out = g_string_sized_new(strlen(folded) + 8);

    if (begins_with_sign(folded))
        g_string_append(out, "stop\n");
    for (const char *s = folded; *s != '\0';) {
        const char *word = s;

        while (*s != '\0' && g_unichar_isalnum(g_utf8_get_char(s)))
            s = next_of(s);
        if (s > word) {
            word_add(out, word, (size_t)(s - word));
        } else {
            s = next_of(s);
            g_string_append_len(out, word, (gssize)(s - word));
        }
    }
    return g_string_free(out, FALSE);
}
