#include "ingest.h"

#include <string.h>
#include <strings.h>

static bool is_attribute(const char *key)
{
    return strncasecmp(key, "ce_", 3) == 0;
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

bool headers_print(const struct consumer_record *rec, struct buf *out)
{
    bool any = false;

    buf_reset(out);
    for (size_t i = 0; i < rec->n_headers; i++)
        any = any || is_attribute(rec->headers[i].key);
    if (!any)
        return true;
    for (size_t i = 0; i < rec->n_headers; i++) {
        const struct consumer_header *h = &rec->headers[i];

        if (!is_attribute(h->key) && strcasecmp(h->key, "content-type") != 0)
            continue;
        buf_add_str(out, out->len ? "," : "{");
        print_text(out, h->key, strlen(h->key));
        buf_add_str(out, ":");
        if (h->value == NULL)
            buf_add_str(out, "null");
        else
            print_text(out, h->value, h->value_len);
    }
    buf_add_str(out, "}");
    return !out->overrun;
}
