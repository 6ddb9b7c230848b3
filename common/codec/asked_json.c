#include "asked_json.h"

#include "base/when.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 16

bool asked_fault(const struct asked *at, const char *reason, const char *pointer)
{
    char place[32] = "";

    if (at->list != NULL)
        snprintf(place, sizeof(place), "%s/%zu", at->list, at->index);
    snprintf(at->fault->reason, sizeof(at->fault->reason), "%s", reason);
    snprintf(at->fault->pointer, sizeof(at->fault->pointer), "%s%s", place, pointer);
    return false;
}

/* jansson's own bound is far beyond ours, and it recurses. */
static bool deep(const char *s, size_t len)
{
    bool quoted = false;
    int depth = 0;

    for (size_t i = 0; i < len; i++) {
        if (s[i] == '"')
            quoted = !quoted;
        else if (quoted && s[i] == '\\')
            i++;
        else if (!quoted && (s[i] == '{' || s[i] == '[') && ++depth > DEPTH_MAX)
            return true;
        else if (!quoted && (s[i] == '}' || s[i] == ']'))
            depth--;
    }
    return false;
}

json_t *asked_open(const struct asked *at, const char *body, size_t len)
{
    json_t *root =
        deep(body, len) ? NULL : json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);

    if (json_is_object(root))
        return root;
    asked_fault(at, root == NULL ? "BAD_JSON" : "BAD_TYPE", "");
    json_decref(root);
    return NULL;
}

bool asked_only(const struct asked *at, json_t *o, const char *const *names,
                const char *pointer)
{
    const char *key;
    json_t *value;

    json_object_foreach(o, key, value)
    {
        size_t i = 0;

        while (names[i] != NULL && strcmp(names[i], key) != 0)
            i++;
        if (names[i] == NULL)
            return asked_fault(at, "UNKNOWN_MEMBER", pointer);
    }
    return true;
}

bool asked_text(const struct asked *at, json_t *o, const char *pointer, bool needed,
                size_t most, const char **ret)
{
    json_t *value = json_object_get(o, strrchr(pointer, '/') + 1);

    if (value == NULL)
        return !needed || asked_fault(at, "MISSING", pointer);
    if (!json_is_string(value))
        return asked_fault(at, "BAD_TYPE", pointer);
    if (json_string_length(value) == 0 || json_string_length(value) > most)
        return asked_fault(at, "BAD_VALUE", pointer);
    *ret = json_string_value(value);
    return true;
}

bool asked_instant(const struct asked *at, json_t *o, const char *pointer, int64_t *ret)
{
    const char *s = NULL;

    if (!asked_text(at, o, pointer, false, 64, &s))
        return false;
    return s == NULL || when_parse(s, strlen(s), ret) == WHEN_OK ||
           asked_fault(at, "BAD_TIME", pointer);
}
