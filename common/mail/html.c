/*
 * HTML to lines of text, read by libxml2: what somebody sees, and the same with every
 * line that their mail program quotes marked as plain text marks it, so that quote.c is
 * the one place that knows what a quotation is.
 *
 * A document too deep or too broken for the library is read as far as it goes.
 */
#include "parts.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#define DEEP 300 /* elements within elements; the library stops before */

enum sort { SORT_PLAIN = 0, SORT_QUOTE, SORT_CUT, SORT_OUTER };

static const struct {
    const char *word;
    enum sort sort;
} programs[] = {
#define HTML_MARK(word, sort) {word, SORT_##sort},
#include "marks_html.inc"
#undef HTML_MARK
};

/* Outlook's line above a copied header has no name, but always this look. */
static const char *const outlook_lines[] = {
    "border-top:solid#e1e1e1", "border-top:solid#b5c4df", "border-top:1ptsolid#b5c4df",
    "border-top:1ptsolid#e1e1e1"};

static const char *const breaks[] = {
    "p",  "div",   "tr", "li",         "h1",      "h2",      "h3",     "h4",  "h5", "ul",
    "ol", "table", "hr", "blockquote", "section", "article", "center", "pre", "dd",
};
static const char *const unseen[] = {"script", "style",    "head",
                                     "title",  "noscript", "template"};

struct reading {
    struct html_text *ret;
    bool line_begun; /* something stands in the last line */
    bool cut;        /* nothing more is the writer's      */
};

static bool is_name(const xmlNode *node, const char *name)
{
    return g_ascii_strcasecmp((const char *)node->name, name) == 0;
}

static bool is_one_of(const xmlNode *node, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_name(node, names[i]))
            return true;
    return false;
}

#define IS_ONE_OF(node, list) is_one_of(node, list, sizeof(list) / sizeof((list)[0]))

/* The attribute in small letters, without blanks when packed; "" when there is none. */
static void attribute(const xmlNode *node, const char *name, bool packed, GString *ret)
{
    xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);

    g_string_truncate(ret, 0);
    for (const xmlChar *s = value; s != NULL && *s != '\0' && ret->len < 2000; s++)
        if (!packed || !g_ascii_isspace(*s))
            g_string_append_c(ret, g_ascii_tolower((char)*s));
    xmlFree(value);
}

static enum sort sort_of_names(const xmlNode *node, GString *value)
{
    static const char *const names[] = {"class", "id", "name", "data-marker"};
    enum sort sort = SORT_PLAIN;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && sort == SORT_PLAIN; i++) {
        attribute(node, names[i], false, value);
        if (value->len == 0)
            continue;
        for (size_t k = 0; k < sizeof(programs) / sizeof(programs[0]); k++) {
            const char *word = programs[k].word;

            if (word[0] == '=' ? strcmp(value->str, word + 1) == 0
                               : strstr(value->str, word) != NULL) {
                sort = programs[k].sort;
                break;
            }
        }
    }
    return sort;
}

static bool has_element(const xmlNode *node, const char *name, int deep)
{
    for (const xmlNode *c = node->children; c != NULL && deep < DEEP; c = c->next)
        if (c->type == XML_ELEMENT_NODE &&
            (is_name(c, name) || has_element(c, name, deep + 1)))
            return true;
    return false;
}

/* A blockquote without a line at its side is how Gmail and Outlook indent. */
static bool is_indent(GString *style)
{
    return strstr(style->str, "border:none") != NULL ||
           strstr(style->str, "border:0") != NULL;
}

static enum sort sort_of(const xmlNode *node)
{
    GString *value = g_string_new(NULL);
    enum sort sort = sort_of_names(node, value);

    if (sort == SORT_OUTER)
        sort = is_name(node, "blockquote") || !has_element(node, "blockquote", 0)
                   ? SORT_QUOTE
                   : SORT_PLAIN;
    attribute(node, "style", true, value);
    if (sort == SORT_PLAIN && is_name(node, "blockquote") && !is_indent(value))
        sort = SORT_QUOTE;
    if (sort == SORT_PLAIN && is_name(node, "hr") && strstr(value->str, "width:98%"))
        sort = SORT_CUT; /* Outlook on the web */
    for (size_t i = 0; i < sizeof(outlook_lines) / sizeof(outlook_lines[0]); i++)
        if (sort == SORT_PLAIN && strstr(value->str, outlook_lines[i]) != NULL)
            sort = SORT_CUT;
    g_string_free(value, TRUE);
    return sort;
}

