#include "event_unwrap.h"

#include "event_json.h"
#include "event_load.h"
#include "event_repair.h"

#include "base/buf.h"

#include <string.h>

#define TEXTS_MAX 2 /* JSON in a text in a text */

struct value *event_mended(struct values *mem, const char *s, size_t len,
                           uint32_t *ret_twice)
{
    struct buf text, repaired;
    struct value *ret;
    uint32_t twice;

    if (len > EVENT_SALVAGE_BYTES)
        return NULL;
    buf_init(&text, 2 * len + 8);
    if (event_from_utf16(s, len, &text)) {
        s = text.data;
        len = text.len;
    }
    buf_init(&repaired, 8 * len + 64);
    event_repair(s, len, EVENT_DEPTH, &repaired, &twice);
    json_t *root = json_loadb(repaired.data, repaired.len, JSON_DECODE_ANY, NULL);
    ret = event_value_copy(mem, root);
    json_decref(root);
    buf_done(&repaired);
    buf_done(&text);
    *ret_twice |= twice;
    return ret;
}

/* --- an event in a wrapping --- */

struct search {
    struct values *mem;
    struct value *found;
    size_t n;
    uint32_t *twice;
};

static void search_in(struct search *s, struct value *v, int texts);

static void search_text(struct search *s, struct value *v, int texts)
{
    const char *text = value_text(v);
    const size_t len = value_text_bytes(v);
    struct value *inner;

    if (texts == 0 || strstr(text, "specversion") == NULL)
        return;
    inner = event_value_parse(s->mem, text, len, EVENT_DEPTH);
    if (inner == NULL)
        inner = event_mended(s->mem, text, len, s->twice);
    search_in(s, inner, texts - 1);
}

static void search_in(struct search *s, struct value *v, int texts)
{
    if (value_is(v, VALUE_TEXT)) {
        search_text(s, v, texts);
        return;
    }
    if (!value_is(v, VALUE_OBJECT) && !value_is(v, VALUE_ARRAY))
        return;
    if (value_get(v, "specversion") != NULL && value_get(v, "type") != NULL) {
        s->found = v;
        s->n++;
        return;
    }
    for (struct value *inner = v->first; inner != NULL; inner = inner->next)
        search_in(s, inner, texts);
}

struct value *event_unwrap(struct values *mem, struct value *root, uint32_t *ret_twice)
{
    struct search s = {mem, NULL, 0, ret_twice};

    if (value_is(root, VALUE_OBJECT))
        for (struct value *v = root->first; v != NULL; v = v->next)
            search_in(&s, v, TEXTS_MAX);
    else if (root != NULL)
        search_in(&s, root, TEXTS_MAX);
    return s.n == 1 ? s.found : NULL;
}

/* --- a type that we do not know --- */

/* Are the words of a type's name in said, whatever stands between and around them? */
static bool names_type(const char *said, const char *name)
{
    const char *end = name + strlen(name) - strlen(".v1");

    for (; *said != '\0'; said++) {
        const char *s = said, *n = name;
        bool same = true;

        while (same && n < end) {
            if (*n == '.')
                n++;
            else if (*s != '\0' && strchr("._-/: ", *s) != NULL)
                s++;
            else
                same = (*s++ | 0x20) == *n++;
        }
        if (same)
            return true;
    }
    return false;
}

enum event_type event_broken_type(const struct value *root)
{
    static const enum event_type denials[] = {
        EVENT_OPTOUT_RECORDED, EVENT_OBJECTION_RECORDED, EVENT_CONSENT_WITHDRAWN,
        EVENT_CONSENT_REFUSED, EVENT_FEEDBACK_COMPLAINED};
    static const char *const parts[] = {"optout", "objection", "withdrawal"};
    const char *said = value_text(value_get(root, "type"));
    const struct value *data = value_get(root, "data");

    for (size_t i = 0; said != NULL && i < sizeof denials / sizeof denials[0]; i++)
        if (names_type(said, event_type_name(denials[i])))
            return denials[i];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (value_get(data, parts[i]) && !value_get(data, "consent"))
            return denials[i];
    return EVENT_NONE;
}

/* --- data in the wrong place --- */

static bool has_contact(struct value *v)
{
    return value_get(v, "contact") != NULL;
}

struct value *event_misplaced_data(struct value *root, struct value *data)
{
    struct value *inner = value_is(data, VALUE_ARRAY) && value_elements(data) == 1
                              ? value_element(data, 0)
                              : data;

    if (has_contact(inner))
        return inner;
    if (has_contact(value_get(inner, "data")))
        return value_get(inner, "data");
    return has_contact(root) ? root : NULL;
}
