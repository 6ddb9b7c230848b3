#include "event_show.h"

#include <jansson.h>
#include <stdlib.h>

/* The data object, the caller's to let go; NULL when there is none to be read. */
static json_t *data_of(const char *raw, size_t len, bool binary)
{
    json_t *root = raw ? json_loadb(raw, len, 0, NULL) : NULL;
    json_t *data = binary ? root : json_object_get(root, "data");

    if (json_is_string(data)) { /* structured, with its data sent as a text */
        data = json_loads(json_string_value(data), 0, NULL);
    } else {
        json_incref(data);
    }
    json_decref(root);
    if (!json_is_object(data)) {
        json_decref(data);
        return NULL;
    }
    return data;
}

void event_show_data(const char *raw, size_t len, bool binary, struct buf *out)
{
    json_t *data = data_of(raw, len, binary);
    char *text = NULL;

    if (data != NULL) {
        json_object_del(data, "contact");
        text = json_dumps(data, JSON_COMPACT);
    }
    buf_add_str(out, text ? text : "null");
    free(text);
    json_decref(data);
}

static const char *word(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));

    return s ? s : "";
}

void event_show_evidence(const char *raw, size_t len, bool binary, const char *indent,
                         struct buf *out)
{
    json_t *data = data_of(raw, len, binary);
    const json_t *list = json_object_get(json_object_get(data, "provenance"), "evidence");
    size_t i;
    json_t *one;

    json_array_foreach(list, i, one)
        buf_addf(out, "%s%s%s%s%s%.16s...\n", indent, word(one, "kind"),
                 word(one, "uri")[0] ? " at " : "", word(one, "uri"),
                 word(one, "sha256")[0] ? ", SHA-256 " : "", word(one, "sha256"));
    json_decref(data);
}
