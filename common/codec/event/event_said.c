#include "event_said.h"

#include "event_load.h"

#include <stdlib.h>
#include <string.h>

/* from's member, as it is, into to. */
static void take(json_t *to, json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);

    if (value != NULL && !json_is_object(value))
        json_object_set(to, name, value);
}

/* Only that it is there: the words themselves may be about anybody. */
static void take_mark(json_t *to, json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);

    if (value != NULL && !json_is_null(value) &&
        !(json_is_string(value) && json_string_length(value) == 0))
        json_object_set_new(to, name, json_true());
}

static json_t *below(json_t *to, const char *name)
{
    json_t *object = json_object();

    json_object_set_new(to, name, object);
    return object;
}

static void take_rights(json_t *to, json_t *data)
{
    static const char *const members[] = {"request_id", "kinds", "received_at", "outcome",
                                          "source"};
    json_t *from = json_object_get(data, "rights");
    json_t *rights;

    take(to, data, "role");
    take(to, data, "customer_id");
    take(to, data, "controllers");
    take(to, data, "website");
    take(below(to, "contact"), json_object_get(data, "contact"), "country");
    if (!json_is_object(from))
        return;
    rights = below(to, "rights");
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        take(rights, from, members[i]);
    take(below(rights, "refusal"), json_object_get(from, "refusal"), "reason");
    take(below(rights, "referral"), json_object_get(from, "referral"), "to");
    take_mark(below(rights, "extension"), json_object_get(from, "extension"), "reason");
    take(json_object_get(rights, "extension"), json_object_get(from, "extension"),
         "notified_at");
}

static void take_anchors(json_t *to, json_t *data)
{
    static const char *const members[] = {"event", "at", "reference", "qualified"};
    json_t *list = json_object_get(data, "anchors"), *anchor, *all = json_array();
    size_t i;

    json_array_foreach(list, i, anchor)
    {
        json_t *one = json_object();

        for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
            take(one, anchor, members[k]);
        json_array_append_new(all, one);
    }
    json_object_set_new(to, "anchors", all);
}

static bool about_rights(const struct event *ev)
{
    return ev->type == EVENT_OBJECTION_RECORDED || ev->type == EVENT_RIGHTS_REQUESTED ||
           ev->type == EVENT_RIGHTS_COMPLETED;
}

void event_said(const struct event *ev, const char *raw, size_t len, bool binary,
                struct buf *out)
{
    json_t *data = NULL, *said;
    char *text;

    if (!about_rights(ev) && ev->n_anchors == 0 && ev->message_id[0] == '\0' &&
        ev->list_id[0] == '\0')
        return;
    said = json_object();
    if (about_rights(ev) || ev->n_anchors > 0)
        data = event_load_data(raw, len, binary);
    if (data != NULL && about_rights(ev))
        take_rights(said, data);
    if (data != NULL && ev->n_anchors > 0)
        take_anchors(said, data);
    if (ev->list_id[0] != '\0')
        json_object_set_new(said, "list_id", json_string(ev->list_id));
    if (ev->message_id[0] != '\0')
        json_object_set_new(said, "message_id", json_string(ev->message_id));
    if (json_object_size(said) > 0) {
        text = json_dumps(said, JSON_COMPACT | JSON_ENSURE_ASCII);
        buf_add_str(out, text != NULL ? text : "");
        free(text);
    }
    json_decref(said);
    json_decref(data);
}
