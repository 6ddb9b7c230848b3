/*
 * A letter that says "No." or "no thx", and nothing else: an answer to mail of ours. It
 * is heard as a no; of what, only a person can tell.
 */
#include "mail/words.h"
#include "parts.h"

#include <string.h>

#define WORDS_MOST 6

static bool is_no(const char *word)
{
    static const char *const noes[] = {
        "no",     "nope",   "nah",    "never", "nein",  "ne",    "nee",    "niemals",
        "non",    "nej",    "nei",    "nie",   "nao",   "nem",   "nu",     "ei",
        "mai",    "nunca",  "jamais", "niet",  "hayir", "нет",   "не",     "ні",
        "οχι",    "لا",     "לא",     "不",    "不要",  "不用",  "いいえ", "いらない",
        "아니요", "아니오", "싫어요", "नहीं",   "tidak", "khong", "ไม่",
    };

    for (size_t i = 0; i < sizeof(noes) / sizeof(noes[0]); i++)
        if (strcmp(noes[i], word) == 0)
            return true;
    return false;
}

bool words_bare_no(const char *text)
{
    char *folded = text_fold(text);
    size_t n = 0;
    bool all = true, any = false;

    for (char *s = folded; *s != '\0' && all;) {
        char *end = s;

        while (*end != '\0' && (g_unichar_isalnum(g_utf8_get_char(end)) ||
                                g_unichar_ismark(g_utf8_get_char(end))))
            end = g_utf8_next_char(end);
        if (end == s) {
            s = g_utf8_next_char(s);
            continue;
        }
        char *word = g_strndup(s, (gsize)(end - s));
        any = any || is_no(word);
        all = (is_no(word) || word_is_polite(word)) && ++n <= WORDS_MOST;
        g_free(word);
        s = end;
    }
    g_free(folded);
    return all && any;
}
