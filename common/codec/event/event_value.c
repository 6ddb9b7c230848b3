#include "event_value_parts.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* --- memory --- */

struct values_chunk {
    struct values_chunk *next;
    _Alignas(8) char bytes[];
};

void values_init(struct values *v)
{
    v->more = NULL;
    v->at = v->own;
    v->end = v->own + sizeof(v->own);
}

void values_done(struct values *v)
{
    while (v->more != NULL) {
        struct values_chunk *chunk = v->more;

        v->more = chunk->next;
        free(chunk);
    }
}

void *values_take(struct values *v, size_t bytes)
{
    size_t need = (bytes + 7) & ~(size_t)7;
    void *ret;

    if ((size_t)(v->end - v->at) < need) {
        size_t room = need < sizeof(v->own) ? sizeof(v->own) : need;
        struct values_chunk *chunk = mem_resize(NULL, 1, sizeof(*chunk) + room);

        chunk->next = v->more;
        v->more = chunk;
        v->at = chunk->bytes;
        v->end = chunk->bytes + room;
    }
    ret = v->at;
    v->at += need;
    return ret;
}

struct value *value_new(struct values *v, enum value_kind kind)
{
    struct value *ret = values_take(v, sizeof(*ret));

    memset(ret, 0, sizeof(*ret));
    ret->kind = kind;
    return ret;
}

static const char *keep(struct values *v, const char *s, size_t len)
{
    char *ret = values_take(v, len + 1);

    memcpy(ret, s, len);
    ret[len] = '\0';
    return ret;
}

void value_append(struct value *to, struct value *v)
{
    if (to->last != NULL)
        to->last->next = v;
    else
        to->first = v;
    to->last = v;
    to->n++;
}

/* --- reading it --- */

struct value *value_find(const struct value *object, const char *name, size_t len)
{
    for (struct value *v = object->first; v != NULL; v = v->next)
        if (v->name_len == len && memcmp(v->name, name, len) == 0)
            return v;
    return NULL;
}

struct value *value_get(const struct value *object, const char *name)
{
    return value_is(object, VALUE_OBJECT) ? value_find(object, name, strlen(name)) : NULL;
}

bool value_is(const struct value *v, enum value_kind kind)
{
    return v != NULL && v->kind == kind;
}

bool value_is_bool(const struct value *v)
{
    return value_is(v, VALUE_TRUE) || value_is(v, VALUE_FALSE);
}

const char *value_text(const struct value *v)
{
    return value_is(v, VALUE_TEXT) ? v->text : NULL;
}

size_t value_text_bytes(const struct value *v)
{
    return value_is(v, VALUE_TEXT) ? v->n : 0;
}

size_t value_elements(const struct value *array)
{
    return value_is(array, VALUE_ARRAY) ? array->n : 0;
}

struct value *value_element(const struct value *array, size_t i)
{
    struct value *v = value_is(array, VALUE_ARRAY) ? array->first : NULL;

    while (v != NULL && i-- > 0)
        v = v->next;
    return v;
}

bool value_same(const struct value *a, const struct value *b)
{
    const struct value *x, *y;

    if (a == NULL || b == NULL)
        return a == b;
    if (a->kind != b->kind || a->n != b->n || a->integer != b->integer ||
        (a->kind == VALUE_TEXT && memcmp(a->text, b->text, a->n + 1) != 0))
        return false;
    for (x = a->first, y = b->first; x != NULL && y != NULL; x = x->next, y = y->next)
        if (x->name_len != y->name_len ||
            (x->name_len > 0 && memcmp(x->name, y->name, x->name_len) != 0) ||
            !value_same(x, y))
            return false;
    return x == y;
}

/* --- building it --- */

struct value *value_object(struct values *v)
{
    return value_new(v, VALUE_OBJECT);
}

struct value *value_text_new(struct values *v, const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s, *end = p + len;
    struct value *ret;

    while (p < end) {
        size_t n = event_utf8_at(p, end);

        if (n == 0)
            return NULL;
        p += n;
    }
    ret = value_new(v, VALUE_TEXT);
    ret->text = keep(v, len > 0 ? s : "", len);
    ret->n = len;
    return ret;
}

void value_set(struct values *v, struct value *object, const char *name,
               struct value *member)
{
    size_t len = strlen(name);
    struct value *old = value_find(object, name, len);

    if (member == NULL)
        return;
    member->name = keep(v, name, len);
    member->name_len = len;
    if (old == NULL) {
        value_append(object, member);
    } else {
        member->next = old->next;
        *old = *member;
        if (member->next == NULL)
            object->last = old;
    }
}

void value_drop_nulls(struct value *object, const char *but)
{
    struct value *all = object->first;

    object->first = object->last = NULL;
    object->n = 0;
    while (all != NULL) {
        struct value *v = all;

        all = v->next;
        v->next = NULL;
        if (v->kind != VALUE_NULL || strcmp(v->name, but) == 0)
            value_append(object, v);
    }
}

struct value *event_value_copy(struct values *v, const json_t *json)
{
    static const enum value_kind kinds[] = {
        [JSON_OBJECT] = VALUE_OBJECT, [JSON_ARRAY] = VALUE_ARRAY,
        [JSON_STRING] = VALUE_TEXT,   [JSON_INTEGER] = VALUE_INTEGER,
        [JSON_REAL] = VALUE_FRACTION, [JSON_TRUE] = VALUE_TRUE,
        [JSON_FALSE] = VALUE_FALSE,   [JSON_NULL] = VALUE_NULL,
    };
    union {
        const json_t *given;
        json_t *any; /* its iterators take no const, and change nothing */
    } of = {json};
    struct value *ret;
    const char *name;
    json_t *member;

    if (json == NULL)
        return NULL;
    ret = value_new(v, kinds[json_typeof(json)]);
    if (json_is_string(json)) {
        ret->n = json_string_length(json);
        ret->text = keep(v, json_string_value(json), ret->n);
    } else if (json_is_integer(json)) {
        ret->integer = json_integer_value(json);
    } else if (json_is_array(json)) {
        for (size_t i = 0; i < json_array_size(json); i++)
            value_append(ret, event_value_copy(v, json_array_get(json, i)));
    } else if (json_is_object(json)) {
        json_object_foreach(of.any, name, member)
        {
            struct value *one = event_value_copy(v, member);

            one->name_len = strlen(name);
            one->name = keep(v, name, one->name_len);
            value_append(ret, one);
        }
    }
    return ret;
}
