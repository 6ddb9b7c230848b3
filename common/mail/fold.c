/*
 * Text as it is compared: without case, accents and width, so that the tables hold each
 * word once. Hangul, kana and the vowel signs of Indian and Thai writing stay whole; they
 * are letters, and no accents.
 */
#include "parts.h"

#include <string.h>

/* Letters that have no accent to take off. */
static const char *plain_of(gunichar c)
{
    switch (c) {
    case 0xf8: return "o";   /* ø */
    case 0xe6: return "ae";  /* æ */
    case 0x153: return "oe"; /* œ */
    case 0x142: return "l";  /* ł */
    case 0x111: return "d";  /* đ */
    case 0x131: return "i";  /* ı */
    case 0xdf: return "ss";  /* ß */
    case 0x2018:
    case 0x2019:
    case 0x2bc:
    case 0x60:
    case 0xb4: return "'";
    default: return NULL;
    }
}

/* Accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic; and what
 * nobody sees. */
static bool is_dropped(gunichar c)
{
    return (c >= 0x300 && c <= 0x36f) || (c >= 0x591 && c <= 0x5c7) ||
           (c >= 0x64b && c <= 0x65f) || c == 0x670 || c == 0x640 || c == 0xad ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x2069) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff;
}

char *text_fold(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    /* before the case is taken off: "𝐒𝐓𝐎𝐏" has none until its letters are plain */
    char *wide = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL);
    char *folded = g_utf8_casefold(wide, -1);
    char *apart = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL);
    GString *out = g_string_sized_new(strlen(apart));
    char *whole;

    for (char *s = apart; *s != '\0'; s = g_utf8_next_char(s)) {
        const gunichar c = g_utf8_get_char(s);
        const char *plain = plain_of(c);

        if (plain != NULL)
            g_string_append(out, plain);
        else if (c != '\n' && (g_unichar_isspace(c) || c < 0x20))
            g_string_append_c(out, ' ');
        else if (!is_dropped(c))
            g_string_append_unichar(out, c);
    }
    whole = g_utf8_normalize(out->str, -1, G_NORMALIZE_ALL_COMPOSE);
    g_string_free(out, TRUE);
    g_free(apart);
    g_free(folded);
    g_free(wide);
    g_free(valid);
    return whole;
}
