#include "entry_csv.h"

#include "codec/put.h"

#include <string.h>

bool entry_csv_head(struct buf *out)
{
    return buf_add_str(out,
                       "token,status,reason,effective_at,known_at,version,entry\r\n");
}

static void text_put(struct buf *out, const char *text)
{
    const bool formula = text[0] != '\0' && strchr("=+-@'\t\r", text[0]) != NULL;

    if (strpbrk(text, ",\"\r\n") == NULL) {
        buf_add(out, "'", formula);
        buf_add_str(out, text);
        return;
    }
    buf_add(out, "\"'", formula ? 2 : 1);
    for (; *text != '\0'; text++) {
        buf_add(out, text, 1);
        if (*text == '"')
            buf_add(out, text, 1);
    }
    buf_add(out, "\"", 1);
}

static void time_put(struct buf *out, int64_t us)
{
    size_t at = out->len;

    if (us == WHEN_ALWAYS || us == WHEN_NEVER)
        return;
    put_time(out, us);
    if (out->overrun)
        return;
    /* without the quotes that JSON wants */
    memmove(out->data + at, out->data + at + 1, out->len - at - 2);
    out->len -= 2;
    out->data[out->len] = '\0';
}

bool entry_to_csv(const struct entry_text *entry, struct buf *out)
{
    text_put(out, entry->token);
    buf_add(out, ",", 1);
    buf_add_str(out, list_status_name(entry->status));
    buf_add(out, ",", 1);
    buf_add_str(out, reason_name(entry->reason));
    buf_add(out, ",", 1);
    time_put(out, entry->effective_us);
    buf_add(out, ",", 1);
    time_put(out, entry->known_us);
    buf_add(out, ",", 1);
    put_int(out, entry->version);
    buf_add(out, ",", 1);
    put_int(out, entry->entry);
    return buf_add(out, "\r\n", 2) && !out->overrun;
}
