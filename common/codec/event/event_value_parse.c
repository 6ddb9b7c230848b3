#include "event_value_parts.h"

#include <string.h>

size_t event_utf8_at(const unsigned char *p, const unsigned char *end)
{
    size_t n = p[0] < 0x80                    ? 1
               : p[0] >= 0xc2 && p[0] <= 0xdf ? 2
               : p[0] >= 0xe0 && p[0] <= 0xef ? 3
               : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4
                                              : 0;

    if (n == 0 || (size_t)(end - p) < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

#define MEMBERS_MAX 64 /* of an object, looked through for a name that stands twice */

struct parse {
    const unsigned char *p, *end;
    char *out; /* decoded texts: never longer than what is left, with their quotes */
    struct values *mem;
    int depth;
};

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static void skip_blank(struct parse *p)
{
    while (p->p < p->end &&
           (*p->p == ' ' || *p->p == '\n' || *p->p == '\r' || *p->p == '\t'))
        p->p++;
}

static bool at(struct parse *p, char c)
{
    if (p->p == p->end || *p->p != (unsigned char)c)
        return false;
    p->p++;
    return true;
}

/* The number of four hexadecimal digits at s, or -1. */
static int unit_at(const unsigned char *s, const unsigned char *end)
{
    int v = 0;

    if (end - s < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int c = s[i] | 0x20;

        if (s[i] >= '0' && s[i] <= '9')
            v = v * 16 + (s[i] - '0');
        else if (c >= 'a' && c <= 'f')
            v = v * 16 + (c - 'a' + 10);
        else
            return -1;
    }
    return v;
}

static void put_utf8(struct parse *p, uint32_t c)
{
    if (c < 0x80) {
        *p->out++ = (char)c;
    } else if (c < 0x800) {
        *p->out++ = (char)(0xc0 | c >> 6);
        *p->out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *p->out++ = (char)(0xe0 | c >> 12);
        *p->out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *p->out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *p->out++ = (char)(0xf0 | c >> 18);
        *p->out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *p->out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *p->out++ = (char)(0x80 | (c & 0x3f));
    }
}

/* At the u of \u. NUL, and half a pair, are for others. */
static bool parse_unit(struct parse *p)
{
    int v = unit_at(p->p + 1, p->end), low;

    if (v <= 0 || (v >= 0xdc00 && v <= 0xdfff))
        return false;
    p->p += 5;
    if (v < 0xd800 || v > 0xdfff) {
        put_utf8(p, (uint32_t)v);
        return true;
    }
    if (p->end - p->p < 6 || p->p[0] != '\\' || p->p[1] != 'u')
        return false;
    low = unit_at(p->p + 2, p->end);
    if (low < 0xdc00 || low > 0xdfff)
        return false;
    p->p += 6;
    put_utf8(p, 0x10000 + ((uint32_t)(v - 0xd800) << 10) + (uint32_t)(low - 0xdc00));
    return true;
}

/* Behind a backslash. */
static bool parse_escape(struct parse *p)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found;

    if (p->p == p->end)
        return false;
    if (*p->p == 'u')
        return parse_unit(p);
    found = *p->p != '\0' ? strchr(from, *p->p) : NULL;
    if (found == NULL)
        return false;
    *p->out++ = to[found - from];
    p->p++;
    return true;
}

/* Behind the opening quote. */
static bool parse_text(struct parse *p, const char **ret, size_t *ret_len)
{
    char *start = p->out;

    for (;;) {
        const unsigned char *run = p->p;
        size_t n;

        while (p->p < p->end && is_plain(*p->p))
            p->p++;
        n = (size_t)(p->p - run);
        memcpy(p->out, run, n);
        p->out += n;
        if (p->p == p->end)
            return false;
        if (*p->p == '"')
            break;
        if (*p->p == '\\') {
            p->p++;
            if (!parse_escape(p))
                return false;
            continue;
        }
        n = *p->p < 0x20 ? 0 : event_utf8_at(p->p, p->end);
        if (n == 0)
            return false;
        memcpy(p->out, p->p, n);
        p->out += n;
        p->p += n;
    }
    p->p++;
    *ret = start;
    *ret_len = (size_t)(p->out - start);
    *p->out++ = '\0';
    return true;
}

static struct value *parse_value(struct parse *p);

static struct value *parse_members(struct parse *p)
{
    struct value *ret = value_new(p->mem, VALUE_OBJECT);

    skip_blank(p);
    if (at(p, '}'))
        return ret;
    for (;;) {
        const char *name;
        struct value *v;
        size_t len;

        skip_blank(p);
        if (ret->n == MEMBERS_MAX || !at(p, '"') || !parse_text(p, &name, &len) ||
            value_find(ret, name, len) != NULL)
            return NULL;
        skip_blank(p);
        v = at(p, ':') ? parse_value(p) : NULL;
        if (v == NULL)
            return NULL;
        v->name = name;
        v->name_len = len;
        value_append(ret, v);
        skip_blank(p);
        if (at(p, '}'))
            return ret;
        if (!at(p, ','))
            return NULL;
    }
}

static struct value *parse_elements(struct parse *p)
{
    struct value *ret = value_new(p->mem, VALUE_ARRAY);

    skip_blank(p);
    if (at(p, ']'))
        return ret;
    for (;;) {
        struct value *v = parse_value(p);

        if (v == NULL)
            return NULL;
        value_append(ret, v);
        skip_blank(p);
        if (at(p, ']'))
            return ret;
        if (!at(p, ','))
            return NULL;
    }
}

static struct value *parse_integer(struct parse *p)
{
    bool minus = at(p, '-');
    const unsigned char *start = p->p;
    struct value *ret;
    int64_t v = 0;
    size_t n;

    while (p->p < p->end && *p->p >= '0' && *p->p <= '9' && p->p - start < 18)
        v = v * 10 + (*p->p++ - '0');
    n = (size_t)(p->p - start);
    if (n == 0 || (n > 1 && *start == '0'))
        return NULL;
    ret = value_new(p->mem, VALUE_INTEGER); /* what is more than that ends at a character
                                               that nothing begins with */
    ret->integer = minus ? -v : v;
    return ret;
}

static struct value *parse_word(struct parse *p, const char *word, enum value_kind kind)
{
    size_t len = strlen(word);

    if ((size_t)(p->end - p->p) < len || memcmp(p->p, word, len) != 0)
        return NULL;
    p->p += len;
    return value_new(p->mem, kind);
}

static struct value *parse_value(struct parse *p)
{
    struct value *ret;

    skip_blank(p);
    if (p->p == p->end)
        return NULL;
    switch (*p->p) {
    case '"':
        p->p++;
        ret = value_new(p->mem, VALUE_TEXT);
        return parse_text(p, &ret->text, &ret->n) ? ret : NULL;
    case '{':
    case '[':
        if (p->depth-- == 0)
            return NULL;
        ret = *p->p++ == '{' ? parse_members(p) : parse_elements(p);
        p->depth++;
        return ret;
    case 't': return parse_word(p, "true", VALUE_TRUE);
    case 'f': return parse_word(p, "false", VALUE_FALSE);
    case 'n': return parse_word(p, "null", VALUE_NULL);
    default: return parse_integer(p);
    }
}

struct value *event_value_parse(struct values *v, const char *s, size_t len, int depth)
{
    const unsigned char *bytes = (const unsigned char *)s;
    struct parse p = {bytes, bytes + len, values_take(v, len + 1), v, depth};
    struct value *ret = parse_value(&p);

    skip_blank(&p);
    return p.p == p.end ? ret : NULL;
}
