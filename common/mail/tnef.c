/*
 * winmail.dat (MS-OXTNEF): a letter that Outlook wrapped in a format of its own. Of all
 * that it may hold only the body is read: as text, as HTML, or as compressed rich text
 * (MS-OXRTFCP). The libraries for it unpack files, too, and have a long history of faults
 * of memory; what is needed here is small. Every read asks a cursor that knows its end.
 */
#include "parts.h"

#include <string.h>

#define SIGNATURE   0x223e9f78u
#define ATT_BODY    0x0002800cu
#define ATT_PROPS   0x00069003u
#define ATT_PAGE    0x00069007u
#define PROPS_MOST  2000
#define VALUES_MOST 1000
#define DICT_BYTES  4096
#define RICH_BYTES  (1024 * 1024) /* of rich text, unpacked */

/* Types of properties (MS-OXCDATA, 2.11.1). */
enum {
    PT_LONG = 0x0003,
    PT_OBJECT = 0x000d,
    PT_STRING8 = 0x001e,
    PT_UNICODE = 0x001f,
    PT_BINARY = 0x0102,
    PT_MANY = 0x1000
};

/* Properties that are read. */
enum {
    PR_BODY = 0x1000,
    PR_RTF_COMPRESSED = 0x1009,
    PR_HTML = 0x1013,
    PR_INTERNET_CPID = 0x3fde
};

struct bytes {
    const unsigned char *s;
    size_t n;
};

struct value {
    struct bytes bytes;
    bool unicode;
};

struct tnef {
    struct value body, html, rtf;
    uint32_t page, html_page; /* code pages; 0: not said */
};

/* --- the cursor --- */

static bool take(struct bytes *from, size_t n, struct bytes *ret)
{
    if (n > from->n)
        return false;
    *ret = (struct bytes){from->s, n};
    from->s += n;
    from->n -= n;
    return true;
}

static bool take_number(struct bytes *from, size_t n, uint32_t *ret)
{
    struct bytes b;

    if (!take(from, n, &b))
        return false;
    *ret = 0;
    while (n-- > 0)
        *ret = *ret << 8 | b.s[n];
    return true;
}

/* A number of bytes, and the bytes, up to a multiple of four. */
static bool take_sized(struct bytes *from, struct bytes *ret)
{
    struct bytes pad;
    uint32_t n;

    return take_number(from, 4, &n) && take(from, n, ret) &&
           take(from, MIN((4 - n % 4) % 4, from->n), &pad);
}

/* --- properties --- */

static size_t fixed_size(uint32_t type)
{
    switch (type) {
    case 0x0002: /* short, boolean, error, float: all in four bytes */
    case 0x0003:
    case 0x0004:
    case 0x000a:
    case 0x000b: return 4;
    case 0x0005: /* double, currency, times, 64 bits */
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040: return 8;
    case 0x0048: return 16; /* GUID */
    default: return 0;
    }
}

static bool is_sized(uint32_t type)
{
    return type == PT_STRING8 || type == PT_UNICODE || type == PT_BINARY ||
           type == PT_OBJECT;
}

/* The name of a property that has no number of its own. */
static bool pass_name(struct bytes *from)
{
    struct bytes skipped;
    uint32_t kind;

    if (!take(from, 16, &skipped) || !take_number(from, 4, &kind))
        return false;
    return kind == 0 ? take(from, 4, &skipped) : take_sized(from, &skipped);
}

static void value_keep(struct tnef *t, uint32_t id, uint32_t type, struct bytes value)
{
    const struct value v = {value, type == PT_UNICODE};

    if (id == PR_BODY && (type == PT_STRING8 || type == PT_UNICODE))
        t->body = v;
    else if (id == PR_HTML && type != PT_OBJECT)
        t->html = v;
    else if (id == PR_RTF_COMPRESSED && type == PT_BINARY)
        t->rtf = v;
}

static bool take_property(struct bytes *from, struct tnef *t)
{
    uint32_t type, id, values = 1;

    if (!take_number(from, 2, &type) || !take_number(from, 2, &id) ||
        (id >= 0x8000 && !pass_name(from)))
        return false;
    const uint32_t of = type & ~(uint32_t)PT_MANY;
    const size_t fixed = fixed_size(of);
    if ((is_sized(of) || type != of) && !take_number(from, 4, &values))
        return false;
    if ((fixed == 0 && !is_sized(of)) || values > VALUES_MOST)
        return false;
    for (uint32_t i = 0; i < values; i++) {
        struct bytes value;

        if (fixed > 0 ? !take(from, fixed, &value) : !take_sized(from, &value))
            return false;
        if (id == PR_INTERNET_CPID && type == PT_LONG)
            take_number(&value, 4, &t->html_page);
        else if (i == 0 && fixed == 0)
            value_keep(t, id, of, value);
    }
    return true;
}

static void properties_read(struct bytes from, struct tnef *t)
{
    uint32_t n;

    if (!take_number(&from, 4, &n))
        return;
    for (uint32_t i = 0; i < MIN(n, PROPS_MOST) && take_property(&from, t); i++) {
    }
}

