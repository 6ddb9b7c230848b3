#include "rows_json_parts.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_BYTES ((size_t)16 << 20) /* of one row's cells that are no texts */

static struct place *place_of(struct rows_json *r, const char *path)
{
    for (size_t i = 0; i < r->n_places; i++)
        if (strcmp(r->places[i].path, path) == 0)
            return &r->places[i];
    if (r->n_places == PLACES)
        return NULL;
    snprintf(r->places[r->n_places].path, PLACE_BYTES, "%s", path);
    return &r->places[r->n_places++];
}

/* --- walking --- */

static bool walk(struct rows_json *r, json_t *v, const char *path, int depth,
                 struct err *err);

static bool row_take(struct rows_json *r, struct place *place, json_t *row,
                     struct err *err)
{
    if (r->rows != NULL)
        return rows_json_give(r, row, err);
    rows_json_look(r, row, place);
    place->rows++;
    return true;
}

static bool has_address(json_t *o)
{
    const char *name;
    json_t *m;

    json_object_foreach(o, name, m)
    {
        if (json_is_string(m) && strchr(json_string_value(m), '@') != NULL)
            return true;
    }
    return false;
}

/* An object that has a few contacts in an array, most at most, and says something of them
 * beside it: {"emails": ["a@x", "b@x"], "opted_out": true}, or
 * {"email": [{"value": "a@x", "primary": true}], "status": "unsubscribed"} */
static bool is_row_of_several(struct rows_json *r, json_t *e, size_t most)
{
    const char *name;
    json_t *m, *first;

    if (!json_is_object(e) || json_object_size(e) < 2)
        return false;
    json_object_foreach(e, name, m)
    {
        first = json_array_get(m, 0);
        if (json_array_size(m) > most)
            continue;
        if (json_is_string(first)
                ? r->is_contact(r->asked, name, json_string_value(first),
                                json_string_length(first))
                : has_address(first) && r->is_contact(r->asked, name, "", 0))
            return true;
    }
    return false;
}

/* The elements are rows as soon as one of them names a contact. */
static bool array_take(struct rows_json *r, json_t *v, const char *path, int depth,
                       struct err *err)
{
    struct place *place;
    char inner[PLACE_BYTES];
    bool rows = false;
    json_t *e;
    size_t i;

    snprintf(inner, sizeof(inner), "%s[]", path);
    json_array_foreach(v, i, e) rows =
        rows || rows_json_look(r, e, NULL) || is_row_of_several(r, e, SEVERAL);
    place = rows ? place_of(r, inner) : NULL;
    json_array_foreach(v, i, e)
    {
        if (rows ? place != NULL && (r->rows == NULL || r->rows == place) &&
                       !row_take(r, place, e, err)
                 : !walk(r, e, inner, depth + 1, err))
            return false;
    }
    return true;
}

static bool numbered_take(struct rows_json *r, json_t *v, const char *path, int depth,
                          struct err *err)
{
    json_t *list = json_array(), *e;
    const char *name;
    bool ok;

    json_object_foreach(v, name, e) json_array_append(list, e);
    ok = array_take(r, list, path, depth, err);
    json_decref(list);
    return ok;
}

static int64_t rows_of(const struct rows_json *r)
{
    int64_t n = 0;

    for (size_t i = 0; i < r->n_places; i++)
        n += r->places[i].rows;
    return n;
}

/* {"identities": [{"email": "a@x"}], "optOut": true}: the rows stand in a list, and what
 * their owner says of them beside it. */
static void beside_note(struct rows_json *r, json_t *owner)
{
    const char *name;
    json_t *m;

    json_object_foreach(owner, name, m)
    {
        bool had = json_is_array(m) || json_is_object(m);

        for (size_t i = 0; i < r->n_beside && !had; i++)
            had = strcmp(r->beside[i], name) == 0;
        if (!had && r->n_beside < BESIDE)
            snprintf(r->beside[r->n_beside++], sizeof(r->beside[0]), "%s", name);
    }
}

static bool object_take(struct rows_json *r, json_t *v, const char *path, int depth,
                        struct err *err)
{
    const bool several = is_row_of_several(r, v, 1);
    const int64_t before = rows_of(r);
    struct place *place = NULL;
    const char *name;
    json_t *m;

