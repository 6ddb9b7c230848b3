#include "mail/words.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define WORDS_MOST   24 /* of one clause; of a longer one its end is looked at */
#define WORD_BYTES   40
#define GAP          3
#define LETTER_WORDS 4 /* of a letter that '=' rows are held against */

static const struct {
    enum right right;
    const char *phrase;
} table[] = {
#define W(right, language, phrase) {RIGHT_##right, phrase},
#include "words.inc"
#undef W
};

/* They turn a clause round, and begin the next. */
static const char *const negations[] = {
    "not", "never", "dont",   "didnt", "doesnt", "nicht",   "kein", "keine", "keinen",
    "nie", "pas",   "jamais", "no",    "nunca",  "non",     "mai",  "niet",  "geen",
    "nao", "inte",  "aldrig", "ikke",  "nie",    "without", "ohne", "sans",
};
static const char *const joints[] = {
    "and",  "but", "und", "aber", "sondern", "et", "y",       "pero", "sino",
    "maar", "och", "men", "og",   "ed",      "i",  "because", "weil",
};

struct clause {
    size_t n;
    char word[WORDS_MOST][WORD_BYTES];
    bool negated;
};

struct letter {
    uint16_t asks;
    struct clause clause;
    size_t n;
    char word[LETTER_WORDS][WORD_BYTES]; /* the first of the letter */
};

static bool listed(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

#define LISTED(word, list) listed(word, list, sizeof(list) / sizeof((list)[0]))

static bool stem_is(const char *stem, size_t len, const char *word)
{
    if (stem[len - 1] == '*')
        return strncmp(word, stem, len - 1) == 0;
    return strlen(word) == len && memcmp(word, stem, len) == 0;
}

/* Do the phrase's words stand in the clause from word i on, with small gaps? */
static bool stands_at(const char *phrase, const struct clause *c, size_t i)
{
    for (;;) {
        const size_t len = strcspn(phrase, " ");
        size_t k;

        phrase += len;
        if (*phrase == '\0')
            return true;
        phrase++;
        const size_t next = strcspn(phrase, " ");
        for (k = i + 1; k < c->n && k <= i + 1 + GAP; k++)
            if (stem_is(phrase, next, c->word[k]))
                break;
        if (k >= c->n || k > i + 1 + GAP)
            return false;
        i = k;
    }
}

static bool clause_has(const char *phrase, const struct clause *c)
{
    const size_t first = strcspn(phrase, " ");

    for (size_t i = 0; i < c->n; i++)
        if (stem_is(phrase, first, c->word[i]) && stands_at(phrase, c, i))
            return true;
    return false;
}

/* A "not" in doubt is silence for what stops something, and no request for the rest. */
static bool heeds_negation(enum right right)
{
    return right != RIGHT_OBJECT && right != RIGHT_WITHDRAW &&
           right != RIGHT_OPT_OUT_SALE;
}

static void clause_end(struct letter *l)
{
    struct clause *c = &l->clause;

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]) && c->n > 0; i++) {
        const char *phrase = table[i].phrase;

        if (phrase[0] == '=' || phrase[0] == '~' ||
            (c->negated && heeds_negation(table[i].right)))
            continue;
        if (clause_has(phrase, c))
            l->asks |= (uint16_t)(1u << table[i].right);
    }
    c->n = 0;
    c->negated = false;
}

static void word_end(struct letter *l, GString *word)
{
    struct clause *c = &l->clause;

    if (word->len == 0)
        return;
    if (word->len >= WORD_BYTES)
        g_string_truncate(word, WORD_BYTES - 1);
    if (l->n < LETTER_WORDS)
        g_strlcpy(l->word[l->n], word->str, WORD_BYTES);
    l->n++;
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
    default: return NULL;
    }
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
    const char *plain = plain_of(c);

    if (c == '\'' || c == 0x2019 || c == 0xad ||
        g_unichar_type(c) == G_UNICODE_NON_SPACING_MARK)
        return;
    if (plain != NULL)
        g_string_append(word, plain);
    else if (g_unichar_isalnum(c))
        g_string_append_unichar(word, c);
    else if (c == '-' && word->len == 1 && word->str[0] == 'e')
        return; /* e-mail is email */
    else {
        word_end(l, word);
        if (ends_clause(c, next))
            clause_end(l);
    }
}

static void whole_letter(struct letter *l)
{
    char all[LETTER_WORDS * (WORD_BYTES + 1)] = "";

    if (l->n == 0 || l->n > LETTER_WORDS)
        return;
    for (size_t i = 0; i < l->n; i++) {
        g_strlcat(all, i > 0 ? " " : "", sizeof(all));
        g_strlcat(all, l->word[i], sizeof(all));
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].phrase[0] == '=' && strcmp(table[i].phrase + 1, all) == 0)
            l->asks |= (uint16_t)(1u << table[i].right);
}

uint16_t words_ask(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    char *folded = g_utf8_casefold(valid, -1);
    char *flat = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL);
    GString *word = g_string_new(NULL);
    struct letter l = {0};

    for (char *s = flat; *s != '\0'; s = g_utf8_next_char(s)) {
        const char *next = g_utf8_next_char(s);

        if (*s == '\n' && *next == '\n') { /* an empty line ends a clause */
            word_end(&l, word);
            clause_end(&l);
        }
        character_take(&l, word, g_utf8_get_char(s), g_utf8_get_char(next));
    }
    word_end(&l, word);
    clause_end(&l);
    whole_letter(&l);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].phrase[0] == '~' && strstr(folded, table[i].phrase + 1) != NULL)
            l.asks |= (uint16_t)(1u << table[i].right);
    g_string_free(word, TRUE);
    g_free(flat);
    g_free(folded);
    g_free(valid);
    return l.asks;
}
