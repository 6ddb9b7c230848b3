/*
 * The header of a message as programs copy it into an answer: "From: ...", "Sent: ...",
 * in a language of the table, or in another one.
 */
#include "quote.h"

#include "marks.h"

#include <glib.h>
#include <string.h>

/* "9:00", "9.00", "9h00": two digits behind one of these, a digit before it. */
bool quote_has_time(const char *s)
{
    for (; *s != '\0'; s++)
        if (g_ascii_isdigit(s[0]) && s[1] != '\0' && strchr(":.h", s[1]) != NULL &&
            g_ascii_isdigit(s[2]) && g_ascii_isdigit(s[3]))
            return true;
    return false;
}

enum { ROLE_FROM = 1, ROLE_SENT = 2, ROLE_TO = 4, ROLE_SUBJECT = 8, ROLE_OTHER = 16 };

static const struct {
    enum mark mark;
    unsigned role;
} labels[] = {
    {MARK_FROM, ROLE_FROM},
    {MARK_SENT, ROLE_SENT},
    {MARK_TO, ROLE_TO},
    {MARK_SUBJECT, ROLE_SUBJECT},
};

/* "From: Ann", "*Von:* Ann". 0: no label at all; ROLE_OTHER: one that we do not know. */
static unsigned role_of(const char *line)
{
    const char *begin = line + strspn(line, "* ");
    const size_t len = strcspn(begin, ":");
    size_t end = len;
    unsigned roles = 0;

    if (begin[len] == '\0' || len == 0 || len > 40)
        return 0;
    while (end > 0 && strchr("* ", begin[end - 1]) != NULL)
        end--;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (marks_are(labels[i].mark, begin, end))
            roles |= labels[i].role;
    return roles != 0 ? roles : ROLE_OTHER;
}

/* Of the other labels in the same line: a program that forgot the line ends. */
static unsigned roles_inside(const char *line)
{
    unsigned roles = 0;

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (marks_label_in(labels[i].mark, line))
            roles |= labels[i].role;
    return roles;
}

static bool is_header(unsigned roles)
{
    const int n = __builtin_popcount(roles & (unsigned)~ROLE_OTHER);

    return (roles & ROLE_FROM) != 0 ? n >= 2 : n >= 3;
}

/* The beginning of a copied header, in a language of the table, or in another one: at
 * least three lines with labels, an address in the first two, and a time of day. */
bool quote_header_here(const struct lines *l, size_t i)
{
    unsigned roles = role_of(l->folded[i]);
    size_t others = 0, empty = 0;
    bool address = false, time = false;

    if (roles == 0)
        return false;
    if (roles != ROLE_OTHER && is_header(roles | roles_inside(l->folded[i])))
        return true;
    for (size_t k = i, seen = 0; k < l->n && seen < HEADER_LINES; k++) {
        const unsigned role = role_of(l->folded[k]);

        if (l->folded[k][0] == '\0') {
            if (++empty > 3)
                break;
            continue;
        }
        if (role == 0 && seen > 0) { /* the rest of a long line */
            seen++;
            if (empty > 0)
                break;
            continue;
        }
        empty = 0;
        roles |= role;
        others++;
        address = address || (seen < 2 && strchr(l->folded[k], '@') != NULL);
        time = time || quote_has_time(strchr(l->folded[k], ':') + 1);
        if (is_header(roles) || (others >= 3 && address && time))
            return true;
        seen++;
    }
    return false;
}
