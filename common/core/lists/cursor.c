#include "cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One number, without sign or leading zeros; *at moves behind it. */
static bool number_parse(const char *text, size_t len, size_t *at, int64_t *ret)
{
    size_t start = *at;
    int64_t n = 0;

    for (; *at < len && text[*at] >= '0' && text[*at] <= '9'; (*at)++) {
        int digit = text[*at] - '0';

        if (n > (INT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    if (*at == start || (text[start] == '0' && *at > start + 1))
        return false;
    *ret = n;
    return true;
}

bool cursor_parse(const char *text, size_t len, struct cursor *ret)
{
    struct cursor c;
    size_t at = 0;

    for (int i = 0; i < CURSOR_SHARDS; i++) {
        if (i > 0 && (at == len || text[at++] != '.'))
            return false;
        if (!number_parse(text, len, &at, &c.version[i]))
            return false;
    }
    if (at != len)
        return false;
    *ret = c;
    return true;
}

void cursor_format(const struct cursor *c, char ret[CURSOR_TEXT_BYTES])
{
    size_t at = 0;

    for (int i = 0; i < CURSOR_SHARDS; i++)
        at += (size_t)snprintf(ret + at, CURSOR_TEXT_BYTES - at, "%s%" PRId64,
                               i > 0 ? "." : "", c->version[i]);
}

bool cursor_covers(const struct cursor *a, const struct cursor *b)
{
    for (int i = 0; i < CURSOR_SHARDS; i++)
        if (a->version[i] < b->version[i])
            return false;
    return true;
}

bool cursor_equal(const struct cursor *a, const struct cursor *b)
{
    return cursor_covers(a, b) && cursor_covers(b, a);
}
