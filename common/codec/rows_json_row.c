/* rows_json.h: one row, its names and its cells. */
#include "rows_json_parts.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- names --- */

static size_t name_find(const struct place *p, const char *name, size_t hint)
{
    if (hint < p->n && strcmp(p->names[hint], name) == 0)
        return hint;
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->names[i], name) == 0)
            return i;
    return p->n;
}

static void name_add(struct rows_json *r, struct place *p, const char *name, size_t hint)
{
    if (name_find(p, name, hint) < p->n)
        return;
    if (p->n == ROWS_JSON_CELLS) {
        r->too_many = true;
        return;
    }
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 16;
        p->names = mem_resize(p->names, p->cap, sizeof(*p->names));
    }
    p->names[p->n++] = mem_strdup(name);
}

/* --- cells --- */

static void scalar_text(json_t *v, struct buf *out)
{
    if (json_is_string(v))
        buf_add(out, json_string_value(v), json_string_length(v));
    else if (json_is_integer(v))
        buf_addf(out, "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        buf_addf(out, "%.6f", json_real_value(v));
    else if (json_is_boolean(v))
        buf_add_str(out, json_is_true(v) ? "true" : "false");
}

static void array_text(json_t *v, struct buf *out)
{
    json_t *e;
    size_t i;

    json_array_foreach(v, i, e)
    {
        if (i > 0)
            buf_add_str(out, ",");
        if (json_is_object(e) || json_is_array(e)) {
            char *s = json_dumps(e, JSON_COMPACT);

            buf_add_str(out, s != NULL ? s : "");
            free(s);
        } else {
            scalar_text(e, out);
        }
    }
}

bool rows_json_numbered(json_t *o)
{
    const char *name;
    json_t *v;

    if (!json_is_object(o) || json_object_size(o) == 0)
        return false;
    json_object_foreach(o, name, v)
    {
        if (!json_is_object(v) || name[0] == '\0' ||
            strspn(name, "0123456789") != strlen(name))
            return false;
    }
    return true;
}

typedef void member_each(struct rows_json *r, void *arg, const char *name, json_t *v,
                         size_t i);

/* {"subscriptions": [{"status": "a"}, {"status": "b"}]}: a list of the members by their
 * names, as "subscriptions[].status". NULL: it is no array of objects. */
static json_t *turned_round(json_t *v)
{
    json_t *all = json_object(), *e, *m, *list;
    const char *key;
    size_t i;

    json_array_foreach(v, i, e)
    {
        if (!json_is_object(e)) {
            json_decref(all);
            return NULL;
        }
        json_object_foreach(e, key, m)
        {
            if (json_is_array(m) || json_is_object(m) || json_is_null(m))
                continue;
            list = json_object_get(all, key);
            if (list == NULL) {
                list = json_array();
                json_object_set_new(all, key, list);
            }
            json_array_append(list, m);
        }
    }
    return all;
}

static size_t members_listed(struct rows_json *r, json_t *v, const char *name, size_t i,
                             member_each *each, void *arg)
{
    json_t *all = json_array_size(v) <= LISTED ? turned_round(v) : NULL, *list;
    const char *key;

    if (all == NULL)
        return i;
    json_object_foreach(all, key, list)
    {
        char inner[2 * PLACE_BYTES];

        snprintf(inner, sizeof(inner), "%s[].%s", name, key);
        each(r, arg, inner, list, i++);
    }
    json_decref(all);
    return i;
}

/* Every member of a row, with those of the objects in it. */
static size_t members(struct rows_json *r, json_t *o, const char *before, size_t i,
                      int depth, member_each *each, void *arg)
{
    const char *key;
    json_t *v;

    json_object_foreach(o, key, v)
    {
        char name[PLACE_BYTES];

        snprintf(name, sizeof(name), "%s%s", before, key);
        if (json_is_object(v) && json_object_size(v) > 0 && !rows_json_numbered(v) &&
            depth < DEPTH) {
            char inner[PLACE_BYTES + 1];

            snprintf(inner, sizeof(inner), "%s.", name);
            i = members(r, v, inner, i, depth + 1, each, arg);
        } else {
            each(r, arg, name, v, i++);
            if (json_is_array(v))
                i = members_listed(r, v, name, i, each, arg);
        }
    }
    return i;
}

/* --- looking --- */

struct look {
    struct place *place; /* NULL: only asked */
    bool contact;
};

static void member_look(struct rows_json *r, void *arg, const char *name, json_t *v,
                        size_t i)
{
    struct look *look = arg;
    const char *text = json_is_string(v) ? json_string_value(v) : "";
    const size_t len = json_is_string(v) ? json_string_length(v) : 0;

    if (look->place != NULL) {
        name_add(r, look->place, name, i);
        r->too_many = r->too_many || (json_is_array(v) && json_array_size(v) > LISTED);
    }
    look->contact = look->contact || ((json_is_string(v) || json_is_integer(v)) &&
                                      r->is_contact(r->asked, name, text, len));
}

bool rows_json_look(struct rows_json *r, json_t *row, struct place *place)
{
    struct look look = {.place = place};

    if (json_is_string(row)) {
        look.contact =
            memchr(json_string_value(row), '@', json_string_length(row)) != NULL;
        if (place != NULL)
            name_add(r, place, "", 0);
    } else if (json_is_object(row)) {
        members(r, row, "", 0, 0, member_look, &look);
    }
    return look.contact;
}

/* --- giving --- */

static void member_give(struct rows_json *r, void *arg, const char *name, json_t *v,
                        size_t hint)
{
    const size_t i = name_find(r->rows, name, hint);

    (void)arg;
    if (i == r->rows->n)
        return;
    if (json_is_string(v)) {
        r->cells[i] = (struct json_cell){json_string_value(v), json_string_length(v)};
        return;
    }
    r->offset[i] = r->texts.len;
    r->in_texts[i] = true;
    if (json_is_array(v) || json_is_object(v))
        array_text(v, &r->texts);
    else
        scalar_text(v, &r->texts);
    r->cells[i] = (struct json_cell){"", r->texts.len - r->offset[i]};
}

bool rows_json_give(struct rows_json *r, json_t *row, struct err *err)
{
    r->number++;
    memset(r->cells, 0, sizeof(r->cells[0]) * r->rows->n);
    memset(r->in_texts, 0, r->rows->n);
    buf_reset(&r->texts);
    if (json_is_string(row) && r->rows->n == 1 && r->rows->names[0][0] == '\0')
        r->cells[0] = (struct json_cell){json_string_value(row), json_string_length(row)};
    else if (json_is_object(row))
        members(r, row, "", 0, 0, member_give, NULL);
    else
        return r->each(r->arg, r->number, NULL, err);
    for (size_t i = 0; i < r->rows->n; i++)
        if (r->in_texts[i] && r->cells[i].len > 0)
            r->cells[i].s = r->texts.data + r->offset[i];
    return r->each(r->arg, r->number, r->cells, err);
}
