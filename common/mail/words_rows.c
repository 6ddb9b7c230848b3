/*
 * The rows of words.inc, words_keep.inc and words_things.inc against a clause, a
 * sentence, and a letter as it stands: words.inc says how a row is read.
 */
#include "words_rows.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>

#define GAP        3
#define TYPO_BYTES 9 /* shorter words are not taken for misspelled */

static const struct {
    enum right right;
    const char *phrase;
} table[] = {
#define W(right, language, phrase) {RIGHT_##right, phrase},
#include "words.inc"
#undef W
};

#define ROWS (sizeof(table) / sizeof(table[0]))

/* The rows that say what a clause is about; beside one another in it, without gaps. */
enum about {
    ABOUT_KEEP,
    ABOUT_THING,
    ABOUT_OTHER,
    ABOUT_BUT,
    ABOUT_MAIL,
    ABOUT_EXIT,
    ABOUT_FAULT
};

static const struct {
    enum about about;
    const char *phrase;
} abouts[] = {
#define KEEP(language, words)  {ABOUT_KEEP, words},
#define THING(language, words) {ABOUT_THING, words},
#define OTHER(language, words) {ABOUT_OTHER, words},
#define BUT(words)             {ABOUT_BUT, words},
#define MAIL(words)            {ABOUT_MAIL, words},
#define EXIT(language, words)  {ABOUT_EXIT, words},
#define FAULT(language, words) {ABOUT_FAULT, words},
#include "words_keep.inc"
#include "words_link.inc"
#include "words_things.inc"
#undef KEEP
#undef THING
#undef OTHER
#undef BUT
#undef MAIL
#undef EXIT
#undef FAULT
};

#define ABOUTS (sizeof(abouts) / sizeof(abouts[0]))

/* Most rows begin with a letter that no word of a clause begins with, and few sentences
 * are a row: so they are sorted once. What begins with '=' is found by its text, the rest
 * by the first byte, in every way that its first word may be written. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static GHashTable *sentences; /* of bits */
static GArray *begins[256];   /* of rows; NULL: none begins so */

static void begin_add(unsigned char byte, size_t row)
{
    if (begins[byte] == NULL)
        begins[byte] = g_array_new(FALSE, FALSE, sizeof(row));
    g_array_append_val(begins[byte], row);
}

static void sentence_add(const char *phrase, enum right right)
{
    const guint bits = GPOINTER_TO_UINT(g_hash_table_lookup(sentences, phrase));

    g_hash_table_insert(sentences, (char *)(uintptr_t)phrase,
                        GUINT_TO_POINTER(bits | 1u << right));
}

static void rows_sort(void)
{
    sentences = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < ROWS; i++) {
        const char *phrase = table[i].phrase;
        const size_t first = strcspn(phrase, " ");

        if (phrase[0] == '=')
            sentence_add(phrase + 1, table[i].right);
        else if (phrase[0] != '~')
            begin_add((unsigned char)phrase[phrase[0] == '%'], i);
        for (size_t k = 1; k < first && strchr("=~%", phrase[0]) == NULL; k++)
            if (phrase[k - 1] == '|')
                begin_add((unsigned char)phrase[k], i);
    }
}

/* One word of a row: "list", "unsub*", "remove|delete". */
static bool stem_is(const char *stem, size_t len, const char *word)
{
    const char *const end = stem + len;

    while (stem < end) {
        const char *bar = memchr(stem, '|', (size_t)(end - stem));
        const size_t n = (size_t)((bar != NULL ? bar : end) - stem);

        if (stem[n - 1] == '*' ? strncmp(word, stem, n - 1) == 0
                               : strncmp(word, stem, n) == 0 && word[n] == '\0')
            return true;
        stem += n + 1;
    }
    return false;
}

/* How many letters are wrong, missing, too many or changed over; 3 for many. Words are
 * bytes here: the misspelled ones of the table have no others. */
static int typos(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    unsigned char d[WORD_BYTES + 1][WORD_BYTES + 1];

    if (n > m + 2 || m > n + 2 || n >= WORD_BYTES || m >= WORD_BYTES)
        return 3;
    for (size_t i = 0; i <= n; i++)
        d[i][0] = (unsigned char)i;
    for (size_t k = 0; k <= m; k++)
        d[0][k] = (unsigned char)k;
    for (size_t i = 1; i <= n; i++)
        for (size_t k = 1; k <= m; k++) {
            int best = d[i - 1][k - 1] + (a[i - 1] != b[k - 1]);

            best = MIN(best, d[i - 1][k] + 1);
            best = MIN(best, d[i][k - 1] + 1);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                best = MIN(best, d[i - 2][k - 2] + 1);
            d[i][k] = (unsigned char)best;
        }
    return MIN(d[n][m], 3);
}

