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

/* Where the rows of a list stand in the text. */
static const enum {
    ANYWHERE,
    BEGINS,
    ENDS
} where[] = {
    [REPORT_RETURNED] = BEGINS,   [REPORT_NAMES] = ENDS,         [REPORT_OTHERS] = BEGINS,
    [REPORT_SUBJECTS] = ANYWHERE, [REPORT_SENTENCES] = ANYWHERE, [REPORT_OURS] = ANYWHERE,
};

static bool is_there(const char *text, const char *phrase, enum report_list list)
{
    const size_t len = strlen(text), n = strlen(phrase);

    if (where[list] == BEGINS)
        return strncmp(text, phrase, n) == 0;
    if (where[list] == ENDS)
        return len >= n && strcmp(text + len - n, phrase) == 0 &&
               (len == n || !g_ascii_isalnum(text[len - n - 1]));
    return strstr(text, phrase) != NULL;
}

bool report_has(const char *lower, enum report_list list)
{
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        if (phrases[i].list == list && is_there(lower, phrases[i].phrase, list))
            return true;
    return false;
}

bool text_is_bounce(const struct report *r, bool strict)
{
    char *lower = g_utf8_strdown(r->subject, -1);
    bool is = report_has(lower, REPORT_SUBJECTS);

    g_free(lower);
    if (is || strict)
        return is;
    lower = g_utf8_strdown(r->text->str, r->text->len < 4000 ? -1 : 4000);
    is = report_has(lower, REPORT_SENTENCES);
    g_free(lower);
    return is || field_of(GMIME_OBJECT(r->msg), "X-Failed-Recipients") != NULL;
}

/* "Fwd: Undelivered Mail": somebody passes it on. */
static bool is_passed_on(const struct report *r)
{
    char *folded = text_fold(r->subject);
    const bool is = subject_answers(folded);

    g_free(folded);
    return is;
}

bool text_says_bounce(const struct report *r, bool machine)
{
    char *begin = g_strndup(r->text->str, MIN(r->text->len, 600));
    char *valid = g_utf8_make_valid(begin, -1), *lower = g_utf8_strdown(valid, -1);
    const bool says = (machine || report_has(lower, REPORT_OURS)) &&
                      report_has(lower, REPORT_SENTENCES) && !is_passed_on(r) &&
                      !words_mine(valid) &&
                      (words_ask(lower) & (1u << RIGHT_OBJECT)) == 0;

    g_free(begin);
    g_free(valid);
    g_free(lower);
    return says;
}
