/*
 * What the writer of plain text quotes, and what stands under their name: lines with '>',
 * the line that leads to them, everything below "Original Message" in whatever language,
 * signatures. What is quoted is ours, most often: its "unsubscribe" must decide nothing.
 */
#include "parts.h"

#include <string.h>

/* The line that leads to a quote ends with ':' and has one of these. */
static const char *const leads[] = {
    "wrote",      "writes",  "schrieb",  "écrit",      "escribió",
    "ha scritto", "schreef", "escreveu", "skrev",      "kirjoitti",
    "napisał",    "написал", "έγραψε",   "geschreven", "a écrit",
};

/* Everything below a line that begins with one of these is quoted. */
static const char *const cuts[] = {
    "-----original message",
    "----- original message",
    "-----ursprüngliche nachricht",
    "-----message d'origine",
    "-----message original",
    "-----mensaje original",
    "-----messaggio originale",
    "-----oorspronkelijk bericht",
    "-----mensagem original",
    "-----ursprungligt meddelande",
    "-----oprindelig meddelelse",
    "-------- original message",
    "-------- ursprüngliche nachricht",
    "-------- forwarded message",
    "---------- forwarded message",
    "-------- weitergeleitete nachricht",
    "-------- message transféré",
    "begin forwarded message",
    "anfang der weitergeleiteten nachricht",
    "---------- weitergeleitete nachricht",
    "---------- message transmis",
    "________________________________",
};

/* A block of header lines: Outlook quotes with nothing else to mark it. */
static const char *const froms[] = {"from:", "von:", "de :", "de:",     "da:",   "van:",
                                    "från:", "fra:", "od:",  "*from:*", "*von:*"};
static const char *const sents[] = {
    "sent:",       "gesendet:",  "envoyé :", "envoyé:", "enviado:", "enviado el:",
    "inviato:",    "verzonden:", "skickat:", "sendt:",  "date:",    "datum:",
    "enviada em:", "wysłano:",   "*sent:*",  "*date:*"};

static bool begins(const char *line, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(line, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

#define BEGINS(line, words) begins(line, words, sizeof(words) / sizeof((words)[0]))

static bool leads_to_quote(const char *line)
{
    const size_t len = strlen(line);

    if (len == 0 || len > 400 || line[len - 1] != ':')
        return false;
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
        if (strstr(line, leads[i]) != NULL)
            return true;
    return false;
}

struct lines {
    char **raw;    /* as they are                  */
    char **folded; /* lower case, without outer blanks */
    size_t n;
};

static void lines_make(const char *text, struct lines *l)
{
    l->raw = g_strsplit(text, "\n", -1);
    l->n = g_strv_length(l->raw);
    l->folded = g_new0(char *, l->n + 1);
    for (size_t i = 0; i < l->n; i++) {
        l->folded[i] = g_utf8_strdown(l->raw[i], -1);
        g_strstrip(l->folded[i]);
    }
}

static void lines_done(struct lines *l)
{
    g_strfreev(l->raw);
    g_strfreev(l->folded);
}

/* Does a quote with '>' follow, blank lines aside? */
static bool quoted_follows(const struct lines *l, size_t i)
{
    while (i < l->n && l->folded[i][0] == '\0')
        i++;
    return i < l->n && l->folded[i][0] == '>';
}

/* Lines of a lead, which may be broken over two or three; 0: none begins here. */
static size_t lead_lines(const struct lines *l, size_t i)
{
    char joined[600] = "";

    for (size_t k = 0; k < 3 && i + k < l->n && l->folded[i + k][0] != '\0' &&
                       l->folded[i + k][0] != '>';
         k++) {
        g_strlcat(joined, l->folded[i + k], sizeof(joined) - 2);
        if (leads_to_quote(joined) &&
            (strchr(joined, '@') != NULL || strpbrk(joined, "0123456789") != NULL ||
             quoted_follows(l, i + k + 1)))
            return k + 1;
        g_strlcat(joined, " ", sizeof(joined));
    }
    return 0;
}

static bool cuts_here(const struct lines *l, size_t i)
{
    if (BEGINS(l->folded[i], cuts))
        return true;
    if (strcmp(l->raw[i], "-- ") == 0 || strcmp(l->raw[i], "-- \r") == 0 ||
        (strcmp(l->folded[i], "--") == 0))
        return true; /* a signature */
    if (!BEGINS(l->folded[i], froms))
        return false;
    for (size_t k = i + 1; k < l->n && k < i + 4; k++)
        if (BEGINS(l->folded[k], sents))
            return true;
    return false;
}

void quotes_drop(char *text)
{
    struct lines l;
    char *out = text;

    lines_make(text, &l);
    for (size_t i = 0; i < l.n; i++) {
        const size_t lead = lead_lines(&l, i);
        size_t len;

        if (cuts_here(&l, i) || (lead > 0 && !quoted_follows(&l, i + lead)))
            break;
        if (lead > 0) {
            i += lead - 1;
            continue;
        }
        if (l.folded[i][0] == '>')
            continue;
        len = strlen(l.raw[i]);
        memcpy(out, l.raw[i], len); /* never ahead of what is still to be read */
        out += len;
        *out++ = '\n';
    }
    if (out > text)
        out--;
    *out = '\0';
    lines_done(&l);
}
