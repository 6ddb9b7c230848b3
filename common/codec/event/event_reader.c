#include "event_reader.h"

#include "event_load.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *event_fault_name(enum event_fault code)
{
    switch (code) {
#define X(id)                                                                            \
    case EVENT_FAULT_##id: return #id;
        EVENT_FAULTS(X)
#undef X
    case EVENT_FAULT_NONE: break;
    }
    return "";
}

/* RFC 6901, outermost first; names are the schemas' and need no escaping. */
static void write_pointer(const struct at *at, char *ret, size_t cap, size_t *len)
{
    if (at == NULL)
        return;
    write_pointer(at->up, ret, cap, len);
    int n = at->name ? snprintf(ret + *len, cap - *len, "/%s", at->name)
                     : snprintf(ret + *len, cap - *len, "/%zu", at->index);
    if (n > 0 && (size_t)n < cap - *len)
        *len += (size_t)n;
    else
        ret[*len] = '\0'; /* too long: the nearest container that fits */
}

void read_fault(struct reader *r, const struct at *at, enum event_fault code)
{
    if (r->fault->reason[0] != '\0')
        return;
    snprintf(r->fault->reason, sizeof r->fault->reason, "%s", event_fault_name(code));
    size_t len = 0;
    r->fault->pointer[0] = '\0';
    write_pointer(at, r->fault->pointer, sizeof r->fault->pointer, &len);
}

void read_fault_in(struct reader *r, const struct at *up, const char *name,
                   enum event_fault code)
{
    struct at at = {up, name, 0};
    read_fault(r, &at, code);
}

static struct value *read_member(struct reader *r, struct value *o, const struct at *at,
                                 const char *name, enum value_kind kind, bool needed)
{
    struct value *v = value_get(o, name);

    if (v == NULL) {
        if (needed)
            read_fault_in(r, at, name, EVENT_FAULT_MISSING);
        return NULL;
    }
    if (v->kind != kind) {
        read_fault_in(r, at, name, EVENT_FAULT_TYPE_MISMATCH);
        return NULL;
    }
    return v;
}

struct value *read_object(struct reader *r, struct value *o, const struct at *at,
                          const char *name, bool needed)
{
    return read_member(r, o, at, name, VALUE_OBJECT, needed);
}

struct value *read_array(struct reader *r, struct value *o, const struct at *at,
                         const char *name, bool needed, size_t most)
{
    struct value *v = read_member(r, o, at, name, VALUE_ARRAY, needed);

    if (v && value_elements(v) > most) {
        read_fault_in(r, at, name, EVENT_FAULT_TOO_LONG);
        return NULL;
    }
    return v;
}

/* A control character, or the mark of bytes that were no text. */
static bool text_is_plain(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c < 0x20 || c == 0x7f ||
            (c == 0xef && len - i >= 3 && memcmp(s + i, "\xef\xbf\xbd", 3) == 0))
            return false;
    }
    return true;
}

bool read_text_value(struct reader *r, struct value *value, const struct at *at, int how,
                     char *ret, size_t cap)
{
    if (!value_is(value, VALUE_TEXT)) {
        read_fault(r, at, EVENT_FAULT_TYPE_MISMATCH);
        return false;
    }
    const char *s = value_text(value);
    size_t len = value_text_bytes(value);

    if (len >= cap)
        read_fault(r, at, EVENT_FAULT_TOO_LONG);
    else if ((how & READ_NEEDED) && len == 0)
        read_fault(r, at, EVENT_FAULT_BAD_VALUE);
    else if (strstr(s, EVENT_NUL_MARK))
        read_fault(r, at, EVENT_FAULT_NUL_CHARACTER);
    else if (!(how & READ_FREE) && !text_is_plain(s, len))
        read_fault(r, at, EVENT_FAULT_BAD_TEXT);
    else {
        if (ret)
            memcpy(ret, s, len + 1);
        return true;
    }
    return false;
}

bool read_text(struct reader *r, struct value *o, const struct at *at, const char *name,
               int how, char *ret, size_t cap)
{
    struct value *v = read_member(r, o, at, name, VALUE_TEXT, how & READ_NEEDED);
    struct at here = {at, name, 0};

    return v && read_text_value(r, v, &here, how, ret, cap);
}

void read_bool(struct reader *r, struct value *o, const struct at *at, const char *name,
               bool *ret)
{
    struct value *v = value_get(o, name);

    if (v && !value_is_bool(v))
        read_fault_in(r, at, name, EVENT_FAULT_TYPE_MISMATCH);
    else if (v && ret)
        *ret = value_is(v, VALUE_TRUE);
}

bool read_instant(struct reader *r, struct value *o, const struct at *at,
                  const char *name, bool needed, int64_t *ret_us)
{
    struct value *v = read_member(r, o, at, name, VALUE_TEXT, needed);
    int64_t us;

    if (v == NULL)
        return false;
    if (when_parse(value_text(v), value_text_bytes(v), &us) != WHEN_OK) {
        read_fault_in(r, at, name, EVENT_FAULT_BAD_TIME);
        return false;
    }
    if (ret_us)
        *ret_us = us;
    return true;
}

bool read_span(struct reader *r, struct value *o, const struct at *at, const char *name,
               struct when_span *ret, int64_t *ret_us)
{
    struct value *v = read_member(r, o, at, name, VALUE_TEXT, false);
    struct when_span span;
    int32_t day;

    if (v == NULL)
        return false;
    const char *s = value_text(v);
    size_t len = value_text_bytes(v);

    if (when_parse_span(s, len, &span) != WHEN_OK) {
        read_fault_in(r, at, name, EVENT_FAULT_BAD_TIME);
        return false;
    }
    if (ret)
        *ret = span;
    if (ret_us && span.from_us != span.to_us && when_parse_day(s, len, &day) == WHEN_OK)
        *ret_us = day * WHEN_DAY_US;
    else if (ret_us)
        *ret_us = span.from_us;
    return true;
}

int read_word(struct reader *r, struct value *o, const struct at *at, const char *name,
              bool needed, const char *const *words, size_t n)
{
    struct value *v = read_member(r, o, at, name, VALUE_TEXT, needed);

    if (v == NULL)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], value_text(v)) == 0)
            return (int)i;
    read_fault_in(r, at, name, EVENT_FAULT_BAD_VALUE);
    return -1;
}

bool read_digest(struct reader *r, struct value *o, const struct at *at, const char *name)
{
    struct value *v = read_member(r, o, at, name, VALUE_TEXT, false);

    if (v == NULL)
        return false;
    const char *s = value_text(v);
    size_t n = 0;
    while (isxdigit((unsigned char)s[n]))
        n++;
    if (n == 64 && value_text_bytes(v) == 64)
        return true;
    read_fault_in(r, at, name, EVENT_FAULT_BAD_VALUE);
    return false;
}
