#include "header_json.h"

#include "base/mem.h"
#include "event_mode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

bool headers_from_json(const char *json, size_t len, struct header_set *ret,
                       struct err *err)
{
    json_t *object = json_loadb(json, len, 0, NULL);
    const char *key;
    json_t *value;
    bool ok = json_is_object(object);

    *ret = (struct header_set){.json = object};
    ret->list = mem_zalloc(json_object_size(object) + 1, sizeof(*ret->list));
    json_object_foreach(object, key, value)
    {
        ok = ok && (json_is_string(value) || json_is_null(value));
        ret->list[ret->n++] = (struct record_header){key, json_string_value(value),
                                                     json_string_length(value)};
    }
    if (ok)
        return true;
    ret->n = 0;
    return err_set(err, ERR_INPUT, "BAD_HEADERS", "the record's headers cannot be read");
}

void headers_done(struct header_set *set)
{
    free(set->list);
    json_decref(set->json);
    *set = (struct header_set){0};
}

/* Bytes beyond ASCII stay as they are: what is no UTF-8 was never a usable event. */
static void print_text(struct buf *out, const char *s, size_t len)
{
    buf_add(out, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            buf_addf(out, "\\u%04x", c);
        else
            buf_add(out, &s[i], 1);
    }
    buf_add(out, "\"", 1);
}

void header_put_json(bool first, const char *name, size_t name_len, const char *value,
                     size_t value_len, struct buf *out)
{
    buf_add_str(out, first ? "{" : ",");
    print_text(out, name, name_len);
    buf_add_str(out, ":");
    if (value == NULL)
        buf_add_str(out, "null");
    else
        print_text(out, value, value_len);
}

bool headers_to_json(const struct event_input *event, struct buf *out)
{
    enum event_mode mode = event_mode_of(event);

    buf_reset(out);
    if (mode == EVENT_MODE_STRUCTURED || event->n_headers == 0)
        return true;
    for (size_t i = 0; i < event->n_headers; i++) {
        const struct record_header *h = &event->headers[i];

        header_put_json(i == 0, h->key, strlen(h->key), h->value, h->value_len, out);
    }
    buf_add_str(out, "}");
    return !out->overrun;
}
