/*
 * Which channels do the words of a consent name? Words are compared without case and
 * without accents. What is said after a "not", "kein", "pas" up to the end of the
 * sentence or a "but" names nothing. Doubt falls to silence: a word that may mean
 * anything else is not in the table, and what is not named is not covered.
 */
#include "admit.h"

#include <string.h>

#define WORD_BYTES 24

enum words { WORD_WHOLE, WORD_START };

/* Sorted by channel, then language: en de fr es it nl pt sv da. */
static const struct {
    const char *word;
    enum words match;
    uint16_t channels;
} table[] = {
    {"email", WORD_START, CHANNEL_EMAIL},
    {"emil", WORD_WHOLE, CHANNEL_EMAIL},
    {"mail", WORD_WHOLE, CHANNEL_EMAIL | CHANNEL_POST},
    {"mails", WORD_WHOLE, CHANNEL_EMAIL},
    {"mailing", WORD_START, CHANNEL_EMAIL},
    {"newsletter", WORD_START, CHANNEL_EMAIL},
    {"courriel", WORD_START, CHANNEL_EMAIL},
    {"mel", WORD_WHOLE, CHANNEL_EMAIL},
    {"epost", WORD_START, CHANNEL_EMAIL},
    {"mejl", WORD_START, CHANNEL_EMAIL},
    {"post", WORD_WHOLE, CHANNEL_POST},
    {"postal", WORD_START, CHANNEL_POST},
    {"posten", WORD_WHOLE, CHANNEL_POST},
    {"postweg", WORD_WHOLE, CHANNEL_POST},
    {"briefpost", WORD_WHOLE, CHANNEL_POST},
    {"brief", WORD_WHOLE, CHANNEL_POST},
    {"briefe", WORD_WHOLE, CHANNEL_POST},
    {"postalisch", WORD_WHOLE, CHANNEL_POST},
    {"courrier", WORD_START, CHANNEL_POST},
    {"postale", WORD_WHOLE, CHANNEL_POST},
    {"correo", WORD_WHOLE, CHANNEL_POST},
    {"posta", WORD_WHOLE, CHANNEL_POST},
    {"correio", WORD_WHOLE, CHANNEL_POST},
    {"brev", WORD_WHOLE, CHANNEL_POST},
    {"phone", WORD_START, CHANNEL_PHONE},
    {"telephon", WORD_START, CHANNEL_PHONE},
    {"call", WORD_WHOLE, CHANNEL_PHONE},
    {"calls", WORD_WHOLE, CHANNEL_PHONE},
    {"telefon", WORD_START, CHANNEL_PHONE},
    {"anruf", WORD_START, CHANNEL_PHONE},
    {"anrufen", WORD_WHOLE, CHANNEL_PHONE},
    {"angerufen", WORD_WHOLE, CHANNEL_PHONE},
    {"appel", WORD_WHOLE, CHANNEL_PHONE},
    {"appels", WORD_WHOLE, CHANNEL_PHONE},
    {"appeler", WORD_WHOLE, CHANNEL_PHONE},
    {"llamada", WORD_START, CHANNEL_PHONE},
    {"llamar", WORD_START, CHANNEL_PHONE},
    {"chiamata", WORD_WHOLE, CHANNEL_PHONE},
    {"chiamate", WORD_WHOLE, CHANNEL_PHONE},
    {"chiamar", WORD_START, CHANNEL_PHONE},
    {"telefoon", WORD_START, CHANNEL_PHONE},
    {"bellen", WORD_WHOLE, CHANNEL_PHONE},
    {"gebeld", WORD_WHOLE, CHANNEL_PHONE},
    {"chamada", WORD_START, CHANNEL_PHONE},
    {"ligar", WORD_WHOLE, CHANNEL_PHONE},
    {"ringa", WORD_WHOLE, CHANNEL_PHONE},
    {"samtal", WORD_WHOLE, CHANNEL_PHONE},
    {"ringe", WORD_WHOLE, CHANNEL_PHONE},
    {"opkald", WORD_START, CHANNEL_PHONE},
    {"sms", WORD_START, CHANNEL_SMS},
    {"textos", WORD_WHOLE, CHANNEL_SMS},
    {"linkedin", WORD_WHOLE, CHANNEL_SOCIAL},
    {"facebook", WORD_WHOLE, CHANNEL_SOCIAL},
    {"instagram", WORD_WHOLE, CHANNEL_SOCIAL},
};

/* Two words that mean together what one of them does not; they take the first one's
 * meaning back. */
static const struct {
    const char *first, *second;
    enum words match;
    uint16_t channels;
} pairs[] = {
    {"text", "message", WORD_START, CHANNEL_SMS},
    {"text", "me", WORD_WHOLE, CHANNEL_SMS},
    {"by", "text", WORD_WHOLE, CHANNEL_SMS},
    {"via", "text", WORD_WHOLE, CHANNEL_SMS},
    {"social", "media", WORD_WHOLE, CHANNEL_SOCIAL},
    {"reseaux", "sociaux", WORD_WHOLE, CHANNEL_SOCIAL},
    {"redes", "socia", WORD_START, CHANNEL_SOCIAL},
    {"soziale", "", WORD_START, CHANNEL_SOCIAL},
    {"elektronische", "post", WORD_WHOLE, CHANNEL_EMAIL},
    {"elektronischer", "post", WORD_WHOLE, CHANNEL_EMAIL},
    {"posta", "elettronica", WORD_WHOLE, CHANNEL_EMAIL},
    {"correo", "electronico", WORD_WHOLE, CHANNEL_EMAIL},
    {"courrier", "electronique", WORD_WHOLE, CHANNEL_EMAIL},
    {"correio", "eletronico", WORD_WHOLE, CHANNEL_EMAIL},
    {"correio", "electronico", WORD_WHOLE, CHANNEL_EMAIL},
    {"blog", "post", WORD_START, 0},
    {"call", "for", WORD_WHOLE, 0},
    {"call", "to", WORD_WHOLE, 0},
};

