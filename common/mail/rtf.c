/*
 * Rich text (RTF 1.9) as lines: what somebody sees, without pictures, fonts and fields.
 * Outlook and some telephones send letters so. There is no library for it in Debian; what
 * is needed of the format is small: groups, characters by code page or by Unicode, and
 * the ends of lines. What is broken is read as far as it goes.
 */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#define GROUPS_DEEP 200
#define FONTS_MOST  256
#define WORD_BYTES  32

struct group {
    bool unseen; /* fonts, colours, pictures, names of the author */
    bool fonts;  /* it is the table of fonts                      */
    int page;    /* code page of its characters                   */
    int instead; /* characters that stand in for a \u one         */
};

struct rtf {
    const char *s, *end;
    GString *out;
    GString *bytes; /* characters of the code page, not read yet */
    int bytes_page;
    struct group deep[GROUPS_DEEP];
    size_t at; /* the group we are in                       */
    bool star; /* the next destination is of no use to us   */
    int skip;  /* so many characters are an old program's   */
    gunichar high;
    int font; /* whose entry of the table this is          */
    int font_page[FONTS_MOST];
    int page; /* of the document                           */
};

static struct group *group_of(struct rtf *r)
{
    return &r->deep[r->at];
}

static void bytes_end(struct rtf *r)
{
    char charset[24];
    char *text;

    if (r->bytes->len == 0)
        return;
    g_snprintf(charset, sizeof(charset), r->bytes_page == 65001 ? "utf-8" : "cp%d",
               r->bytes_page);
    text = text_decode(r->bytes->str, r->bytes->len, charset);
    g_string_append(r->out, text);
    g_free(text);
    g_string_truncate(r->bytes, 0);
}

/* Is the next character one that somebody sees? */
static bool is_seen(struct rtf *r)
{
    if (r->skip > 0) {
        r->skip--;
        return false;
    }
    return !group_of(r)->unseen;
}

static void byte_add(struct rtf *r, char c)
{
    if (!is_seen(r))
        return;
    if (r->bytes_page != group_of(r)->page)
        bytes_end(r);
    r->bytes_page = group_of(r)->page;
    g_string_append_c(r->bytes, c);
}

static void text_add(struct rtf *r, const char *text)
{
    if (group_of(r)->unseen)
        return;
    bytes_end(r);
    g_string_append(r->out, text);
}

/* A UTF-16 unit, negative above 32767. */
static void unit_add(struct rtf *r, int value)
{
    gunichar c = (gunichar)value & 0xffff;

    r->skip = group_of(r)->instead;
    if (group_of(r)->unseen)
        return;
    bytes_end(r);
    if (c >= 0xd800 && c < 0xdc00) {
        r->high = c;
        return;
    }
    if (c >= 0xdc00 && c < 0xe000)
        c = r->high != 0 ? 0x10000 + ((r->high - 0xd800) << 10) + (c - 0xdc00) : 0xfffd;
    r->high = 0;
    if (c != 0)
        g_string_append_unichar(r->out, c);
}

static int page_of_charset(int charset)
{
    static const int pages[][2] = {{77, 10000}, {128, 932},  {129, 949},  {134, 936},
                                   {136, 950},  {161, 1253}, {162, 1254}, {163, 1258},
                                   {177, 1255}, {178, 1256}, {186, 1257}, {204, 1251},
                                   {222, 874},  {238, 1250}, {0, 1252}};

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (pages[i][0] == charset)
            return pages[i][1];
    return 0;
}

static void font_take(struct rtf *r, int font)
{
    if (font < 0 || font >= FONTS_MOST)
        return;
    if (group_of(r)->fonts)
        r->font = font;
    else
        group_of(r)->page = r->font_page[font] != 0 ? r->font_page[font] : r->page;
}

/* A control word that is a character, or ends a line. NULL: it is none. */
static const char *text_of(const char *word)
{
    static const char *const words[][2] = {
        {"par", "\n"},    {"line", "\n"},      {"row", "\n"},       {"sect", "\n"},
        {"page", "\n"},   {"tab", " "},        {"cell", " "},       {"emspace", " "},
        {"enspace", " "}, {"emdash", "-"},     {"endash", "-"},     {"lquote", "'"},
        {"rquote", "'"},  {"ldblquote", "\""}, {"rdblquote", "\""}, {"bullet", "*"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i][0], word) == 0)
            return words[i][1];
    return NULL;
}

