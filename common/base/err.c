#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The bytes of a character of UTF-8, as its first one says; 0: none begins so. */
static size_t length_of(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* A sentence, or a name in it, may have been cut in the middle of a character, and is to
 * stand in JSON: what is left of such a one becomes "?". */
static void heal(char *s)
{
    while (*s != '\0') {
        const size_t len = length_of((unsigned char)*s);
        size_t n = len > 0;

        while (n < len && ((unsigned char)s[n] & 0xc0) == 0x80)
            n++;
        if (len == 0 || n < len)
            *s++ = '?';
        else
            s += len;
    }
}

bool err_set(struct err *e, enum err_kind kind, const char *code, const char *fmt, ...)
{
    va_list ap;

    e->kind = kind;
    snprintf(e->code, sizeof(e->code), "%s", code);
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof(e->text), fmt, ap);
    va_end(ap);
    heal(e->text);
    return false;
}

void err_clear(struct err *e)
{
    memset(e, 0, sizeof(*e));
}

const char *err_kind_name(enum err_kind kind)
{
    switch (kind) {
    case ERR_NONE: return "none";
    case ERR_INPUT: return "input";
    case ERR_RETRY: return "retry";
    case ERR_CONFIG: return "config";
    case ERR_FATAL: return "fatal";
    }
    return "none";
}
