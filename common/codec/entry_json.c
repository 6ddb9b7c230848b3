#include "codec/entry_json.h"
#include "codec/put.h"

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
    put_name(out, ",entry");
    put_int(out, entry->entry);
    return buf_add(out, "}", 1) && !out->overrun;
}