/* Groups whose text is no letter's; so is every one after "\*". */
static bool is_unseen(const char *word)
{
    static const char *const words[] = {
        "fonttbl", "colortbl", "stylesheet", "info",      "pict",    "object",
        "header",  "footer",   "headerl",    "headerr",   "headerf", "footerl",
        "footerr", "footerf",  "listtable",  "themedata", "filetbl", "revtbl"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static void word_take(struct rtf *r, const char *word, bool has_value, int value)
{
    struct group *g = group_of(r);

    if (r->star || is_unseen(word)) {
        g->unseen = true;
        g->fonts = g->fonts || strcmp(word, "fonttbl") == 0;
    } else if (strcmp(word, "u") == 0) {
        unit_add(r, value);
    } else if (strcmp(word, "uc") == 0) {
        g->instead = has_value && value >= 0 && value < 100 ? value : 1;
    } else if (strcmp(word, "ansicpg") == 0 && value > 0) {
        r->page = g->page = value;
    } else if (strcmp(word, "f") == 0) {
        font_take(r, value);
    } else if (strcmp(word, "fcharset") == 0 && g->fonts) {
        r->font_page[r->font] = page_of_charset(value);
    } else if (strcmp(word, "plain") == 0) {
        g->page = r->page;
    } else if (strcmp(word, "v") == 0) {
        g->unseen = !has_value || value != 0; /* hidden text */
    } else if (strcmp(word, "bin") == 0 && value > 0) {
        r->s += MIN((gssize)value, r->end - r->s);
    } else if (text_of(word) != NULL) {
        text_add(r, text_of(word));
    }
    r->star = false;
}

/* After a backslash. */
static void control_read(struct rtf *r)
{
    char word[WORD_BYTES];
    size_t n = 0;
    long value = 0;
    bool has_value, minus;

    if (r->s == r->end)
        return;
    if (!g_ascii_isalpha(*r->s)) {
        const char c = *r->s++;
        char byte;

        if (c == '\'' && r->end - r->s >= 2 && hex_byte(r->s, &byte)) {
            byte_add(r, byte);
            r->s += 2;
        } else if (c == '*') {
            r->star = true;
        } else if (c == '\n' || c == '\r') {
            text_add(r, "\n");
        } else if (strchr("\\{}", c) != NULL) {
            byte_add(r, c);
        } else if (c == '~' || c == '_') {
            text_add(r, c == '~' ? " " : "-");
        }
        return;
    }
    for (; r->s < r->end && g_ascii_isalpha(*r->s); r->s++)
        if (n + 1 < sizeof(word))
            word[n++] = *r->s;
    word[n] = '\0';
    minus = r->s < r->end && *r->s == '-';
    r->s += minus;
    has_value = r->s < r->end && g_ascii_isdigit(*r->s);
    for (; r->s < r->end && g_ascii_isdigit(*r->s); r->s++)
        value = value < 100000000 ? value * 10 + (*r->s - '0') : value;
    if (r->s < r->end && *r->s == ' ')
        r->s++;
    word_take(r, word, has_value, (int)(minus ? -value : value));
}

bool rtf_is(const char *data, size_t len)
{
    return len >= 5 && memcmp(data, "{\\rtf", 5) == 0;
}

bool rtf_read(const char *data, size_t len, GString *ret)
{
    struct rtf *r = g_new0(struct rtf, 1);
    bool whole = true;

    r->s = data;
    r->end = data + len;
    r->out = ret;
    r->bytes = g_string_new(NULL);
    r->page = 1252;
    r->deep[0] = (struct group){.page = 1252, .instead = 1};
    while (r->s < r->end && whole) {
        const char c = *r->s++;

        if (c == '{' || c == '}') {
            r->skip = 0;
            r->star = false;
        }
        if (c == '{') {
            whole = r->at + 1 < GROUPS_DEEP;
            if (whole) {
                r->deep[r->at + 1] = r->deep[r->at];
                r->at++;
            }
        } else if (c == '}') {
            r->at -= r->at > 0;
        } else if (c == '\\') {
            control_read(r);
        } else if (c != '\r' && c != '\n' && c != '\0') {
            byte_add(r, c);
        }
    }
    bytes_end(r);
    g_string_free(r->bytes, TRUE);
    g_free(r);
    return whole;
}
