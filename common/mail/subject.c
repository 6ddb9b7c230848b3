/*
 * Whose words is a subject? That of an answer is ours, whatever program wrote "Re:" or
 * "回复:" before it, and whatever a server wrote before that. Only when nothing but a
 * stop word stands there it is the writer's: we call no message "unsubscribe".
 */
#include "mail/words.h"
#include "marks.h"
#include "parts.h"

#include <string.h>

#define PREFIX_BYTES 40

/* A word of the writer's own is nothing to pass over: "STOP: no more", "[unsubscribe]".
 */
static bool asks(const char *s, size_t len)
{
    char word[PREFIX_BYTES + 1];

    if (len > PREFIX_BYTES)
        return true;
    memcpy(word, s, len);
    word[len] = '\0';
    return words_ask(word) != 0;
}

/* Past one "Re:", "RE[2]:", "Antwort (3) :"; NULL: there is none. any: a short word that
 * asks for nothing will do. */
static const char *prefix_skip(const char *s, enum mark mark, bool any)
{
    const size_t len = strcspn(s, ":");
    size_t end = len;

    if (s[len] != ':' || len == 0 || len > PREFIX_BYTES)
        return NULL;
    while (end > 0 && strchr("0123456789[]()^*. ", s[end - 1]) != NULL)
        end--; /* how often it was answered */
    if (marks_are(mark, s, end) ||
        (any && end > 0 && end <= 24 && memchr(s, ' ', end) == NULL && !asks(s, end)))
        return s + len + 1;
    return NULL;
}

/* "[EXTERNAL]", "(ext)", "*EXT*", "EXTERNAL:" */
static const char *tag_skip(const char *s)
{
    static const struct {
        const char *open, *close;
    } pairs[] = {
        {"[", "]"}, {"(", ")"}, {"*", "*"}, {"{", "}"}, {"\xe3\x80\x90", "\xe3\x80\x91"}};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const size_t n = strlen(pairs[i].open);
        const char *end =
            strncmp(s, pairs[i].open, n) == 0 ? strstr(s + n, pairs[i].close) : NULL;

        if (end != NULL && (marks_are(MARK_TAG, s + n, (size_t)(end - s) - n) ||
                            !asks(s + n, (size_t)(end - s) - n)))
            return end + strlen(pairs[i].close);
    }
    return prefix_skip(s, MARK_TAG, false);
}

/* Past all of them. *reply: one of them is an answer's. */
static const char *skip_all(const char *s, bool any, bool *reply)
{
    *reply = false;
    for (int i = 0; i < 12; i++) {
        const char *next;

        s += strspn(s, " \t-:");
        if ((next = prefix_skip(s, MARK_REPLY, any)) != NULL)
            *reply = true;
        else if ((next = tag_skip(s)) == NULL)
            break;
        s = next;
    }
    return s;
}

bool subject_answers(const char *folded)
{
    bool reply;

    skip_all(folded, false, &reply);
    return reply;
}

uint16_t subject_ask(const char *subject, bool answers, bool alone, bool *only)
{
    char *folded = text_fold(subject);
    bool reply;
    const char *rest = skip_all(folded, answers, &reply);
    uint16_t found;

    *only = (!reply || alone) && words_only(rest, 1);
    found = !reply || *only ? words_ask(rest) : 0;
    g_free(folded);
    return found;
}
