#include "event_repair.h"
#include "event_value_parts.h"

#include <string.h>

struct repair {
    const unsigned char *p, *end;
    struct buf *out;
    int depth;       /* arrays and objects that may still be opened */
    int open_arrays; /* enclosing ones, so that a stray bracket closes nothing */
    int open_objects;
    uint32_t twice;
};

static void repair_value(struct repair *m);

static void skip_blank(struct repair *m)
{
    while (m->p < m->end && strchr(" \t\r\n", *m->p) && *m->p != '\0')
        m->p++;
}

/* The number of \uXXXX at p, or -1. */
static int escape_at(const unsigned char *p, const unsigned char *end)
{
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    int v = 0;
    for (int i = 2; i < 6; i++) {
        int c = p[i] | 0x20;
        if (p[i] >= '0' && p[i] <= '9')
            v = v * 16 + (p[i] - '0');
        else if (c >= 'a' && c <= 'f')
            v = v * 16 + (c - 'a' + 10);
        else
            return -1;
    }
    return v;
}

/* One \u escape, or a pair of them. */
static void repair_escape_u(struct repair *m)
{
    int v = escape_at(m->p, m->end);
    int low = v >= 0xd800 && v <= 0xdbff ? escape_at(m->p + 6, m->end) : -1;

    if (low >= 0xdc00 && low <= 0xdfff) {
        buf_add(m->out, m->p, 12);
        m->p += 12;
    } else if (v > 0 && (v < 0xd800 || v > 0xdfff)) {
        buf_add(m->out, m->p, 6);
        m->p += 6;
    } else {
        buf_add_str(m->out, "\\ufffd");
        m->p += v < 0 ? 2 : 6;
    }
}

/* The text from the quote at p. Its end not found: null instead. */
static void repair_string(struct repair *m)
{
    size_t start = m->out->len;

    buf_add(m->out, m->p++, 1);
    while (m->p < m->end && *m->p != '"') {
        size_t n;
        if (*m->p == '\\' && m->end - m->p >= 2 && m->p[1] == 'u') {
            repair_escape_u(m);
        } else if (*m->p == '\\' && m->end - m->p >= 2) {
            if (m->p[1] != '\0' && strchr("\"\\/bfnrt", m->p[1]))
                buf_add(m->out, m->p, 2);
            else
                buf_add_str(m->out, "\\ufffd");
            m->p += 2;
        } else if (*m->p == '\\' || *m->p == '\0' ||
                   (n = event_utf8_at(m->p, m->end)) == 0) {
            buf_add_str(m->out, "\\ufffd");
            m->p++;
        } else if (*m->p < 0x20) {
            buf_addf(m->out, "\\u%04x", (unsigned)*m->p++);
        } else {
            buf_add(m->out, m->p, n);
            m->p += n;
        }
    }
    if (m->p < m->end) {
        buf_add(m->out, m->p++, 1);
    } else {
        m->out->len = start;
        buf_add_str(m->out, "null");
    }
}

/* Over a value that is too deep, to its closing bracket. */
static void skip_nested(struct repair *m)
{
    size_t open = 0;
    do {
        if (*m->p == '"') {
            for (m->p++; m->p < m->end && *m->p != '"'; m->p++)
                if (*m->p == '\\' && m->end - m->p >= 2)
                    m->p++;
        } else if (*m->p == '{' || *m->p == '[') {
            open++;
        } else if (*m->p == '}' || *m->p == ']') {
            open--;
        }
        if (m->p < m->end)
            m->p++;
    } while (open > 0 && m->p < m->end);
}

/* Which watched name is this raw key? A bit of its own for each, or all for an escape. */
static uint32_t key_bits(const char *key, size_t len)
{
    static const char *const names[] = {"scope",       "purpose", "channels",
                                        "controllers", "website", "data"};
    if (memchr(key, '\\', len))
        return 0x40;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == len && memcmp(names[i], key, len) == 0)
            return (uint32_t)1 << i;
    return 0;
}

static void key_seen(struct repair *m, uint32_t *seen, uint32_t bits)
{
    uint32_t again = bits & (0x40 | *seen);
    if (again & (0x01 | 0x02 | 0x04 | 0x20 | 0x40))
        m->twice |= MEND_TWICE_SCOPE;
    if (again & (0x08 | 0x10 | 0x20 | 0x40))
        m->twice |= MEND_TWICE_CONTROLLERS;
    *seen |= bits;
}