/* Nobody sees it, so nobody says it. */
static bool is_hidden(const xmlNode *node)
{
    static const char *const looks[] = {"display:none",  "visibility:hidden",
                                        "mso-hide:all",  "font-size:0;",
                                        "font-size:0px", "opacity:0;"};
    GString *style;
    bool hidden;

    if (IS_ONE_OF(node, unseen) || xmlHasProp(node, (const xmlChar *)"hidden") != NULL)
        return true;
    style = g_string_new(NULL);
    attribute(node, "style", true, style);
    g_string_append_c(style, ';');
    hidden = false;
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
        hidden = hidden || strstr(style->str, looks[i]) != NULL;
    g_string_free(style, TRUE);
    return hidden;
}

static void break_add(struct reading *r)
{
    g_string_append_c(r->ret->own, '\n');
    g_string_append_c(r->ret->all, '\n');
    r->line_begun = false;
}

static void line_end(struct reading *r)
{
    if (r->line_begun)
        break_add(r);
}

static void cut_here(struct reading *r)
{
    line_end(r);
    g_string_append_c(r->ret->own, HTML_CUT);
    g_string_append_c(r->ret->own, '\n');
    r->cut = true;
}

static void text_take(struct reading *r, const char *s, bool quoted, bool pre)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '<' && strncmp(s, "<![", 3) == 0 && strchr(s, '>') != NULL) {
            s = strchr(s, '>'); /* a condition for old Outlooks */
            continue;
        }
        if (c == '\n' && pre) {
            line_end(r);
            continue;
        }
        if (c < 0x20 || c == 0x7f)
            c = ' ';
        if (!r->line_begun) {
            if (c == ' ')
                continue;
            if (quoted)
                g_string_append(r->ret->own, "> ");
            r->line_begun = true;
        }
        g_string_append_c(r->ret->own, (char)c);
        g_string_append_c(r->ret->all, (char)c);
    }
}

static void link_take(struct reading *r, const xmlNode *node)
{
    xmlChar *href = xmlGetNoNsProp(node, (const xmlChar *)"href");

    if (href != NULL) {
        g_string_append(r->ret->links, (const char *)href);
        g_string_append_c(r->ret->links, '\n');
    }
    xmlFree(href);
}

static void walk(struct reading *r, const xmlNode *node, bool quoted, bool pre, int deep);

static void element_take(struct reading *r, const xmlNode *node, bool quoted, bool pre,
                         int deep)
{
    const bool breaks_line = IS_ONE_OF(node, breaks);
    enum sort sort = SORT_PLAIN;

    if (is_name(node, "a"))
        link_take(r, node);
    if (is_hidden(node))
        return;
    if (!quoted && !r->cut)
        sort = sort_of(node);
    if (sort == SORT_CUT)
        cut_here(r);
    if (breaks_line || sort == SORT_QUOTE)
        line_end(r);
    if (is_name(node, "br"))
        break_add(r);
    walk(r, node->children, quoted || sort == SORT_QUOTE, pre || is_name(node, "pre"),
         deep + 1);
    if (breaks_line || sort == SORT_QUOTE)
        line_end(r);
    if (is_name(node, "td") || is_name(node, "th"))
        text_take(r, " ", quoted, pre);
    if (is_name(node, "p") && !quoted)
        break_add(r);
}

static void walk(struct reading *r, const xmlNode *node, bool quoted, bool pre, int deep)
{
    for (; node != NULL && deep < DEEP; node = node->next) {
        if (node->type == XML_ELEMENT_NODE)
            element_take(r, node, quoted, pre, deep);
        else if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
            text_take(r, (const char *)node->content, quoted, pre);
        else if (node->type == XML_COMMENT_NODE && !quoted && !r->cut &&
                 strstr((const char *)node->content, "originalMessage") != NULL)
            cut_here(r); /* Samsung */
    }
}

void html_read(const char *html, struct html_text *ret)
{
    const int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                        HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC;
    struct reading r = {.ret = ret};
    htmlParserCtxtPtr parser = htmlNewParserCtxt();
    htmlDocPtr doc;

    if (parser == NULL)
        return;
    doc = htmlCtxtReadMemory(parser, html, (int)strlen(html), NULL, "UTF-8", options);
    ret->stopped = doc == NULL || parser->disableSAX != 0;
    if (doc != NULL)
        walk(&r, xmlDocGetRootElement(doc), false, false, 0);
    xmlFreeDoc(doc);
    htmlFreeParserCtxt(parser);
}
