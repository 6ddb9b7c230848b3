#include "change_json.h"

#include "base/when.h"
#include "codec/asked_json.h"

/* An object with no other members than these. */
static bool open(const struct asked *at, const char *body, size_t len,
                 const char *const *names, struct change_asked *ret)
{
    *ret = (struct change_asked){.at_us = WHEN_NEVER};
    ret->json = asked_open(at, body, len);
    return ret->json != NULL && asked_only(at, ret->json, names, "");
}

static bool file(const struct asked *at, json_t *o, struct change_file *ret)
{
    static const char *const names[] = {"name", "text", NULL};

    if (!json_is_object(o))
        return asked_fault(at, "BAD_TYPE", "");
    if (!asked_only(at, o, names, "") ||
        !asked_text(at, o, "/name", true, 255, &ret->name) ||
        !asked_text(at, o, "/text", true, SIZE_MAX, &ret->text))
        return false;
    ret->len = json_string_length(json_object_get(o, "text"));
    return true;
}

static bool files(const struct asked *at, json_t *root, struct change_asked *ret)
{
    json_t *list = json_object_get(root, "files");

    if (list == NULL)
        return asked_fault(at, "MISSING", "/files");
    if (!json_is_array(list))
        return asked_fault(at, "BAD_TYPE", "/files");
    if (json_array_size(list) == 0 || json_array_size(list) > CHANGE_FILES_MAX)
        return asked_fault(at, "BAD_VALUE", "/files");
    for (; ret->n < json_array_size(list); ret->n++) {
        const struct asked one = {at->fault, "/files", ret->n};

        if (!file(&one, json_array_get(list, ret->n), &ret->files[ret->n]))
            return false;
    }
    return true;
}

bool change_register_read(const char *body, size_t len, struct change_asked *ret,
                          struct fault *fault)
{
    static const char *const names[] = {"files", "difference", "why", NULL};
    const struct asked at = {.fault = fault};

    return open(&at, body, len, names, ret) && files(&at, ret->json, ret) &&
           asked_text(&at, ret->json, "/difference", false, 64, &ret->difference) &&
           asked_text(&at, ret->json, "/why", false, CHANGE_WHY_MAX, &ret->why);
}

bool change_agreement_read(const char *body, size_t len, struct change_asked *ret,
                           struct fault *fault)
{
    static const char *const names[] = {"change", "at", "why", NULL};
    const struct asked at = {.fault = fault};

    return open(&at, body, len, names, ret) &&
           asked_text(&at, ret->json, "/change", true, 32, &ret->change) &&
           asked_text(&at, ret->json, "/why", false, CHANGE_WHY_MAX, &ret->why) &&
           asked_instant(&at, ret->json, "/at", &ret->at_us);
}

bool change_token_read(const char *body, size_t len, struct change_asked *ret,
                       struct fault *fault)
{
    static const char *const names[] = {"source", "note", "expires", NULL};
    const struct asked at = {.fault = fault};

    return open(&at, body, len, names, ret) &&
           asked_text(&at, ret->json, "/source", true, 63, &ret->source) &&
           asked_text(&at, ret->json, "/note", true, 127, &ret->note) &&
           asked_instant(&at, ret->json, "/expires", &ret->at_us);
}

void change_asked_done(struct change_asked *asked)
{
    json_decref(asked->json);
    asked->json = NULL;
}
