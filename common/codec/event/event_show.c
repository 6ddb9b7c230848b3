#include "event_show.h"

#include "event_load.h"

#include <stdlib.h>

void event_show_data(const char *raw, size_t len, bool binary, struct buf *out)
{
    json_t *data = event_load_data(raw, len, binary);
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
    json_t *data = event_load_data(raw, len, binary);
    const json_t *list = json_object_get(json_object_get(data, "provenance"), "evidence");
    size_t i;
    json_t *one;

    json_array_foreach(list, i, one)
        buf_addf(out, "%s%s%s%s%s%.16s...\n", indent, word(one, "kind"),
                 word(one, "uri")[0] ? " at " : "", word(one, "uri"),
                 word(one, "sha256")[0] ? ", SHA-256 " : "", word(one, "sha256"));
    json_decref(data);
}
