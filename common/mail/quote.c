/*
 * What the writer of a letter quotes, and what their program, company or server puts
 * around it. What is quoted is ours, most often: its "unsubscribe" must decide nothing.
 *
 * A line is quoted by its '>' or bar, or belongs to the lead of such lines; or it begins
 * what is quoted without a mark: a lead alone, a divider, a copied header, the mark that
 * html.c makes of a program's own. From there on nothing is the writer's. Words below
 * lines with '>' are: people answer there, too.
 */
#include "quote.h"

#include "mail/words.h"
#include "marks.h"
#include "parts.h"

#include <string.h>

#define LEAD_LINES 3 /* over which a lead may be broken           */
#define LEAD_BYTES 500
#define RULE_LONG  20 /* so many '_' are a rule between two letters */

/* One blank for many, none outside, none before a colon. */
static void blanks_squeeze(char *s)
{
    char *out = s;

    for (const char *p = s; *p != '\0'; p++) {
        if (*p == ' ' && (out == s || out[-1] == ' ' || p[1] == '\0' || p[1] == ':'))
            continue;
        *out++ = *p;
    }
    while (out > s && out[-1] == ' ')
        out--;
    *out = '\0';
}

static void lines_make(const char *text, struct lines *l)
{
    l->own = false;
    l->raw = g_strsplit(text, "\n", -1);
    l->n = g_strv_length(l->raw);
    l->folded = g_new0(char *, l->n + 1);
    for (size_t i = 0; i < l->n; i++) {
        l->folded[i] = text_fold(l->raw[i]);
        blanks_squeeze(l->folded[i]);
    }
}

static void lines_done(struct lines *l)
{
    g_strfreev(l->raw);
    g_strfreev(l->folded);
}

/* GroupWise: ">>> Ann <ann@example.org> 3/6/2024 10:00 >>>", and no '>' below it. */
static bool is_groupwise(const char *line)
{
    return strncmp(line, ">>> ", 4) == 0 && g_str_has_suffix(line, " >>>");
}

/* "> text", "| text", and "AB> text" of programs that put initials before it. */
static bool is_quoted(const struct lines *l, size_t i)
{
    const char *s = l->raw[i] + strspn(l->raw[i], " \t");
    size_t letters = 0;

    if (is_groupwise(l->folded[i]))
        return false;
    if (l->folded[i][0] == '>' || (l->folded[i][0] == '|' && l->folded[i][1] != '|'))
        return true;
    while (letters < 5 && g_ascii_isupper(s[letters]))
        letters++;
    return letters > 0 && s[letters] == '>' &&
           (s[letters + 1] == ' ' || s[letters + 1] == '>' || s[letters + 1] == '\0');
}

/* The next line that is not empty; l->n: there is none. */
static size_t next_line(const struct lines *l, size_t i)
{
    while (i < l->n && l->folded[i][0] == '\0')
        i++;
    return i;
}

static bool quoted_follows(const struct lines *l, size_t i)
{
    i = next_line(l, i);
    return i < l->n && is_quoted(l, i);
}

/* --- the line above a quotation --- */

static bool has_digit(const char *s)
{
    return strpbrk(s, "0123456789") != NULL;
}

/* Does the line lead to a quotation? follows: one follows. */
static bool is_lead(const char *line, bool follows)
{
    const size_t len = strlen(line);
    const bool colon = len > 0 && line[len - 1] == ':';
    const bool address = strchr(line, '@') != NULL || strstr(line, "mailto:") != NULL;

    if (len < 4 || len > LEAD_BYTES)
        return false;
    if (colon && address && quote_has_time(line)) /* in any language */
        return true;
    if (colon && follows && (address || quote_has_time(line)))
        return true;
    if (colon && marks_in(MARK_LEAD, line))
        return address || has_digit(line) || follows;
    return follows && marks_end(MARK_LEAD, line);
}

/* Is one of the lines from i to end a lead by itself, with those between? */
static bool lead_ends(const struct lines *l, size_t i, size_t end, bool follows)
{
    char joined[LEAD_BYTES + 2];

    for (; i <= end; i++) {
        joined[0] = '\0';
        for (size_t k = i; k <= end; k++) {
            g_strlcat(joined, l->folded[k], sizeof(joined));
            g_strlcat(joined, k < end ? " " : "", sizeof(joined));
        }
        if (is_lead(joined, follows))
            return true;
    }
    return false;
}

/* Lines of the lead that begins here; 0: none does. *bare: what it leads to has no '>'.
 */
static size_t lead_lines(const struct lines *l, size_t i, bool *bare)
{
    char joined[LEAD_BYTES + 2] = "";

    for (size_t k = 0; k < LEAD_LINES && i + k < l->n; k++) {
        const char *line = l->folded[i + k];
        bool follows;

        if (line[0] == '\0' || is_quoted(l, i + k))
            break;
        follows = quoted_follows(l, i + k + 1);
        if (g_strlcat(joined, line, sizeof(joined)) >= sizeof(joined))
            break;
        if (is_lead(joined, follows)) {
            /* a word of the writer's may stand right above */
            if (k > 0 && !quote_has_time(l->folded[i]) &&
                lead_ends(l, i + 1, i + k, follows))
                return 0;
            *bare = !follows;
            return k + 1;
        }
        g_strlcat(joined, " ", sizeof(joined));
    }
    return 0;
}

/* --- dividers --- */

static size_t rule_span(const char *s)
{
    return strspn(s, "-_=*~+#<>[ ");
}

/* "---- Original message ----", "Begin forwarded message:", "---- On Friday Ann wrote
 * ----" */
