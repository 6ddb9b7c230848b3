#include "line_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MEMBER "scrub"

static json_t *load(const char *line, size_t len)
{
    json_t *o = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

    if (o != NULL && !json_is_object(o)) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* In any letter case. *ret_n: how many such there are that do not say the same. */
static json_t *member_find(json_t *o, const char *member, size_t *ret_n)
{
    json_t *found = NULL, *v;
    const char *name;

    *ret_n = 0;
    json_object_foreach(o, name, v)
    {
        if (strcasecmp(name, member) != 0)
            continue;
        *ret_n += found == NULL || !json_equal(found, v);
        found = v;
    }
    return found;
}

static const char *member_read(json_t *o, const char *member, struct line_contact *ret)
{
    size_t n;
    json_t *value = member_find(o, member, &n), *country;

    if (n > 1)
        return "TWO_MEMBERS";
    country = member_find(o, "country", &n);
    if (value == NULL)
        return "NO_MEMBER";
    if (!json_is_string(value))
        return "BAD_TYPE";
    if (json_string_length(value) >= sizeof(ret->text))
        return "TOO_LONG";
    memcpy(ret->text, json_string_value(value), json_string_length(value) + 1);
    ret->country[0] = '\0';
    if (json_is_string(country) && json_string_length(country) < sizeof(ret->country))
        memcpy(ret->country, json_string_value(country), json_string_length(country) + 1);
    return NULL;
}

const char *line_read(const char *line, size_t len, const char *member,
                      struct line_contact *ret)
{
    json_t *o = load(line, len);
    const char *fault = o != NULL ? member_read(o, member, ret) : "BAD_JSON";

    json_decref(o);
    return fault;
}

static void put_dumped(struct buf *out, json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);

    if (text != NULL) /* what was read is printed; lack of memory ends the process */
        buf_add_str(out, text);
    free(text);
}

/* The line as it stands but for its last brace. */
static size_t before_brace(const char *line, size_t len)
{
    while (len > 0 && line[len - 1] != '}')
        len--;
    return len > 0 ? len - 1 : 0;
}

static bool is_empty(const char *line, size_t len)
{
    while (len > 0 && strchr(" \t\r\n", line[len - 1]) != NULL)
        len--;
    return len == 0 || line[len - 1] == '{';
}

void line_put(struct buf *out, const char *line, size_t len, const char *value)
{
    size_t head = before_brace(line, len);

    if (memmem(line, len, "\"" MEMBER "\"", sizeof(MEMBER) + 1) != NULL) {
        json_t *o = load(line, len), *v = json_loads(value, 0, NULL);

        if (o != NULL && json_object_get(o, MEMBER) != NULL) {
            json_object_set(o, MEMBER, v);
            put_dumped(out, o);
            json_decref(o);
            json_decref(v);
            return;
        }
        json_decref(o);
        json_decref(v);
    }
    buf_add(out, line, head);
    buf_add_str(out, is_empty(line, head) ? "\"" MEMBER "\":" : ",\"" MEMBER "\":");
    buf_add_str(out, value);
    buf_add_str(out, "}");
}

void line_put_bad(struct buf *out, const char *line, size_t len, const char *value)
{
    json_t *text = memchr(line, '\0', len) == NULL ? json_stringn(line, len) : NULL;

    buf_add_str(out, "{\"" MEMBER "\":");
    buf_add_str(out, value);
    if (text != NULL) {
        buf_add_str(out, ",\"line\":");
        put_dumped(out, text);
        json_decref(text);
    } else {
        buf_add_str(out, ",\"line_hex\":\"");
        for (size_t i = 0; i < len; i++) {
            char hex[3];

            snprintf(hex, sizeof(hex), "%02x", (unsigned char)line[i]);
            buf_add(out, hex, 2);
        }
        buf_add_str(out, "\"");
    }
    buf_add_str(out, "}");
}