    if (several || rows_json_look(r, v, NULL)) {
        place = place_of(r, path);
        if (place != NULL && (r->rows == NULL || r->rows == place) &&
            !row_take(r, place, v, err))
            return false;
    }
    json_object_foreach(v, name, m)
    {
        char inner[PLACE_BYTES];

        snprintf(inner, sizeof(inner), "%s%s%s", path, path[0] ? "/" : "", name);
        if (place == NULL || (json_is_array(m) && !several)) {
            if (!walk(r, m, inner, depth + 1, err))
                return false;
        }
    }
    if (place == NULL && strstr(path, "[]") != NULL && rows_of(r) > before)
        beside_note(r, v);
    return true;
}

static bool walk(struct rows_json *r, json_t *v, const char *path, int depth,
                 struct err *err)
{
    if (depth > DEPTH)
        return true;
    if (json_is_array(v))
        return array_take(r, v, path, depth, err);
    if (rows_json_numbered(v))
        return numbered_take(r, v, path, depth, err);
    if (json_is_object(v))
        return object_take(r, v, path, depth, err);
    if (json_is_string(v) && r->rows == NULL && strchr(json_string_value(v), '@') != NULL)
        r->outside++;
    return true;
}

/* Every document of the text. */
static bool walk_all(struct rows_json *r, struct err *err)
{
    int64_t line = 1;
    size_t at = 0, n = 0;

    for (;; n++) {
        json_error_t e;
        json_t *top;
        bool ok;

        while (at < r->len && strchr(" \t\r\n\x1e", r->text[at]) != NULL)
            line += r->text[at++] == '\n';
        if (at == r->len)
            return true;
        top = json_loadb(r->text + at, r->len - at,
                         JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &e);
        if (top == NULL)
            return err_set(err, ERR_INPUT, "NOT_JSON", "line %lld is no JSON",
                           (long long)line + e.line - 1);
        ok = walk(r, top, "", 0, err);
        json_decref(top);
        if (!ok)
            return false;
        for (size_t end = at + (size_t)e.position; at < end; at++)
            line += r->text[at] == '\n';
    }
}

/* --- the whole --- */

static bool place_choose(struct rows_json *r, struct err *err)
{
    struct place *found = NULL;

    for (size_t i = 0; i < r->n_places; i++) {
        if (found != NULL)
            return err_set(
                err, ERR_INPUT, "ROWS_UNSURE",
                "there are contacts in several places (%.60s, %.60s): give one "
                "of them as a file of its own",
                found->path[0] ? found->path : "the top",
                r->places[i].path[0] ? r->places[i].path : "the top");
        found = &r->places[i];
    }
    if (found == NULL && r->outside > 0)
        return err_set(err, ERR_INPUT, "NO_ROWS",
                       "there is no array of rows that names a contact, and yet %lld "
                       "texts with an @",
                       (long long)r->outside);
    if (found == NULL)
        return err_set(err, ERR_INPUT, "NO_ROWS",
                       "there is no row that names a contact in it: it says nobody");
    if (r->too_many)
        return err_set(err, ERR_INPUT, "TOO_MANY_FIELDS",
                       "a row has more than %d members, or %d in one of them",
                       ROWS_JSON_CELLS, LISTED);
    r->rows = found;
    return true;
}

bool rows_json_open(const char *text, size_t len, rows_json_contact *is_contact,
                    void *arg, struct rows_json **ret, struct err *err)
{
    struct rows_json *r = mem_zalloc(1, sizeof(*r));

    r->text = text;
    r->len = len;
    r->is_contact = is_contact;
    r->asked = arg;
    buf_init(&r->texts, TEXTS_BYTES);
    if (!walk_all(r, err) || !place_choose(r, err)) {
        rows_json_close(r);
        return false;
    }
    *ret = r;
    return true;
}

void rows_json_close(struct rows_json *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->n_places; i++) {
        for (size_t k = 0; k < r->places[i].n; k++)
            free(r->places[i].names[k]);
        free(r->places[i].names);
    }
    buf_done(&r->texts);
    free(r);
}

size_t rows_json_columns(const struct rows_json *r)
{
    return r->rows->n;
}

const char *rows_json_column(const struct rows_json *r, size_t i)
{
    return r->rows->names[i];
}

const char *rows_json_place(const struct rows_json *r)
{
    return r->rows->path;
}

const char *rows_json_beside(const struct rows_json *r, size_t i)
{
    return i < r->n_beside ? r->beside[i] : NULL;
}

int64_t rows_json_outside(const struct rows_json *r)
{
    return r->outside;
}

bool rows_json_walk(struct rows_json *r, rows_json_each *each, void *arg, struct err *err)
{
    r->each = each;
    r->arg = arg;
    r->number = 0;
    return walk_all(r, err);
}
