#include "change_json.h"

#include "base/when.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static bool fault_at(struct fault *fault, const char *reason, const char *pointer)
{
    snprintf(fault->reason, sizeof(fault->reason), "%s", reason);
    snprintf(fault->pointer, sizeof(fault->pointer), "%s", pointer);
    return false;
}

/* A text of the body or of one of its files; the pointer's last part is its name. */
static bool text(json_t *o, const char *pointer, bool needed, size_t most,
                 const char **ret, struct fault *fault)
{
    json_t *value = json_object_get(o, strrchr(pointer, '/') + 1);

    if (value == NULL)
        return !needed || fault_at(fault, "MISSING", pointer);
    if (!json_is_string(value))
        return fault_at(fault, "BAD_TYPE", pointer);
    if (json_string_length(value) == 0 || json_string_length(value) > most)
        return fault_at(fault, "BAD_VALUE", pointer);
    *ret = json_string_value(value);
    return true;
}

static bool instant(json_t *o, const char *pointer, int64_t *ret, struct fault *fault)
{
    const char *s = NULL;

    if (!text(o, pointer, false, 64, &s, fault))
        return false;
    return s == NULL || when_parse(s, strlen(s), ret) == WHEN_OK ||
           fault_at(fault, "BAD_TIME", pointer);
}

static bool only(json_t *o, const char *const *names, const char *pointer,
                 struct fault *fault)
{
    const char *key;
    json_t *value;

    json_object_foreach(o, key, value)
    {
        size_t i = 0;

        while (names[i] != NULL && strcmp(names[i], key) != 0)
            i++;
        if (names[i] == NULL)
            return fault_at(fault, "UNKNOWN_MEMBER", pointer);
    }
    return true;
}

/* An object with no other members than these. */
static bool open(const char *body, size_t len, const char *const *names,
                 struct change_asked *ret, struct fault *fault)
{
    *ret = (struct change_asked){.at_us = WHEN_NEVER};
    ret->json = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    if (ret->json == NULL)
        return fault_at(fault, "BAD_JSON", "");
    if (!json_is_object((json_t *)ret->json))
        return fault_at(fault, "BAD_TYPE", "");
    return only(ret->json, names, "", fault);
}

static bool file(json_t *o, const char *pointer, struct change_file *ret,
                 struct fault *fault)
{
    static const char *const names[] = {"name", "text", NULL};
    char name[40], content[40];

    snprintf(name, sizeof(name), "%s/name", pointer);
    snprintf(content, sizeof(content), "%s/text", pointer);
    if (!json_is_object(o))
        return fault_at(fault, "BAD_TYPE", pointer);
    if (!only(o, names, pointer, fault) || !text(o, name, true, 255, &ret->name, fault) ||
        !text(o, content, true, SIZE_MAX, &ret->text, fault))
        return false;
    ret->len = json_string_length(json_object_get(o, "text"));
    return true;
}

static bool files(json_t *root, struct change_asked *ret, struct fault *fault)
{
    json_t *list = json_object_get(root, "files");
    char pointer[24];
    size_t i;
    json_t *one;

    if (list == NULL)
        return fault_at(fault, "MISSING", "/files");
    if (!json_is_array(list))
        return fault_at(fault, "BAD_TYPE", "/files");
    if (json_array_size(list) == 0 || json_array_size(list) > CHANGE_FILES_MAX)
        return fault_at(fault, "BAD_VALUE", "/files");
    json_array_foreach(list, i, one)
    {
        snprintf(pointer, sizeof(pointer), "/files/%u", (unsigned)i);
        if (!file(one, pointer, &ret->files[i], fault))
            return false;
        ret->n++;
    }
    return true;
}

bool change_register_read(const char *body, size_t len, struct change_asked *ret,
                          struct fault *fault)
{
    static const char *const names[] = {"files", "difference", "why", NULL};

    return open(body, len, names, ret, fault) && files(ret->json, ret, fault) &&
           text(ret->json, "/difference", false, 64, &ret->difference, fault) &&
           text(ret->json, "/why", false, CHANGE_WHY_MAX, &ret->why, fault);
}

bool change_agreement_read(const char *body, size_t len, struct change_asked *ret,
                           struct fault *fault)
{
    static const char *const names[] = {"change", "at", "why", NULL};

    return open(body, len, names, ret, fault) &&
           text(ret->json, "/change", true, 32, &ret->change, fault) &&
           text(ret->json, "/why", false, CHANGE_WHY_MAX, &ret->why, fault) &&
           instant(ret->json, "/at", &ret->at_us, fault);
}

bool change_token_read(const char *body, size_t len, struct change_asked *ret,
                       struct fault *fault)
{
    static const char *const names[] = {"source", "note", "expires", NULL};

    return open(body, len, names, ret, fault) &&
           text(ret->json, "/source", true, 63, &ret->source, fault) &&
           text(ret->json, "/note", true, 127, &ret->note, fault) &&
           instant(ret->json, "/expires", &ret->at_us, fault);
}

void change_asked_done(struct change_asked *asked)
{
    json_decref(asked->json);
    asked->json = NULL;
}
