#include "codec/entry_read.h"

#include <jansson.h>
#include <string.h>

static enum list_status status_of(const char *name)
{
    for (int s = LIST_SUPPRESSED; name != NULL && s <= LIST_PERMITTED; s++)
        if (strcmp(list_status_name((enum list_status)s), name) == 0)
            return (enum list_status)s;
    return LIST_ABSENT;
}

bool entry_from_json(const char *value, size_t len, struct entry_seen *ret)
{
    json_t *root = json_loadb(value, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *version = json_object_get(root, "version");
    const struct entry_seen seen = {
        status_of(json_string_value(json_object_get(root, "status"))),
        json_integer_value(version)};
    const bool ok = seen.status != LIST_ABSENT && json_is_integer(version) &&
                    json_is_string(json_object_get(root, "token"));

    json_decref(root);
    if (ok)
        *ret = seen;
    return ok;
}