static bool is_divider(const char *line)
{
    const size_t begin = rule_span(line);
    size_t end = strlen(line);
    char word[200];
    bool told;

    while (end > begin && strchr("-_=*~+#<>] :.", line[end - 1]) != NULL)
        end--;
    if (end == begin || end - begin >= sizeof(word))
        return false;
    if (is_groupwise(line))
        return true;
    memcpy(word, line + begin, end - begin);
    word[end - begin] = '\0';
    if (marks_are(MARK_DIVIDER, word, end - begin))
        return true;
    told = begin >= 2 && (line[0] == '-' || line[0] == '_' || line[0] == '=');
    return told && (marks_begin(MARK_DIVIDER, word) ||
                    (has_digit(word) && marks_end(MARK_LEAD, word)));
}

static bool is_rule(const char *line)
{
    const size_t n = strlen(line);

    return n >= RULE_LONG &&
           (strspn(line, "_") == n || strspn(line, "\xe2\x94\x80") == n);
}

/* --- what stands below --- */

static bool is_signature(const struct lines *l, size_t i)
{
    return strcmp(l->folded[i], "--") == 0 || strcmp(l->folded[i], "\xe2\x80\x94") == 0 ||
           strcmp(l->folded[i], "__") == 0;
}

static bool points_somewhere(const char *line)
{
    return strstr(line, "http") != NULL || strstr(line, "www.") != NULL ||
           strchr(line, '@') != NULL || strstr(line, "click") != NULL ||
           strstr(line, "klick") != NULL || strstr(line, "cliqu") != NULL ||
           strstr(line, "reply") != NULL;
}

/* Does a paragraph begin here that a company puts below its people's mail? One in which
 * somebody speaks of themselves is none. */
static bool is_clause(const struct lines *l, size_t i)
{
    char text[LEAD_BYTES * 4] = "", raw[LEAD_BYTES * 4] = "";

    if (i > 0 && l->folded[i - 1][strspn(l->folded[i - 1], "*_-= ")] != '\0')
        return false;
    for (; i < l->n && l->folded[i][0] != '\0'; i++) {
        g_strlcat(raw, " ", sizeof(raw));
        g_strlcat(raw, l->raw[i], sizeof(raw));
        g_strlcat(text, " ", sizeof(text));
        if (g_strlcat(text, l->folded[i], sizeof(text)) >= sizeof(text))
            break;
    }
    return marks_in(MARK_CLAUSE, text) && !words_mine(raw);
}

static bool is_notice(const struct lines *l, size_t i)
{
    const char *line = l->folded[i] + strspn(l->folded[i], "*_-= ");

    if (!l->own)
        return false;
    if (marks_begin(MARK_NOTICE, line) || is_clause(l, i))
        return true;
    return marks_begin(MARK_FOOT, line) &&
           (points_somewhere(line) ||
            (i + 1 < l->n && points_somewhere(l->folded[i + 1])));
}

/* Nothing from here on is the writer's. */
static bool cuts_here(const struct lines *l, size_t i)
{
    const char *line = l->folded[i];

    if (l->raw[i][0] == HTML_CUT || is_divider(line) || quote_header_here(l, i))
        return true;
    if (is_rule(line))
        return l->own || quote_header_here(l, next_line(l, i + 1));
    return is_signature(l, i) || is_notice(l, i);
}

/* Lines that a server put above: to the next empty one. */
static size_t banner_lines(const struct lines *l, size_t i)
{
    size_t n = 0;

    if (!marks_begin(MARK_BANNER, l->folded[i] + strspn(l->folded[i], "*_-= ")))
        return 0;
    while (i + n < l->n && l->folded[i + n][0] != '\0' && n < 8)
        n++;
    return n;
}

/* The first line with a '>' below a copied header, or whatever else is on top; l->n: what
 * is quoted has none. */
static size_t quoted_below(const struct lines *l, size_t i)
{
    for (size_t k = i + 1; k < l->n && k <= i + HEADER_LINES; k++)
        if (is_quoted(l, k))
            return k;
    return l->n;
}

/* "begin 644 name" to "end": a file in letters (uuencode). */
static size_t uuencoded_lines(const struct lines *l, size_t i)
{
    const char *line = l->raw[i];
    size_t n = 1;

    if (strncmp(line, "begin ", 6) != 0 || strspn(line + 6, "01234567") < 3)
        return 0;
    while (i + n < l->n && strcmp(l->folded[i + n], "end") != 0)
        n++;
    return i + n < l->n ? n + 1 : 0;
}

void quotes_drop(char *text)
{
    struct lines l;
    char *out = text;

    lines_make(text, &l);
    for (size_t i = 0; i < l.n && out - text <= MAIL_TEXT_BYTES; i++) {
        size_t banner, lead, len;
        bool bare = false;

        if (is_quoted(&l, i))
            continue;
        banner = banner_lines(&l, i) + uuencoded_lines(&l, i);
        lead = banner > 0 ? 0 : lead_lines(&l, i, &bare);
        if (banner > 0 || (lead > 0 && !bare)) {
            i += banner + lead - 1;
            continue;
        }
        if (lead > 0 || cuts_here(&l, i)) {
            const size_t quoted = l.own ? l.n : quoted_below(&l, i + lead);

            if (quoted == l.n)
                break;
            i = quoted - 1; /* somebody answers below */
            continue;
        }
        if (is_rule(l.folded[i]) || marks_begin(MARK_DEVICE, l.folded[i]))
            continue;
        l.own = l.own || l.folded[i][0] != '\0';
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