/* Those of the message; what is broken is read as far as it goes. */
static void attributes_read(struct bytes from, struct tnef *t)
{
    struct bytes data, sum;
    uint32_t level, id, n;

    while (take_number(&from, 1, &level) && level == 1 && take_number(&from, 4, &id) &&
           take_number(&from, 4, &n) && take(&from, n, &data)) {
        if (id == ATT_PAGE)
            take_number(&data, 4, &t->page);
        else if (id == ATT_BODY)
            t->body = (struct value){data, false};
        else if (id == ATT_PROPS)
            properties_read(data, t);
        if (!take(&from, 2, &sum))
            return;
    }
}

/* --- compressed rich text --- */

/* What the dictionary holds at the beginning. */
static const char dictionary[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss "
    "\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
    "{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

G_STATIC_ASSERT(sizeof(dictionary) - 1 == 207);

struct unpack {
    char dict[DICT_BYTES];
    size_t at;
    GString *out;
};

static void put(struct unpack *u, char c)
{
    u->dict[u->at++ % DICT_BYTES] = c;
    g_string_append_c(u->out, c);
}

/* A run that stands in the dictionary: twelve bits where, four how long. False: the end.
 */
static bool put_run(struct unpack *u, const unsigned char *s)
{
    const size_t from = (size_t)(s[0] << 4 | s[1] >> 4), n = (size_t)(s[1] & 15) + 2;

    if (from == u->at % DICT_BYTES)
        return false;
    for (size_t i = 0; i < n; i++)
        put(u, u->dict[(from + i) % DICT_BYTES]);
    return true;
}

static void unpack(struct bytes from, GString *out)
{
    struct unpack u = {.at = sizeof(dictionary) - 1, .out = out};
    struct bytes run;
    uint32_t control;

    memcpy(u.dict, dictionary, sizeof(dictionary) - 1);
    while (take_number(&from, 1, &control))
        for (int bit = 0; bit < 8; bit++) {
            if (!take(&from, (control >> bit & 1) + 1, &run) || out->len >= RICH_BYTES)
                return;
            if (run.n == 1)
                put(&u, (char)run.s[0]);
            else if (!put_run(&u, run.s))
                return;
        }
}

/* The rich text, "" where there is none; to be let go. */
static GString *rich_of(struct bytes from)
{
    GString *out = g_string_new(NULL);
    uint32_t size, raw, how, crc;

    if (!take_number(&from, 4, &size) || !take_number(&from, 4, &raw) ||
        !take_number(&from, 4, &how) || !take_number(&from, 4, &crc))
        return out;
    if (how == 0x75465a4c) /* "LZFu" */
        unpack(from, out);
    else if (how == 0x414c454d) /* "MELA": it is not compressed */
        g_string_append_len(out, (const char *)from.s, (gssize)MIN(from.n, RICH_BYTES));
    return out;
}

/* --- the text --- */

/* g_free it. */
static char *text_of(const struct value *v, uint32_t page)
{
    char charset[24] = "";
    const char *s = (const char *)v->bytes.s;
    size_t n = v->bytes.n;

    if (page == 65001)
        g_strlcpy(charset, "utf-8", sizeof(charset));
    else if (page != 0)
        g_snprintf(charset, sizeof(charset), "cp%u", page);
    if (n == 0)
        return g_strdup("");
    if (v->unicode) {
        char *text = g_convert_with_fallback(s, (gssize)(n & ~(size_t)1), "UTF-8",
                                             "UTF-16LE", "?", NULL, NULL, NULL);

        return text != NULL ? text : g_strdup("");
    }
    while (n > 0 && s[n - 1] == '\0')
        n--;
    return text_decode(s, n, charset[0] != '\0' ? charset : NULL);
}

static void text_take(const char *text, struct html_text *ret)
{
    g_string_append(ret->all, text);
    g_string_append(ret->own, text);
}

bool tnef_read(const char *data, size_t len, struct html_text *ret)
{
    struct bytes from = {(const unsigned char *)data, len}, key;
    struct tnef t = {0};
    uint32_t signature;

    if (!take_number(&from, 4, &signature) || signature != SIGNATURE ||
        !take(&from, 2, &key))
        return false;
    attributes_read(from, &t);
    char *text = text_of(&t.body, t.page);
    if (!text_is_blank(text)) {
        text_take(text, ret);
        g_free(text);
        return true;
    }
    g_free(text);
    text = text_of(&t.html, t.html_page != 0 ? t.html_page : t.page);
    html_read(text, ret);
    g_free(text);
    if (!text_is_blank(ret->all->str))
        return true;
    GString *rich = rich_of(t.rtf.bytes), *plain = g_string_new(NULL);
    if (rtf_is(rich->str, rich->len))
        ret->stopped |= !rtf_read(rich->str, rich->len, plain);
    text_take(plain->str, ret);
    g_string_free(rich, TRUE);
    g_string_free(plain, TRUE);
    return !text_is_blank(ret->all->str);
}