static const char *const negations[] = {
    "not",    "no",      "never",  "dont",    "without", "nicht",  "kein",     "keine",
    "keinen", "ohne",    "nie",    "pas",     "sans",    "jamais", "sin",      "nunca",
    "non",    "senza",   "mai",    "niet",    "geen",    "nooit",  "zonder",   "nao",
    "sem",    "inte",    "aldrig", "utan",    "ikke",    "uden",   "except",   "ausser",
    "sauf",   "excepto", "tranne", "behalve", "exceto",  "utom",   "undtagen",
};

static const char *const turns[] = {
    "but",  "only", "aber", "sondern", "nur",  "mais", "seulement",
    "pero", "sino", "solo", "ma",      "maar", "mas",  "men",
};

/* Most differ in their first letter, and every statement of every event is compared with
 * two hundred. */
static bool same(const char *a, const char *b)
{
    return a[0] == b[0] && strcmp(a, b) == 0;
}

static bool matches(const char *word, const char *with, enum words match)
{
    if (match == WORD_WHOLE)
        return same(word, with);
    return (with[0] == word[0] || with[0] == '\0') &&
           strncmp(word, with, strlen(with)) == 0;
}

static bool listed(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (same(word, list[i]))
            return true;
    }
    return false;
}

#define LISTED(word, list) listed(word, list, sizeof(list) / sizeof((list)[0]))

static uint16_t single(const char *word)
{
    uint16_t found = 0;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (matches(word, table[i].word, table[i].match))
            found |= table[i].channels;
    }
    return found;
}

/* True when the two belong together; *ret is what they mean. */
static bool pair(const char *first, const char *second, uint16_t *ret)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (same(first, pairs[i].first) &&
            matches(second, pairs[i].second, pairs[i].match)) {
            *ret = pairs[i].channels;
            return true;
        }
    }
    return false;
}

/* The letters of U+00C0 to U+00FF without their accents; '*' is no letter. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo*ouuuuyts"
                            "aaaaaaaceeeeiiiidnooooo*ouuuuyty";

/* One character as a plain letter or digit; '-' for hyphens; ' ' for what parts words;
 * '.' for what parts sentences; 0: leave it out. */
static char plain(const unsigned char *s, size_t len, size_t *used)
{
    unsigned char c = s[0];
    *used = 1;
    if (c < 0x80) {
        if (c >= 'A' && c <= 'Z')
            return (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')
            return (char)c;
        if (c == '\'')
            return 0;
        return strchr(".;!?\n", c) != NULL ? '.' : ' ';
    }
    size_t more = c >= 0xf5 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc2 ? 1 : 0;
    while (*used <= more && *used < len && (s[*used] & 0xc0) == 0x80)
        ++*used;
    if (*used == 2 && c == 0xc3 && latin[s[1] - 0x80] != '*')
        return latin[s[1] - 0x80];
    if (*used == 2 && (c == 0xcc || (c == 0xcd && s[1] < 0xb0)))
        return 0; /* a combining accent */
    if (*used == 2 && c == 0xc2 && s[1] == 0xad)
        return 0; /* a soft hyphen */
    if (*used == 3 && c == 0xe2 && s[1] == 0x80)
        return s[2] == 0x99 ? 0 : s[2] >= 0x90 && s[2] <= 0x93 ? '-' : ' ';
    return ' ';
}

struct reading {
    char word[WORD_BYTES];
    size_t len;
    char last[WORD_BYTES]; /* the word before, "" where a sentence starts */
    uint16_t pending;      /* what it names, unless the next word changes that */
    bool negated;
    uint16_t found;
};

static void flush(struct reading *r)
{
    r->found |= r->pending;
    r->pending = 0;
}

static void end_word(struct reading *r)
{
    if (r->len == 0)
        return;
    r->word[r->len < WORD_BYTES ? r->len : WORD_BYTES - 1] = '\0';
    r->len = 0;
    uint16_t meaning;
    if (pair(r->last, r->word, &meaning))
        r->pending = 0;
    else
        meaning = single(r->word);
    flush(r);
    if (LISTED(r->word, turns))
        r->negated = false;
    r->negated = r->negated || LISTED(r->word, negations);
    r->pending = r->negated ? 0 : meaning;
    memcpy(r->last, r->word, sizeof(r->last));
}

uint16_t statement_channels(const char *text, size_t len)
{
    struct reading r = {0};
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < len;) {
        size_t used;
        char c = plain(&s[i], len - i, &used);
        i += used;
        if (c == 0)
            continue;
        if (c == '-' && r.len == 1 && r.word[0] == 'e')
            continue; /* e-mail is email */
        if (c == '-' || c == ' ' || c == '.') {
            end_word(&r);
            if (c == '.') {
                flush(&r);
                r.negated = false;
                r.last[0] = '\0';
            }
            continue;
        }
        if (r.len < WORD_BYTES - 1)
            r.word[r.len] = c;
        r.len++;
    }
    end_word(&r);
    flush(&r);
    return r.found;
}
