/*
 * HTML to lines of text: enough to read what somebody wrote, and to leave out what their
 * mail program quotes. No parser: tags are skipped, a few of them break lines.
 */
#include "parts.h"

#include <string.h>

#define TAG_BYTES 512

/* Where mail programs begin to quote; what follows is not the writer's. */
static const char *const quote_marks[] = {
    "gmail_quote",          "yahoo_quoted",
    "protonmail_quote",     "divrplyfwdmsg",
    "appendonsend",         "moz-cite-prefix",
    "isforwardcontent",     "zmail_extra",
    "olk_src_body_section", "ms-outlook-mobile-reference-message",
    "tutanota_quote",
};

static const char *const breaks[] = {"br", "p",     "div", "tr",        "li",
                                     "h1", "h2",    "h3",  "h4",        "ul",
                                     "ol", "table", "hr",  "blockquote"};

static const struct {
    const char *name;
    const char *utf8;
} entities[] = {
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
    {"nbsp", " "},   {"auml", "ä"},   {"ouml", "ö"},   {"uuml", "ü"},   {"Auml", "Ä"},
    {"Ouml", "Ö"},   {"Uuml", "Ü"},   {"szlig", "ß"},  {"eacute", "é"}, {"egrave", "è"},
    {"ecirc", "ê"},  {"agrave", "à"}, {"aacute", "á"}, {"acirc", "â"},  {"ccedil", "ç"},
    {"iacute", "í"}, {"oacute", "ó"}, {"uacute", "ú"}, {"ntilde", "ñ"}, {"ugrave", "ù"},
    {"ograve", "ò"}, {"igrave", "ì"}, {"atilde", "ã"}, {"otilde", "õ"}, {"aring", "å"},
    {"aelig", "æ"},  {"oslash", "ø"}, {"Eacute", "É"}, {"ocirc", "ô"},  {"icirc", "î"},
    {"ucirc", "û"},  {"rsquo", "’"},  {"lsquo", "‘"},  {"ldquo", "“"},  {"rdquo", "”"},
    {"ndash", "–"},  {"mdash", "—"},  {"hellip", "…"}, {"shy", ""},
};

static size_t entity_add(GString *to, const char *s)
{
    const size_t len = strcspn(s + 1, ";& <\t\r\n");

    if (s[1 + len] != ';' || len == 0 || len > 10)
        return 0;
    if (s[1] == '#') {
        const bool hex = s[2] == 'x' || s[2] == 'X';
        const guint64 c = g_ascii_strtoull(s + (hex ? 3 : 2), NULL, hex ? 16 : 10);

        if (c >= 0x20 && c < 0x110000 && g_unichar_validate((gunichar)c))
            g_string_append_unichar(to, (gunichar)c);
        else
            g_string_append_c(to, ' ');
        return len + 2;
    }
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
        if (strlen(entities[i].name) == len &&
            strncmp(s + 1, entities[i].name, len) == 0) {
            g_string_append(to, entities[i].utf8);
            return len + 2;
        }
    return 0;
}

static bool tag_is(const char *tag, const char *name)
{
    const size_t n = strlen(name);

    return g_ascii_strncasecmp(tag, name, n) == 0 && !g_ascii_isalnum(tag[n]);
}

static bool is_break(const char *tag)
{
    for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++)
        if (tag_is(tag, breaks[i]))
            return true;
    return false;
}

static bool is_quote_mark(const char *tag)
{
    char *lower = g_ascii_strdown(tag, -1);
    bool found = false;

    for (size_t i = 0; i < sizeof(quote_marks) / sizeof(quote_marks[0]); i++)
        found = found || strstr(lower, quote_marks[i]) != NULL;
    g_free(lower);
    return found;
}

/* Past the end of what a style or script element holds. */
static const char *element_skip(const char *s, const char *name)
{
    for (; *s != '\0'; s++)
        if (s[0] == '<' && s[1] == '/' && tag_is(s + 2, name))
            return s;
    return s;
}

/* The tag after '<', cut, and the place behind its '>'. */
static const char *tag_read(const char *s, char tag[TAG_BYTES])
{
    char quote = 0;
    size_t n = 0;

    for (; *s != '\0' && (quote != 0 || *s != '>'); s++) {
        if (quote != 0 ? *s == quote : *s == '"' || *s == '\'')
            quote = quote != 0 ? 0 : *s;
        if (n + 1 < TAG_BYTES)
            tag[n++] = *s;
    }
    tag[n] = '\0';
    return *s == '>' ? s + 1 : s;
}

static const char *comment_skip(const char *s)
{
    const char *end = strstr(s, "-->");

    return end != NULL ? end + 3 : s + strlen(s);
}

struct reading {
    GString *out;
    int quoted; /* blockquotes that we are in */
    bool own;
};

/* *done: the rest is a quote. */
static const char *tag_take(struct reading *r, const char *s, bool *done)
{
    char tag[TAG_BYTES];
    const char *next = tag_read(s, tag);

    if (tag_is(tag, "style") || tag_is(tag, "script") || tag_is(tag, "head") ||
        tag_is(tag, "title"))
        return element_skip(next, tag_is(tag, "style")    ? "style"
                                  : tag_is(tag, "script") ? "script"
                                  : tag_is(tag, "head")   ? "head"
                                                          : "title");
    if (r->own && tag[0] != '/' && is_quote_mark(tag)) {
        *done = true;
        return next;
    }
    if (r->own && tag_is(tag, "blockquote"))
        r->quoted++;
    if (r->own && tag_is(tag, "/blockquote") && r->quoted > 0)
        r->quoted--;
    if (is_break(tag[0] == '/' ? tag + 1 : tag))
        g_string_append_c(r->out, '\n');
    return next;
}

char *html_text(const char *html, bool own)
{
    struct reading r = {.out = g_string_new(NULL), .own = own};
    bool done = false;

    for (const char *s = html; *s != '\0' && !done;) {
        size_t used;

        if (strncmp(s, "<!--", 4) == 0) {
            s = comment_skip(s);
        } else if (*s == '<' &&
                   (g_ascii_isalpha(s[1]) || s[1] == '/' || s[1] == '!' || s[1] == '?')) {
            s = tag_take(&r, s + 1, &done);
        } else if (r.quoted > 0) {
            s++;
        } else if (*s == '&' && (used = entity_add(r.out, s)) > 0) {
            s += used;
        } else {
            g_string_append_c(r.out, g_ascii_isspace(*s) ? ' ' : *s);
            s++;
        }
    }
    return g_string_free(r.out, FALSE);
}
