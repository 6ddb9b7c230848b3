#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *e, enum err_kind kind, const char *code, const char *fmt, ...)
{
    va_list ap;

    e->kind = kind;
    snprintf(e->code, sizeof(e->code), "%s", code);
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof(e->text), fmt, ap);
    va_end(ap);
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
