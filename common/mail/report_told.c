/*
 * Does a message tell of a bounce in its own words? By subject and by what it says at its
 * beginning: the phrases of report_words.inc.
 */
#include "mail/words.h"
#include "report.h"

#include <string.h>

static const struct {
    enum report_list list;
    const char *phrase;
} phrases[] = {
#define L(list, phrase) {REPORT_##list, phrase},
#include "report_words.inc"
#undef L
};

static bool is_there(const char *text, const char *phrase, enum report_where where)
{
    const size_t len = strlen(text), n = strlen(phrase);

    if (where == REPORT_BEGINS)
        return strncmp(text, phrase, n) == 0;
    if (where == REPORT_ENDS)
        return len >= n && strcmp(text + len - n, phrase) == 0 &&
               (len == n || !g_ascii_isalnum(text[len - n - 1]));
    return strstr(text, phrase) != NULL;
}

bool report_has(const char *lower, enum report_list list, enum report_where where)
{
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        if (phrases[i].list == list && is_there(lower, phrases[i].phrase, where))
            return true;
    return false;
}

bool text_is_bounce(const struct report *r, bool strict)
{
    char *lower = g_utf8_strdown(r->subject, -1);
    bool is = report_has(lower, REPORT_SUBJECTS, REPORT_ANYWHERE);

    g_free(lower);
    if (is || strict)
        return is;
    lower = g_utf8_strdown(r->text->str, r->text->len < 4000 ? -1 : 4000);
    is = report_has(lower, REPORT_SENTENCES, REPORT_ANYWHERE);
    g_free(lower);
    return is || field_of(GMIME_OBJECT(r->msg), "X-Failed-Recipients") != NULL;
}

/* The first lines of the text in small letters; g_free it. */
static char *text_begin(const struct report *r)
{
    char *text = g_strndup(r->text->str, MIN(r->text->len, 600));
    char *valid = g_utf8_make_valid(text, -1), *lower = g_utf8_strdown(valid, -1);

    g_free(text);
    g_free(valid);
    return lower;
}

bool text_speaks_of_ours(const struct report *r)
{
    char *lower = text_begin(r);
    const bool found = report_has(lower, REPORT_OURS, REPORT_ANYWHERE);

    g_free(lower);
    return found;
}

/* "Fwd: Undelivered Mail": somebody passes it on. */
static bool is_passed_on(const struct report *r)
{
    char *folded = text_fold(r->subject);
    const bool is = subject_answers(folded);

    g_free(folded);
    return is;
}

bool text_says_bounce(const struct report *r)
{
    char *lower = text_begin(r);
    const bool says =
        !is_passed_on(r) && report_has(lower, REPORT_SENTENCES, REPORT_ANYWHERE) &&
        !words_mine(lower) && (words_ask(lower) & (1u << RIGHT_OBJECT)) == 0;

    g_free(lower);
    return says;
}
