#include "header_bytes.h"

#include "event_mode.h"
#include "header_json.h"

#include <string.h>

#define NO_VALUE UINT32_MAX

static void put_u32(struct buf *out, size_t v)
{
    const unsigned char b[4] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16),
                                (unsigned char)(v >> 8), (unsigned char)v};

    buf_add(out, b, sizeof(b));
}

bool headers_put_bytes(const struct event_input *event, struct buf *out)
{
    buf_reset(out);
    put_u32(out, event->n_headers);
    for (size_t i = 0; i < event->n_headers; i++) {
        const struct record_header *h = &event->headers[i];

        put_u32(out, strlen(h->key));
        buf_add_str(out, h->key);
        put_u32(out, h->value == NULL ? NO_VALUE : h->value_len);
        if (h->value != NULL)
            buf_add(out, h->value, h->value_len);
    }
    return !out->overrun;
}

bool headers_to_bytes(const struct event_input *event, struct buf *out)
{
    if (event->n_headers > 0 && event_mode_of(event) != EVENT_MODE_STRUCTURED)
        return headers_put_bytes(event, out);
    buf_reset(out);
    return true;
}

struct bytes {
    const unsigned char *at;
    size_t left;
};

static bool get_u32(struct bytes *b, uint32_t *ret)
{
    if (b->left < 4)
        return false;
    *ret = (uint32_t)b->at[0] << 24 | (uint32_t)b->at[1] << 16 | (uint32_t)b->at[2] << 8 |
           b->at[3];
    b->at += 4;
    b->left -= 4;
    return true;
}

static bool get_run(struct bytes *b, const char **ret, uint32_t *ret_len)
{
    if (!get_u32(b, ret_len))
        return false;
    *ret = NULL;
    if (*ret_len == NO_VALUE)
        return true;
    if (b->left < *ret_len)
        return false;
    *ret = (const char *)b->at;
    b->at += *ret_len;
    b->left -= *ret_len;
    return true;
}

bool headers_bytes_to_json(const void *bytes, size_t len, struct buf *out)
{
    struct bytes b = {bytes, len};
    const char *name, *value;
    uint32_t n, name_len, value_len;

    if (!get_u32(&b, &n) || n == 0)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (!get_run(&b, &name, &name_len) || name == NULL ||
            !get_run(&b, &value, &value_len))
            return false;
        header_put_json(i == 0, name, name_len, value, value_len, out);
    }
    buf_add_str(out, "}");
    return b.left == 0 && !out->overrun;
}
