#include "header_json.h"

#include "base/mem.h"

#include <jansson.h>
#include <stdlib.h>

bool headers_from_json(const char *json, size_t len, struct header_set *ret,
                       struct err *err)
{
    json_t *object = json_loadb(json, len, 0, NULL);
    const char *key;
    json_t *value;
    bool ok = json_is_object(object);

    ret->n = 0;
    ret->list = mem_zalloc(json_object_size(object) + 1, sizeof(*ret->list));
    json_object_foreach(object, key, value)
    {
        struct header_text *h = &ret->list[ret->n];

        ok = ok && (json_is_string(value) || json_is_null(value));
        if (!ok)
            break;
        h->name = mem_strdup(key);
        h->value = json_is_string(value) ? mem_strdup(json_string_value(value)) : NULL;
        ret->n++;
    }
    json_decref(object);
    return ok ||
           err_set(err, ERR_INPUT, "BAD_HEADERS", "the record's headers cannot be read");
}

void headers_done(struct header_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        free(set->list[i].name);
        free(set->list[i].value);
    }
    free(set->list);
    set->list = NULL;
    set->n = 0;
}
