#include "entry_read.h"

#include <jansson.h>
#include <stdio.h>
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
    const char *token = json_string_value(json_object_get(root, "token"));
    const enum list_status status =
        status_of(json_string_value(json_object_get(root, "status")));
    const bool ok = status != LIST_ABSENT && json_is_integer(version) && token != NULL &&
                    strlen(token) < sizeof(ret->token);

    if (ok) {
        ret->status = status;
        ret->version = json_integer_value(version);
        snprintf(ret->token, sizeof(ret->token), "%s", token);
    }
    json_decref(root);
    return ok;
}

bool heartbeat_from_json(const char *value, size_t len, struct cursor *ret,
                         int64_t *ret_epoch)
{
    json_t *root = json_loadb(value, len, JSON_REJECT_DUPLICATES, NULL);
    const char *status = json_string_value(json_object_get(root, "status"));
    const char *version = json_string_value(json_object_get(root, "version"));
    const bool ok = status != NULL && strcmp(status, "heartbeat") == 0 &&
                    version != NULL && cursor_parse(version, strlen(version), ret);

    *ret_epoch = json_integer_value(json_object_get(root, "epoch"));
    json_decref(root);
    return ok;
}
