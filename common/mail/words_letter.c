/*
 * A letter word for word: cut into clauses and sentences, and each held against the rows
 * of words.inc. A clause is what a "not" turns round; a sentence is what '=' rows are.
 */
#include "words_letter.h"

#include "parts.h"
#include "words_rows.h"

#include <string.h>

#define BIT(right)         ((uint16_t)(1u << (right)))
#define ABBREVIATION_BYTES 4 /* "abs.", "art." */
#define SENTENCES          6 /* that '=' rows are held against, from the first        */
#define SENTENCE_MOST      8 /* words of such a sentence                             */

/* They turn a clause round, and begin the next. */
static const char *const negations[] = {
    "not", "never", "dont",   "didnt", "doesnt", "nicht",   "kein", "keine", "keinen",
    "nie", "pas",   "jamais", "no",    "nunca",  "non",     "mai",  "niet",  "geen",
    "nao", "inte",  "aldrig", "ikke",  "nie",    "without", "ohne", "sans",
};
static const char *const joints[] = {
    "and",  "but",  "und", "aber", "sondern", "et", "y",       "pero",
    "sino", "maar", "och", "men",  "og",      "ed", "because", "weil",
};

/* Bare words that stop a talk, or refuse an offer, as well as mail: "Stop: I made a
 * mistake", "No thanks, Saturday does not suit". What stands behind them tells. */
static const char *const talk[] = {
    "stop",  "stopp", "stoppen", "stopper", "stoppa", "halt", "alto",
    "basta", "stoj",  "стоп",    "pare",    "no",     "nein", "non",
    "nee",   "nao",   "nie",     "nej",     "nei",    "ne",   "nem",
    "nu",    "ei",    "hayir",   "нет",     "ні",     "οχι",  "arret",
};

#define TALK_MOST  3 /* words of such a sentence */
#define ORDER_MOST 4 /* before a colon           */

/* The words of a sentence, or of its part since the last comma, as '=' rows have them. */
struct sentence {
    size_t n;
    char all[SENTENCE_MOST * WORD_BYTES];
    char plain[SENTENCE_MOST * WORD_BYTES]; /* without polite ones */
};

struct letter {
    uint16_t asks;
    struct clause clause;
    size_t words;     /* all of them, polite ones aside */
    size_t sentences; /* done                           */
    struct sentence sentence, part;
    uint16_t said;         /* by the sentence, and its parts, as '=' rows have it */
    uint16_t ordered;      /* before a colon: of what comes behind it             */
    bool thing;            /* a clause of it speaks of an order and the like      */
    bool other;            /* of a mistake, a day that does not suit and the like */
    bool talks;            /* said is a bare word of a talk                       */
    uint16_t bare;         /* said by the sentence before, which was such a word  */
    bool colon;            /* behind it, that is                                  */
    char last[WORD_BYTES]; /* word of the sentence */
};