/* At the next member or element? Skips commas and junk; false at the end of this one. */
static bool repair_next(struct repair *m, char closing)
{
    for (; m->p < m->end; m->p++) {
        skip_blank(m);
        if (m->p == m->end)
            return false;
        if (*m->p == (unsigned char)closing) {
            m->p++;
            return false;
        }
        if ((*m->p == ']' && m->open_arrays > 0) || (*m->p == '}' && m->open_objects > 0))
            return false; /* an outer one's: ours was never closed */
        if (*m->p == '"')
            return true;
        if (closing == ']' && strchr("{[-0123456789tfn", *m->p) && *m->p != '\0')
            return true;
    }
    return false;
}

static void repair_object(struct repair *m)
{
    uint32_t seen = 0;
    bool first = true;

    m->p++;
    buf_add(m->out, "{", 1);
    while (repair_next(m, '}')) {
        size_t before = m->out->len;
        if (!first)
            buf_add(m->out, ",", 1);
        size_t key = m->out->len;
        repair_string(m);
        if (m->out->data[key] != '"') { /* cut off within the name */
            m->out->len = before;
            break;
        }
        key_seen(m, &seen, key_bits(m->out->data + key + 1, m->out->len - key - 2));
        first = false;
        buf_add(m->out, ":", 1);
        skip_blank(m);
        if (m->p < m->end && *m->p == ':') {
            m->p++;
            m->open_objects++;
            repair_value(m);
            m->open_objects--;
        } else {
            buf_add_str(m->out, "null");
        }
    }
    buf_add(m->out, "}", 1);
}

static void repair_array(struct repair *m)
{
    bool first = true;

    m->p++;
    buf_add(m->out, "[", 1);
    while (repair_next(m, ']')) {
        if (!first)
            buf_add(m->out, ",", 1);
        first = false;
        m->open_arrays++;
        repair_value(m);
        m->open_arrays--;
    }
    buf_add(m->out, "]", 1);
}

/* true, false and integers of a size that everybody reads; anything else is null. */
static void repair_bare(struct repair *m)
{
    const unsigned char *start = m->p;
    while (m->p < m->end && !strchr(" \t\r\n,:{}[]\"", *m->p))
        m->p++;
    if (m->p == start && m->p < m->end && *m->p == '\0')
        m->p++;
    size_t len = (size_t)(m->p - start);
    const char *s = (const char *)start;
    size_t sign = len > 1 && s[0] == '-';
    size_t digits = 0;

    while (sign + digits < len && s[sign + digits] >= '0' && s[sign + digits] <= '9')
        digits++;
    if ((digits > 0 && sign + digits == len && digits <= 18 &&
         (s[sign] != '0' || digits == 1)) ||
        (len == 4 && memcmp(s, "true", 4) == 0) ||
        (len == 5 && memcmp(s, "false", 5) == 0))
        buf_add(m->out, s, len);
    else
        buf_add_str(m->out, "null");
}

static void repair_value(struct repair *m)
{
    skip_blank(m);
    if (m->p == m->end || *m->p == ',' || *m->p == '}' || *m->p == ']' || *m->p == ':') {
        buf_add_str(m->out, "null");
    } else if (*m->p == '"') {
        repair_string(m);
    } else if (*m->p == '{' || *m->p == '[') {
        if (m->depth == 0) {
            skip_nested(m);
            buf_add_str(m->out, "null");
            return;
        }
        m->depth--;
        if (*m->p == '{')
            repair_object(m);
        else
            repair_array(m);
        m->depth++;
    } else {
        repair_bare(m);
    }
}

void event_repair(const char *in, size_t len, int depth, struct buf *out,
                  uint32_t *ret_twice)
{
    const char *open = len > 0 ? memchr(in, '{', len) : NULL;
    struct repair m = {.out = out, .depth = depth};

    if (len == 0) /* and in may be NULL: a byte order mark, and nothing behind it */
        in = "";
    m.end = (const unsigned char *)in + len;
    m.p = open ? (const unsigned char *)open : m.end;
    repair_value(&m);
    *ret_twice = m.twice;
}