static bool is_misspelled(const char *phrase, const struct clause *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->word[i][0] == phrase[0] && strlen(c->word[i]) >= TYPO_BYTES &&
            typos(phrase, c->word[i]) <= 2)
            return true;
    return false;
}

/* Do the phrase's words stand in the clause from word i on, with small gaps? */
static bool stands_at(const char *phrase, const struct clause *c, size_t i, size_t gap)
{
    const size_t len = strcspn(phrase, " ");

    if (phrase[len] == '\0')
        return true;
    phrase += len + 1;
    for (size_t k = i + 1; k < c->n && k <= i + 1 + gap; k++)
        if (stem_is(phrase, strcspn(phrase, " "), c->word[k]) &&
            stands_at(phrase, c, k, gap))
            return true;
    return false;
}

static bool clause_has(const char *phrase, const struct clause *c, size_t gap)
{
    const size_t first = strcspn(phrase, " ");

    for (size_t i = 0; i < c->n; i++)
        if (stem_is(phrase, first, c->word[i]) && stands_at(phrase, c, i, gap))
            return true;
    return false;
}

/* A "not" in doubt is silence for what stops something, and no request for the rest. */
static bool heeds_negation(enum right right)
{
    return right != RIGHT_OBJECT && right != RIGHT_WITHDRAW &&
           right != RIGHT_OPT_OUT_SALE;
}

static bool clause_is(const struct clause *c, enum about about)
{
    for (size_t i = 0; i < ABOUTS; i++)
        if (abouts[i].about == about && abouts[i].phrase[0] != '~' &&
            clause_has(abouts[i].phrase, c, 0))
            return true;
    return false;
}

bool clause_is_of_a_thing(const struct clause *c)
{
    return clause_is(c, ABOUT_THING) && !clause_is(c, ABOUT_MAIL);
}

bool clause_is_of_other(const struct clause *c)
{
    return clause_is(c, ABOUT_OTHER) && !clause_is(c, ABOUT_BUT) &&
           !clause_is(c, ABOUT_MAIL);
}

/* Its stop word does not say stop: words_keep.inc, words_link.inc. */
static bool clause_keeps(const struct clause *c)
{
    return clause_is(c, ABOUT_KEEP) ||
           (clause_is(c, ABOUT_EXIT) && clause_is(c, ABOUT_FAULT));
}

static bool row_is_in(size_t row, const struct clause *c)
{
    const char *phrase = table[row].phrase;

    if (c->negated && heeds_negation(table[row].right))
        return false;
    return phrase[0] == '%' ? is_misspelled(phrase + 1, c) : clause_has(phrase, c, GAP);
}

uint16_t rows_of_clause(const struct clause *c)
{
    const uint16_t object = 1u << RIGHT_OBJECT;
    bool done[256] = {false};
    uint16_t asks = 0;

    pthread_once(&once, rows_sort);
    for (size_t i = 0; i < c->n; i++) {
        const unsigned char byte = (unsigned char)c->word[i][0];
        const GArray *rows = done[byte] ? NULL : begins[byte];

        done[byte] = true;
        for (guint k = 0; rows != NULL && k < rows->len; k++) {
            const size_t row = g_array_index(rows, size_t, k);

            if ((asks & (1u << table[row].right)) == 0 && row_is_in(row, c))
                asks |= (uint16_t)(1u << table[row].right);
        }
    }
    if ((asks & object) != 0 && (clause_keeps(c) || clause_is_of_a_thing(c)))
        asks = (uint16_t)((asks & ~object) | 1u << RIGHT_UNCLASSIFIED);
    return asks;
}

uint16_t rows_of_sentence(const char *all, const char *plain)
{
    pthread_once(&once, rows_sort);
    return (uint16_t)(GPOINTER_TO_UINT(g_hash_table_lookup(sentences, all)) |
                      GPOINTER_TO_UINT(g_hash_table_lookup(sentences, plain)));
}

static void letters_blank(char *text, const char *phrase)
{
    for (char *at; (at = strstr(text, phrase)) != NULL;)
        memset(at, ' ', strlen(phrase));
}

uint16_t rows_of_letters(char *flat)
{
    uint16_t asks = 0;

    for (size_t i = 0; i < ABOUTS; i++)
        if (abouts[i].about == ABOUT_KEEP && abouts[i].phrase[0] == '~' &&
            strstr(flat, abouts[i].phrase + 1) != NULL) {
            letters_blank(flat, abouts[i].phrase + 1);
            asks |= 1u << RIGHT_UNCLASSIFIED;
        }
    for (size_t i = 0; i < ROWS; i++)
        if (table[i].phrase[0] == '~' && strstr(flat, table[i].phrase + 1) != NULL)
            asks |= (uint16_t)(1u << table[i].right);
    return asks;
}