bool word_listed(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

static uint16_t object_doubted(uint16_t asks)
{
    return (asks & BIT(RIGHT_OBJECT)) != 0
               ? (uint16_t)((asks & ~BIT(RIGHT_OBJECT)) | BIT(RIGHT_UNCLASSIFIED))
               : asks;
}

static void clause_end(struct letter *l)
{
    const bool thing = clause_is_of_a_thing(&l->clause);

    if (l->clause.n > 0) { /* "Please cancel: the newspaper" */
        l->asks |= thing ? object_doubted(l->ordered) : l->ordered;
        l->ordered = 0;
    }
    l->thing = l->thing || (l->sentences < SENTENCES && thing);
    l->other = l->other || clause_is_of_other(&l->clause);
    l->asks |= rows_of_clause(&l->clause);
    l->clause.n = 0;
    l->clause.negated = false;
}

static void sentence_clear(struct sentence *s)
{
    s->n = 0;
    s->all[0] = s->plain[0] = '\0';
}

static void sentence_look(struct letter *l, struct sentence *s)
{
    const uint16_t said = s->all[0] != '\0' && l->sentences < SENTENCES
                              ? rows_of_sentence(s->all, s->plain)
                              : 0;

    if ((said & BIT(RIGHT_OBJECT)) != 0) {
        s->all[strcspn(s->all, " ")] = '\0';
        l->talks = s->n <= TALK_MOST && LISTED(s->all, talk);
    }
    l->said |= said;
    sentence_clear(s);
}

static void sentence_end(struct letter *l)
{
    const bool any = l->sentence.n > 0;

    l->last[0] = '\0';

    if (l->part.n == l->sentence.n) /* no comma: it is the same */
        sentence_clear(&l->part);
    sentence_look(l, &l->part);
    sentence_look(l, &l->sentence);
    if (!any)
        return;
    /* "Stop! I sent the wrong file." "Cancel: my order" */
    l->asks |= l->other || (l->colon && l->thing) ? object_doubted(l->bare) : l->bare;
    l->bare = 0;
    l->colon = false;
    /* "No thanks, the delivery on Monday is fine." */
    if (l->thing || (l->talks && l->other))
        l->said = object_doubted(l->said);
    if (l->talks)
        l->bare = l->said;
    else
        l->asks |= l->said;
    l->said = 0;
    l->thing = l->other = l->talks = false;
    l->sentences++;
}

static void join(char text[SENTENCE_MOST * WORD_BYTES], const char *word)
{
    const size_t bytes = SENTENCE_MOST * WORD_BYTES;

    g_strlcat(text, text[0] != '\0' ? " " : "", bytes);
    g_strlcat(text, word, bytes);
}

static void sentence_add(struct sentence *s, const char *word, bool counts)
{
    if (++s->n > SENTENCE_MOST) { /* no row is so long */
        s->all[0] = s->plain[0] = '\0';
        return;
    }
    join(s->all, word);
    if (counts)
        join(s->plain, word);
}

static void sentences_add(struct letter *l, const char *word)
{
    const bool counts = !word_is_polite(word) && !word_is_mine(word);

    if (strcmp(l->last, word) == 0) /* "stop stop stop" */
        return;
    g_strlcpy(l->last, word, sizeof(l->last));
    l->words += counts;
    sentence_add(&l->sentence, word, counts);
    sentence_add(&l->part, word, counts);
}

static void word_end(struct letter *l, GString *word)
{
    struct clause *c = &l->clause;

    if (word->len == 0)
        return;
    while (word->len >= WORD_BYTES)
        g_string_truncate(
            word,
            (gsize)(g_utf8_find_prev_char(word->str, word->str + word->len) - word->str));
    sentences_add(l, word->str);
    if (LISTED(word->str, joints)) {
        clause_end(l);
    } else {
        if (c->n == WORDS_MOST) { /* slides; what stood at its end is looked at */
            const bool negated = c->negated;

            clause_end(l);
            c->negated = negated;
        }
        g_strlcpy(c->word[c->n++], word->str, WORD_BYTES);
        c->negated = c->negated || LISTED(word->str, negations);
    }
    g_string_truncate(word, 0);
}

/* A few words before a colon, with all that they ask: it is said of what comes behind. */
static void order_end(struct letter *l)
{
    const uint16_t before = l->asks;
    const bool is_short = l->clause.n <= ORDER_MOST;

    clause_end(l);
    sentence_end(l);
    if (!is_short)
        return;
    l->ordered = (uint16_t)(l->asks & ~before);
    l->asks = before;
    l->colon = l->bare != 0;
}

/* "Art.17" and "example.com" go on. */
static bool ends_clause(gunichar c, gunichar next)
{
    if (c == '.')
        return !g_unichar_isalnum(next) && next != ' ';
    return c < 0x80 ? c != 0 && strchr(",;:!?()", (int)c) != NULL
                    : g_unichar_ispunct(c) && c != 0x2013 && c != 0x2014;
}

static void character_take(struct letter *l, GString *word, gunichar c, gunichar next)
{
    if (c == '\'')
        return;
    if (g_unichar_isalnum(c) || g_unichar_ismark(c))
        g_string_append_unichar(word, c);
    else if (c == '-' && word->len == 1 && word->str[0] == 'e')
        return; /* e-mail is email */
    else {
        /* "Please stop. My order ..."; but "art. 21" */
        const bool full_stop = c == '.' && next == ' ' && word->len > ABBREVIATION_BYTES;

        word_end(l, word);
        if (c == ':') {
            order_end(l);
            return;
        }
        if (full_stop || ends_clause(c, next))
            clause_end(l);
        if (c == ',')
            sentence_look(l, &l->part);
        else if (c == '\n' || ends_clause(c, next) ||
                 (c == '.' && !g_unichar_isalnum(next)))
            sentence_end(l);
    }
}

/* "S T O P" and "s.t.o.p" are one word: four single letters, or more. */
static void letters_join(char *text)
{
    char *out = text;

    for (char *s = text; *s != '\0';) {
        size_t n = 0, at = 0;

        if (s == text || !g_ascii_isalnum(s[-1]))
            while (g_ascii_isalpha(s[at]) && s[at + 1] != '\0' &&
                   strchr(" .-_*", s[at + 1]) != NULL && g_ascii_isalpha(s[at + 2])) {
                n++;
                at += 2;
            }
        if (n < 3 || g_ascii_isalnum(s[at + 1])) {
            *out++ = *s++;
            continue;
        }
        for (size_t i = 0; i <= at; i += 2)
            *out++ = s[i];
        s += at + 1;
    }
    *out = '\0';
}

/* An address is the word "email": "remove ann@example.org". What is none has its end
 * looked for once: "a@@@@..." may be a whole letter. */
static void addresses_name(char *text)
{
    static const char around[] = " \t\n<>,;:()[]\"";

    for (char *at = text; (at = strchr(at, '@')) != NULL; at++) {
        char *begin = at, *end = at;

        while (begin > text && strchr(around, begin[-1]) == NULL)
            begin--;
        while (*end != '\0' && strchr(around, *end) == NULL)
            end++;
        while (end > at && strchr(".!?", end[-1]) != NULL)
            end--;
        if (begin == at)
            continue;
        if (end - begin >= 6 && memchr(at, '.', (size_t)(end - at)) != NULL) {
            memset(begin, ' ', (size_t)(end - begin));
            memcpy(begin, "email", 5);
        }
        at = end - 1;
    }
}

uint16_t letter_asks(const char *text, size_t *ret_words)
{
    char *folded = text_fold(text), *flat = disguise_drop(folded);
    GString *word = g_string_new(NULL);
    struct letter letter = {0}, *const l = &letter;

    g_free(folded);
    letters_join(flat);
    addresses_name(flat);
    for (char *s = flat; *s != '\0'; s = g_utf8_next_char(s)) {
        const char *next = g_utf8_next_char(s);

        if (*s == '\n' && *next == '\n') { /* an empty line ends a clause */
            word_end(l, word);
            clause_end(l);
        }
        character_take(l, word, g_utf8_get_char(s), g_utf8_get_char(next));
    }
    word_end(l, word);
    clause_end(l);
    sentence_end(l);
    l->asks |= l->bare | l->ordered;
    for (char *s = flat; *s != '\0'; s++)
        if (*s == '\n')
            *s = ' ';
    l->asks |= rows_of_letters(flat);
    g_string_free(word, TRUE);
    g_free(flat);
    *ret_words = l->words;
    return l->asks;
}
