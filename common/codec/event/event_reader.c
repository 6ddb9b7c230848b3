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

static json_t *read_member(struct reader *r, json_t *o, const struct at *at,
                           const char *name, json_type type, bool needed)
{
    json_t *v = json_object_get(o, name);

    if (v == NULL) {
        if (needed)
            read_fault_in(r, at, name, EVENT_FAULT_MISSING);
        return NULL;
    }
    if (json_typeof(v) != type) {
        read_fault_in(r, at, name, EVENT_FAULT_TYPE_MISMATCH);
        return NULL;
    }
    return v;
}

json_t *read_object(struct reader *r, json_t *o, const struct at *at, const char *name,
                    bool needed)
{
    return read_member(r, o, at, name, JSON_OBJECT, needed);
}

json_t *read_array(struct reader *r, json_t *o, const struct at *at, const char *name,
                   bool needed, size_t most)
{
    json_t *v = read_member(r, o, at, name, JSON_ARRAY, needed);

    if (v && json_array_size(v) > most) {
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

bool read_text_value(struct reader *r, json_t *value, const struct at *at, int how,
                     char *ret, size_t cap)
{
    if (!json_is_string(value)) {
        read_fault(r, at, EVENT_FAULT_TYPE_MISMATCH);
        return false;
    }
    const char *s = json_string_value(value);
    size_t len = json_string_length(value);

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

bool read_text(struct reader *r, json_t *o, const struct at *at, const char *name,
               int how, char *ret, size_t cap)
{
    json_t *v = read_member(r, o, at, name, JSON_STRING, how & READ_NEEDED);
    struct at here = {at, name, 0};

    return v && read_text_value(r, v, &here, how, ret, cap);
}

void read_bool(struct reader *r, json_t *o, const struct at *at, const char *name,
               bool *ret)
{
    json_t *v = json_object_get(o, name);

    if (v && !json_is_boolean(v))
        read_fault_in(r, at, name, EVENT_FAULT_TYPE_MISMATCH);
    else if (v && ret)
        *ret = json_is_true(v);
}

bool read_instant(struct reader *r, json_t *o, const struct at *at, const char *name,
                  bool needed, int64_t *ret_us)
{
    json_t *v = read_member(r, o, at, name, JSON_STRING, needed);
    int64_t us;

    if (v == NULL)
        return false;
    if (when_parse(json_string_value(v), json_string_length(v), &us) != WHEN_OK) {
        read_fault_in(r, at, name, EVENT_FAULT_BAD_TIME);
        return false;
    }
    if (ret_us)
        *ret_us = us;
    return true;
}

bool read_span(struct reader *r, json_t *o, const struct at *at, const char *name,
               struct when_span *ret, int64_t *ret_us)
{
    json_t *v = read_member(r, o, at, name, JSON_STRING, false);
    struct when_span span;
    int32_t day;

    if (v == NULL)
        return false;
    const char *s = json_string_value(v);
    size_t len = json_string_length(v);

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

int read_word(struct reader *r, json_t *o, const struct at *at, const char *name,
              bool needed, const char *const *words, size_t n)
{
    json_t *v = read_member(r, o, at, name, JSON_STRING, needed);

    if (v == NULL)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], json_string_value(v)) == 0)
            return (int)i;
    read_fault_in(r, at, name, EVENT_FAULT_BAD_VALUE);
    return -1;
}

bool read_digest(struct reader *r, json_t *o, const struct at *at, const char *name)
{
    json_t *v = read_member(r, o, at, name, JSON_STRING, false);

    if (v == NULL)
        return false;
    const char *s = json_string_value(v);
    size_t n = 0;
    while (isxdigit((unsigned char)s[n]))
        n++;
    if (n == 64 && json_string_length(v) == 64)
        return true;
    read_fault_in(r, at, name, EVENT_FAULT_BAD_VALUE);
    return false;
}
