#include "mail/words.h"

#include "parts.h"
#include "words_letter.h"

#include <string.h>

/* They say nothing, and stand beside a "stop" in any letter. */
static const char *const polite[] = {
    "please",    "pls",         "plz",         "thanks",   "thank",       "you",
    "thx",       "hi",          "hello",       "dear",     "sir",         "madam",
    "kindly",    "now",         "immediately", "bitte",    "danke",       "vielen",
    "dank",      "hallo",       "sofort",      "merci",    "svp",         "stp",
    "sil",       "vous",        "plait",       "bonjour",  "por",         "favor",
    "gracias",   "hola",        "per",         "favore",   "grazie",      "buongiorno",
    "aub",       "alstublieft", "alsjeblieft", "graag",    "obrigado",    "obrigada",
    "ola",       "tack",        "hej",         "takk",     "hei",         "tak",
    "venligst",  "vennligst",   "kiitos",      "prosze",   "dziekuje",    "prosim",
    "dekuji",    "dakujem",     "kerem",       "koszonom", "va",          "rog",
    "multumesc", "molim",       "hvala",       "lutfen",   "tesekkurler", "paldies",
    "ludzu",     "aciu",        "prasau",      "palun",    "aitah",       "пожалуиста",
    "спасибо",   "прошу",       "дякую",       "παρακαλω", "ευχαριστω",   "sent",
};

/* Who writes of themselves is no newsletter, no company's footer and no mail server.
 * Words that are "me" in one language and something else in another may stand here: a
 * letter too many is a person's then, which costs nobody anything. */
static const char *const mine[] = {
    "me",   "my",    "i",     "im",   "mich", "mir",  "meine", "mein", "ich",
    "moi",  "je",    "jai",   "mon",  "mes",  "yo",   "mi",    "mis",  "io",
    "ik",   "mij",   "mijn",  "eu",   "meu",  "mig",  "jag",   "jeg",  "meg",
    "mina", "minut", "minua", "mnie", "moj",  "moje", "mne",   "mi",   "engem",
    "ma",   "mane",  "mani",  "mind", "меня", "мне",  "я",     "мене", "ме",
    "με",   "μου",   "beni",  "bana", "saya", "toi",  "אותי",  "אני",  "انا",
};

bool word_is_polite(const char *word)
{
    return LISTED(word, polite);
}

bool word_is_mine(const char *word)
{
    return LISTED(word, mine);
}

uint16_t words_ask(const char *text)
{
    size_t words;

    return letter_asks(text, &words);
}

/* The first sentence that is more than a greeting; *ret_words: of the whole letter. */
static uint16_t first_ask(const char *text, size_t *ret_words)
{
    uint16_t asks = 0;
    bool found = false;

    *ret_words = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, ".!?\n");
        uint16_t said;
        size_t words;
        char *sentence;

        while (text[len] == '.' && g_ascii_isalnum(text[len + 1])) /* "example.com" */
            len += 1 + strcspn(text + len + 1, ".!?\n");
        sentence = g_strndup(text, len);
        said = letter_asks(sentence, &words);
        g_free(sentence);
        *ret_words += words;
        if (!found && words > 0) {
            asks = said;
            found = true;
        }
        text += len + (text[len] != '\0');
    }
    return asks;
}

bool words_only(const char *text, size_t most)
{
    size_t words;

    return (first_ask(text, &words) & (1u << RIGHT_OBJECT)) != 0 && words <= most;
}

bool words_limit(const char *text)
{
    static const char *const rows[] = {
        "keep send",
        "keep getting",
        "keep receiving",
        "continue to send",
        "continue sending",
        "continue to get",
        "still want",
        "still like",
        "still wish",
        "newsletter is fine",
        "only the sale",
        "only sale",
        "nothing else",
        "weiterhin",
        "nur den verkauf",
        "nur der verkauf",
        "continuez",
        "continuer a",
        "uniquement la vente",
        "seulement la vente",
        "seguir recibiendo",
        "sigan enviando",
        "solo la venta",
        "continuare a ricevere",
        "solo la vendita",
        "blijven ontvangen",
        "alleen de verkoop",
        "continuar a receber",
        "apenas a venda",
        "fortsatt",
        "fortsaet",
        "bara forsaljning",
    };
    char *flat = text_fold(text);
    bool found = false;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        found = found || strstr(flat, rows[i]) != NULL;
    g_free(flat);
    return found;
}

/* A small "i" by itself is an article, in Italian. */
static void articles_blank(char *s)
{
    for (char *at = s; (at = strstr(at, " i ")) != NULL; at++)
        at[1] = ' ';
}

bool words_mine(const char *text)
{
    char *own = g_strdup(text), *flat;
    bool found = false;

    for (char *s = own; *s != '\0'; s++)
        *s = *s == '\n' ? ' ' : *s;
    articles_blank(own);
    flat = text_fold(own);
    g_free(own);
    for (char *s = flat; *s != '\0' && !found;) {
        size_t len = strcspn(s, " \n,;:.!?()-");
        const char after = s[len];

        s[len] = '\0';
        found = word_is_mine(s);
        s += len + (after != '\0');
    }
    g_free(flat);
    return found;
}

char *words_fold(const char *text)
{
    return text_fold(text); /* GLib's memory is malloc's */
}
