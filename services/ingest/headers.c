#include "ingest.h"

#include "codec/event/event_mode.h"

#include <string.h>

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

bool headers_print(const struct event_input *event, struct buf *out)
{
    enum event_mode mode = event_mode_of(event);

    buf_reset(out);
    if (mode == EVENT_MODE_STRUCTURED || event->n_headers == 0)
        return true;
    for (size_t i = 0; i < event->n_headers; i++) {
        const struct event_header *h = &event->headers[i];

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
