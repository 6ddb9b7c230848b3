#include "bounce.h"

#include "base/ascii.h"

#include <string.h>

#define WORDS_BYTES 4096 /* of an answer; the rest repeats it */

enum said {
    SAID_GONE = 1,
    SAID_KEPT = 2,
    SAID_SENDER = 4,
    SAID_NEVER = 8,
    SAID_LATE = 16,
    SAID_SURE = 32,
    SAID_SHUT = 64,
};

static const struct {
    enum said said;
    const char *phrase;
} phrases[] = {
#define W(said, phrase) {SAID_##said, phrase},
#include "bounce_words.inc"
#undef W
};

/* Links that are part of the answer: Gmail explains itself in one. */
static const struct {
    const char *part, *words;
} links[] = {
    {"nosuchuser", "no such user"},
    {"answer=6596", "no such user"},
    {"disableduser", "account disabled"},
    {"overquota", "over quota"},
    {"receivingrate", "receiving mail at a rate"},
    {"spamhaus", "spamhaus"},
};

/* What is sought in place of a word: itself, with @ for an address in it, and for a link
 * what it says. "from:<a@example.com>" is "from:@", and in text that has no blanks the
 * address ends where its letters do. */
static const char *word_as(char *word)
{
    char *at = strchr(word, '@'), *end = at;
    if (strstr(word, "://") == NULL) {
        if (at == NULL)
            return word;
        while (at > word && at[-1] != ':' && (unsigned char)at[-1] < 0x80)
            at--;
        while (*end != '\0' && (unsigned char)*end < 0x80)
            end++;
        *at = '@';
        memmove(at + 1, end, strlen(end) + 1);
        return word;
    }
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        if (strstr(word, links[i].part) != NULL)
            return links[i].words;
    }
    return "";
}

/* In lower case, one blank between words, and ’ as '. */
static void fold(const char *s, char ret[WORDS_BYTES])
{
    char word[256];
    size_t len = 0;
    while (*s != '\0') {
        size_t n = 0;
        s += strspn(s, " \t\r\n");
        while (*s != '\0' && strchr(" \t\r\n", *s) == NULL) {
            bool quote = strncmp(s, "\xe2\x80\x99", 3) == 0;
            if (n + 2 < sizeof word)
                word[n++] = quote ? '\'' : ascii_lower(*s);
            s += quote ? 3 : 1;
        }
        word[n] = '\0';
        const char *as = word_as(word);
        size_t more = strlen(as);
        if (more == 0)
            continue;
        if (len + more + 2 > WORDS_BYTES)
            break;
        if (len > 0)
            ret[len++] = ' ';
        memcpy(ret + len, as, more);
        len += more;
    }
    ret[len] = '\0';
}

/* Where the phrase begins a word; with a * before it anywhere. */
static bool has_phrase(const char *text, const char *phrase)
{
    if (phrase[0] == '*')
        return strstr(text, phrase + 1) != NULL;
    for (const char *s = text; (s = strstr(s, phrase)) != NULL; s++) {
        char before = s > text ? s[-1] : ' ';
        if (!(before >= 'a' && before <= 'z') && !(before >= '0' && before <= '9'))
            return true;
    }
    return false;
}

static unsigned said_in(const char *words, bool *rejected)
{
    char text[WORDS_BYTES];
    unsigned said = 0;
    fold(words, text);
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
        if ((said & phrases[i].said) == 0 && has_phrase(text, phrases[i].phrase))
            said |= phrases[i].said;
    }
    *rejected = strstr(text, "recipient address rejected") != NULL;
    return said;
}

static bool is_one_of(const char *status, const char *list)
{
    size_t n = strlen(status);
    for (const char *s = list; n > 0 && (s = strstr(s, status)) != NULL; s += n) {
        if (s[n] == ' ' && (s == list || s[-1] == ' '))
            return true;
    }
    return false;
}

enum bounce bounce_of(const char *status, const char *words)
{
    bool rejected;
    unsigned said = said_in(words, &rejected);
    bool named = is_one_of(status, "5.1.1 5.1.2 5.1.3 5.1.6 5.1.10 5.4.4 5.2.1 ");
    if (named && (said & SAID_SHUT) != 0)
        said |= SAID_SURE;
    bool says_gone = (said & (SAID_GONE | SAID_SURE)) != 0;
    /* A server that knew no such recipient would have said so before the message came:
     * this is a filter of somebody who exists. */
    bool filter = (said & SAID_LATE) != 0 && (said & SAID_SURE) == 0;
    enum bounce gone = filter ? BOUNCE_MAILBOX : BOUNCE_ADDRESS;
    if (status[0] == '4')
        return BOUNCE_MAILBOX;
    if ((said & SAID_NEVER) != 0)
        return BOUNCE_SENDER;
    if (named && says_gone)
        return gone;
    if (is_one_of(status, "5.4.1 ") && rejected)
        return BOUNCE_ADDRESS; /* Exchange Online's: not in the directory */
    if (is_one_of(status, "5.2.2 5.2.3 5.3.4 "))
        return BOUNCE_MAILBOX;
    if ((said & SAID_SENDER) != 0)
        return BOUNCE_SENDER;
    if ((said & (SAID_KEPT | SAID_SHUT)) != 0)
        return BOUNCE_MAILBOX;
    if ((said & SAID_SURE) == 0 &&
        (strncmp(status, "5.7.", 4) == 0 || strncmp(status, "5.6.", 4) == 0))
        return BOUNCE_SENDER;
    return named || says_gone ? gone : BOUNCE_UNCLEAR;
}

enum bounce bounce_told(const char *kind, const char *status, const char *words,
                        bool *confirmed)
{
    static const struct {
        const char *kind;
        enum bounce bounce;
    } kinds[] = {
        {"soft", BOUNCE_MAILBOX},      {"full", BOUNCE_MAILBOX},
        {"transient", BOUNCE_MAILBOX}, {"delayed", BOUNCE_MAILBOX},
        {"temporary", BOUNCE_MAILBOX}, {"deferred", BOUNCE_MAILBOX},
        {"sender", BOUNCE_SENDER},     {"block", BOUNCE_SENDER},
        {"blocked", BOUNCE_SENDER},    {"spam", BOUNCE_SENDER},
        {"policy", BOUNCE_SENDER},     {"unclear", BOUNCE_UNCLEAR},
    };
    if (strcmp(kind, "invalid") == 0)
        *confirmed = true;
    if (*confirmed)
        return BOUNCE_ADDRESS;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kind, kinds[i].kind) == 0)
            return kinds[i].bounce;
    }
    if (status[0] == '\0' && words[0] == '\0')
        return BOUNCE_ADDRESS;
    enum bounce said = bounce_of(status, words);
    *confirmed = said == BOUNCE_ADDRESS;
    return said;
}
