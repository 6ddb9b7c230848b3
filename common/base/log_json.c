#include "base/log_json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct out {
    char *text;
    size_t n, cap; /* one byte is kept for the closing brace */
    bool full;
};

static void add(struct out *o, const char *s, size_t len)
{
    if (o->n + len + 1 > o->cap)
        o->full = true;
    if (o->full)
        return;
    memcpy(o->text + o->n, s, len);
    o->n += len;
}

/* How many bytes the character at s has; 0: none that is UTF-8. */
static size_t character(const unsigned char *s, size_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t len = s[0] < 0x80             ? 1
                       : (s[0] & 0xe0) == 0xc0 ? 2
                       : (s[0] & 0xf0) == 0xe0 ? 3
                       : (s[0] & 0xf8) == 0xf0 ? 4
                                               : 0;
    uint32_t code;

    if (len <= 1 || len > left)
        return len <= left ? len : 0;
    code = s[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fU);
    }
    return code >= least[len] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
               ? len
               : 0;
}

static void add_string(struct out *o, const char *s, size_t len)
{
    add(o, "\"", 1);
    for (size_t i = 0; i < len;) {
        const unsigned char c = (unsigned char)s[i];
        const size_t n = character((const unsigned char *)s + i, len - i);
        char escaped[8];

        if (n == 0)
            add(o, "\\ufffd", 6);
        else if (c == '"' || c == '\\')
            add(o, (char[]){'\\', (char)c}, 2);
        else if (c < 0x20)
            add(o, escaped, (size_t)snprintf(escaped, sizeof(escaped), "\\u%04x", c));
        else
            add(o, s + i, n);
        i += n > 0 ? n : 1;
    }
    add(o, "\"", 1);
}

/* As JSON writes it, and exact in every reader. */
static bool is_number(const char *s, size_t len)
{
    size_t i = len > 0 && s[0] == '-', digits = i;

    if (len > 15)
        return false;
    while (i < len && s[i] >= '0' && s[i] <= '9')
        i++;
    if (i == digits || (s[digits] == '0' && i > digits + 1))
        return false;
    if (i == len)
        return true;
    digits = i + 1;
    if (s[i++] != '.')
        return false;
    while (i < len && s[i] >= '0' && s[i] <= '9')
        i++;
    return i == len && i > digits;
}

/* The value at *at, quoted or plain; moves *at behind it. */
static void add_value(struct out *o, const char *line, size_t len, size_t *at)
{
    char value[4096];
    size_t n = 0, i = *at;
    const bool quoted = i < len && line[i] == '"';

    for (i += quoted; i < len; i++) {
        if (line[i] == (quoted ? '"' : ' '))
            break;
        if (quoted && line[i] == '\\' && i + 1 < len)
            i++;
        if (n < sizeof(value))
            value[n++] = line[i];
    }
    *at = i + (quoted && i < len);
    if (!quoted && is_number(value, n))
        add(o, value, n);
    else
        add_string(o, value, n);
}

size_t log_json(const char *line, size_t len, char *ret, size_t bytes)
{
    struct out o = {ret, 0, bytes, false};

    add(&o, "{", 1);
    for (size_t at = 0; at < len && !o.full;) {
        const size_t before = o.n, key = at;

        while (at < len && line[at] != '=' && line[at] != ' ')
            at++;
        if (at > key) {
            if (before > 1)
                add(&o, ",", 1);
            add_string(&o, line + key, at - key);
            add(&o, ":", 1);
            at += at < len && line[at] == '=';
            add_value(&o, line, len, &at);
        }
        if (o.full)
            o.n = before;
        while (at < len && line[at] == ' ')
            at++;
    }
    ret[o.n++] = '}';
    return o.n;
}
