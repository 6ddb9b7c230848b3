/* csv.h: writing. */
#include "codec/csv.h"

#include <string.h>

void csv_put_quoted(struct buf *out, const char *s, size_t len)
{
    buf_add(out, "\"", 1);
    while (len > 0) {
        const char *q = memchr(s, '"', len);
        size_t n = q != NULL ? (size_t)(q - s) + 1 : len;

        buf_add(out, s, n);
        if (q != NULL)
            buf_add(out, "\"", 1);
        s += n;
        len -= n;
    }
    buf_add(out, "\"", 1);
}

void csv_put(struct buf *out, char delimiter, const char *s, size_t len)
{
    bool quote = len > 0 && (s[0] == ' ' || s[len - 1] == ' ');

    for (size_t i = 0; i < len && !quote; i++)
        quote = s[i] == delimiter || s[i] == '"' || s[i] == '\n' || s[i] == '\r';
    if (quote)
        csv_put_quoted(out, s, len);
    else
        buf_add(out, s, len);
}
