#include "entry_json.h"
#include "codec/put.h"

#include <stdio.h>
#include <string.h>

bool entry_to_json(const struct entry_text *entry, struct buf *out)
{
    buf_add(out, "{", 1);
    put_name(out, "list");
    put_text(out, entry->list);
    put_name(out, ",token");
    put_text(out, entry->token);
    put_name(out, ",status");
    put_text(out, list_status_name(entry->status));
    put_name(out, ",reason");
    put_text(out, reason_name(entry->reason));
    put_name(out, ",effective_at");
    put_time(out, entry->effective_us);
    put_name(out, ",known_at");
    put_time(out, entry->known_us);
    put_name(out, ",version");
    put_int(out, entry->version);
    put_name(out, ",epoch");
    put_int(out, list_epoch(entry->version));
    put_name(out, ",entry");
    put_int(out, entry->entry);
    return buf_add(out, "}", 1) && !out->overrun;
}

bool heartbeat_to_json(const char *list, int64_t at_us, const struct cursor *version,
                       int64_t epoch, struct buf *out)
{
    char text[CURSOR_TEXT_BYTES];

    cursor_format(version, text);
    buf_add(out, "{", 1);
    put_name(out, "list");
    put_text(out, list);
    put_name(out, ",status");
    put_text(out, "heartbeat");
    put_name(out, ",at");
    put_time(out, at_us);
    put_name(out, ",version");
    put_text(out, text);
    put_name(out, ",epoch");
    put_int(out, epoch);
    return buf_add(out, "}", 1) && !out->overrun;
}

void heartbeat_key(int32_t partition, char ret[HEARTBEAT_KEY_BYTES])
{
    snprintf(ret, HEARTBEAT_KEY_BYTES, HEARTBEAT_KEY "%d", (int)partition);
}

bool heartbeat_key_is(const void *key, size_t len)
{
    size_t prefix = strlen(HEARTBEAT_KEY);

    return len > prefix && memcmp(key, HEARTBEAT_KEY, prefix) == 0;
}
