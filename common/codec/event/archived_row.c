#include "archived_row.h"

#include "base/hex.h"

#include <jansson.h>
#include <string.h>

/* "\x0102"; null: there are none. */
static bool bytes_read(const json_t *row, const char *name, struct buf *out,
                       bool *ret_has, size_t *ret_at, size_t *ret_len)
{
    const json_t *value = json_object_get(row, name);
    const char *text = json_string_value(value);
    const size_t digits = json_string_length(value);

    if (json_is_null(value))
        return true;
    if (text == NULL || strncmp(text, "\\x", 2) != 0 || digits % 2 != 0)
        return false;
    *ret_has = true;
    *ret_at = out->len;
    *ret_len = digits / 2 - 1;
    return buf_room(out, *ret_len) &&
           hex_read(text + 2, *ret_len, (uint8_t *)out->data + *ret_at);
}

bool archived_row_read(const char *line, size_t len, struct buf *out,
                       struct archived_row *ret)
{
    json_t *row = json_loadb(line, len, 0, NULL);
    bool ok;

    *ret = (struct archived_row){0};
    ok = json_is_object(row) &&
         bytes_read(row, "raw", out, &ret->has_raw, &ret->raw, &ret->raw_len) &&
         bytes_read(row, "headers", out, &ret->has_headers, &ret->headers,
                    &ret->headers_len);
    json_decref(row);
    return ok;
}
