#include "event_write.h"

#include "codec/put.h"

#include <assert.h>
#include <string.h>

void event_begin(struct buf *out, const struct event_head *head)
{
    buf_add_str(out, "{");
    put_member(out, "specversion", "1.0");
    put_member(out, ",id", head->id);
    put_member(out, ",source", head->source);
    put_member(out, ",type", event_type_name(head->type));
    put_member_time(out, ",time", head->time_us);
    put_member(out, ",datacontenttype", "application/json");
    if (head->import_batch != NULL)
        put_member(out, ",importbatch", head->import_batch);
    put_name(out, ",data");
    buf_add_str(out, "{");
}

void event_end(struct buf *out)
{
    buf_add_str(out, "}}");
}

void event_contact(struct buf *out, const char *address)
{
    put_name(out, "contact");
    buf_add_str(out, "{");
    put_member(out, strchr(address, '@') != NULL ? "email" : "phone", address);
    buf_add_str(out, "}");
}

void event_members(struct buf *out, const char *object)
{
    const size_t len = strlen(object);

    assert(len > 2 && object[0] == '{' && object[len - 1] == '}');
    buf_add(out, object + 1, len - 2);
}

void event_controller(struct buf *out, const char *id)
{
    put_name(out, ",controllers");
    buf_add_str(out, "[");
    put_text(out, id);
    buf_add_str(out, "]");
}

void event_name(struct buf *out, const char *placeholder, const char *id)
{
    const size_t len = strlen(placeholder);
    char *at = out->overrun ? NULL : memmem(out->data, out->len, placeholder, len);

    assert(strlen(id) == len);
    if (at != NULL)
        memcpy(at, id, len);
}
