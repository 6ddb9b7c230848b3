#include "changes.h"

#include "codec/lists/entry_json.h"
#include "codec/put.h"

void changes_put(struct buf *out, const char *list, const struct change_page *page,
                 int64_t at_us)
{
    char next[CURSOR_TEXT_BYTES];

    buf_add_str(out, "{");
    put_name(out, "list");
    put_text(out, list);
    put_name(out, ",changes");
    buf_add_str(out, "[");
    for (size_t i = 0; i < page->n; i++) {
        const struct change_row *r = &page->rows[i];
        struct entry_text text = {
            .list = list,
            .token = r->token,
            .status = r->status,
            .reason = r->reason,
            .effective_us = r->effective_us,
            .known_us = r->known_us,
            .version = r->version,
            .entry = r->entry,
        };

        buf_add_str(out, i > 0 ? ",\n" : "");
        entry_to_json(&text, out);
    }
    cursor_format(&page->next, next);
    buf_add_str(out, "]");
    put_name(out, ",next");
    put_text(out, next);
    put_name(out, ",more");
    buf_add_str(out, page->more ? "true" : "false");
    put_name(out, ",at");
    put_time(out, at_us);
    buf_add_str(out, "}\n");
}
