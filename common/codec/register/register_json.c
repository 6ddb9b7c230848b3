#include "register_json.h"

#include "base/mem.h"
#include "register_value.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void register_set_init(struct register_set *set)
{
    *set = (struct register_set){0};
}

static void entry_done(struct register_entry *e)
{
    for (size_t i = 0; i < e->n_values; i++) {
        for (size_t k = 0; k < e->values[i].n; k++)
            free(e->values[i].text[k]);
        free(e->values[i].text);
    }
    free(e->body);
}

void register_set_done(struct register_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        entry_done(&set->entries[i]);
    free(set->entries);
    register_set_init(set);
}

static struct register_entry *set_add(struct register_set *set)
{
    if (set->n == set->cap) {
        set->cap = set->cap ? 2 * set->cap : 64;
        set->entries = mem_resize(set->entries, set->cap, sizeof(*set->entries));
    }
    memset(&set->entries[set->n], 0, sizeof(*set->entries));
    return &set->entries[set->n++];
}

void register_set_borrow(struct register_set *set, const struct register_set *other)
{
    for (size_t i = 0; i < other->n; i++)
        *set_add(set) = other->entries[i];
}

/* --- one entry --- */

static bool entry_period(const struct register_place *at, json_t *object, json_t *body,
                         struct period *ret, struct err *err)
{
    static const struct register_rule from = {0, "from", FIELD_DATE, false, ""};
    static const struct register_rule until = {0, "until", FIELD_DATE, false, ""};
    const json_t *value = json_object_get(object, "from");
    struct register_value dummy = {0};

    if (value != NULL) {
        if (!register_value_read(at, &from, value, NULL, &dummy, err))
            return false;
        when_parse(dummy.text[0], strlen(dummy.text[0]), &ret->from_us);
        free(dummy.text[0]);
        free(dummy.text);
    }
    value = json_object_get(object, "until");
    if (value != NULL) {
        dummy = (struct register_value){0};
        if (!register_value_read(at, &until, value, body, &dummy, err))
            return false;
        when_parse(dummy.text[0], strlen(dummy.text[0]), &ret->until_us);
        free(dummy.text[0]);
        free(dummy.text);
    }
    return true;
}

static bool entry_fields(const struct register_place *at, json_t *object, json_t *body,
                         struct register_entry *e, struct err *err)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        const struct register_rule *rule;

        if (strcmp(key, "id") == 0 || strcmp(key, "from") == 0 ||
            strcmp(key, "until") == 0 || strcmp(key, "comment") == 0)
            continue;
        rule = register_rule_find(e->kind, key);
        if (rule == NULL)
            return register_fault(at, "UNKNOWN_FIELD", key, "is no field of this section",
                                  err);
        e->values[e->n_values].rule = rule;
        e->n_values++;
        if (!register_value_read(at, rule, value, body, &e->values[e->n_values - 1], err))
            return false;
    }
    for (size_t i = 0; i < register_rules_n; i++)
        if (register_rules[i].kind == e->kind && register_rules[i].required &&
            register_text(e, register_rules[i].name) == NULL)
            return register_fault(at, "MISSING_FIELD", register_rules[i].name,
                                  "is missing", err);
    return true;
}

static bool entry_read(struct register_place *at, json_t *object,
                       struct register_entry *e, struct err *err)
{
    json_t *body;
    bool ok;

    e->valid = (struct period){WHEN_ALWAYS, WHEN_NEVER};
    body = json_object();
    ok = entry_period(at, object, body, &e->valid, err) &&
         entry_fields(at, object, body, e, err);
    if (ok)
        e->body = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(body);
    return ok;
}

/* --- a file --- */

static bool section_read(struct register_place *at, enum register_kind kind,
                         json_t *array, const char *origin, struct register_set *set,
                         struct err *err)
{
    if (!json_is_array(array))
        return err_set(err, ERR_INPUT, "BAD_SECTION", "%s: \"%s\" is not an array",
                       at->file, at->section);
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *object = json_array_get(array, i);
        const char *id = json_string_value(json_object_get(object, "id"));
        struct register_entry *e;

        at->index = i;
        at->id = "";
        if (!json_is_object(object))
            return register_fault(at, "NOT_AN_ENTRY", NULL, "is not an object", err);
        if (id == NULL)
            return register_fault(at, "NO_ID", NULL, "has no id", err);
        if (!register_id_sound(kind, id))
            return register_fault(
                at, "BAD_ID", NULL,
                kind == REGISTER_WEBSITE
                    ? "has an id that is not a host name in lower case"
                    : "has an id that is not 1 to 63 of a-z A-Z 0-9 . _ - @",
                err);
        at->id = id;
        e = set_add(set);
        e->kind = kind;
        snprintf(e->id, sizeof(e->id), "%s", id);
        snprintf(e->origin, sizeof(e->origin), "%s", origin);
        if (!entry_read(at, object, e, err))
            return false;
    }
    return true;
}

static bool root_read(struct register_place *at, json_t *root, struct register_set *set,
                      char origin[REGISTER_ID_BYTES], struct err *err)
{
    const char *name = json_string_value(json_object_get(root, "register"));
    const char *key;
    json_t *value;

    if (!json_is_object(root))
        return err_set(err, ERR_INPUT, "NOT_A_REGISTER", "%s: not a JSON object",
                       at->file);
    if (name == NULL || !register_id_sound(REGISTER_NONE, name))
        return err_set(err, ERR_INPUT, "NO_NAME",
                       "%s: \"register\" must give the register's name", at->file);
    snprintf(origin, REGISTER_ID_BYTES, "%s", name);
    json_object_foreach(root, key, value)
    {
        const enum register_kind kind = register_section_parse(key);

        if (strcmp(key, "register") == 0 || strcmp(key, "comment") == 0 ||
            strcmp(key, "$schema") == 0)
            continue;
        at->section = key;
        if (kind == REGISTER_NONE)
            return err_set(err, ERR_INPUT, "UNKNOWN_SECTION",
                           "%s: \"%.60s\" is no section of a register", at->file, key);
        if (!section_read(at, kind, value, name, set, err))
            return false;
    }
    return true;
}

bool register_parse_file(const char *file, const char *json, size_t len,
                         struct register_set *set, char ret_origin[REGISTER_ID_BYTES],
                         struct err *err)
{
    struct register_place at = {.file = file, .section = "", .id = ""};
    char origin[REGISTER_ID_BYTES];
    json_error_t fault;
    json_t *root;
    bool ok;

    if (len > REGISTER_FILE_BYTES)
        return err_set(err, ERR_INPUT, "TOO_LARGE", "%s: larger than 4 MiB", file);
    root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &fault);
    if (root == NULL)
        return err_set(err, ERR_INPUT, "NOT_JSON", "%s: line %d, column %d: %s", file,
                       fault.line, fault.column,
                       json_error_code(&fault) == json_error_duplicate_key
                           ? "the same name twice in one object"
                           : "not JSON");
    ok = root_read(&at, root, set, origin, err);
    json_decref(root);
    if (ok && ret_origin != NULL)
        memcpy(ret_origin, origin, sizeof(origin));
    return ok;
}

bool register_parse_body(enum register_kind kind, const char *id, const char *origin,
                         int64_t from_us, const char *body, struct register_set *set,
                         struct err *err)
{
    struct register_place at = {
        .file = "register in force", .section = register_kind_section(kind), .id = id};
    json_t *object = json_loads(body, 0, NULL);
    struct register_entry *e;
    bool ok;

    if (!json_is_object(object) || strlen(id) >= REGISTER_ID_BYTES ||
        strlen(origin) >= REGISTER_ID_BYTES) {
        json_decref(object);
        return err_set(err, ERR_FATAL, "BAD_REGISTER",
                       "the register in the database holds what is no entry");
    }
    e = set_add(set);
    e->kind = kind;
    snprintf(e->id, sizeof(e->id), "%s", id);
    snprintf(e->origin, sizeof(e->origin), "%s", origin);
    ok = entry_read(&at, object, e, err);
    e->valid.from_us = from_us;
    json_decref(object);
    return ok;
}

/* --- differences --- */

static void diff_value(const json_t *value, struct buf *out)
{
    char *text;

    if (value == NULL) {
        buf_add_str(out, "(none)");
        return;
    }
    text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    buf_add_str(out, json_is_string(value) ? json_string_value(value) : text);
    free(text);
}

static void diff_field(const char *key, const json_t *was, const json_t *is,
                       struct buf *out)
{
    if (was != NULL && is != NULL && json_equal(was, is))
        return;
    buf_addf(out, "%s%s: ", out->len > 0 ? ", " : "", key);
    diff_value(was, out);
    buf_add_str(out, " -> ");
    diff_value(is, out);
}

void register_body_diff(const char *before, const char *after, struct buf *out)
{
    json_t *was = json_loads(before, 0, NULL);
    json_t *is = json_loads(after, 0, NULL);
    const char *key;
    json_t *value;

    json_object_foreach(was, key, value)
        diff_field(key, value, json_object_get(is, key), out);
    json_object_foreach(is, key, value) if (json_object_get(was, key) == NULL)
        diff_field(key, NULL, value, out);
    json_decref(was);
    json_decref(is);
}

void register_body_text(const char *body, struct buf *out)
{
    json_t *object = json_loads(body, 0, NULL);
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        buf_addf(out, "%s%s: ", out->len > 0 ? ", " : "", key);
        diff_value(value, out);
    }
    json_decref(object);
}

int64_t register_body_until(const char *body)
{
    json_t *object = json_loads(body, 0, NULL);
    const char *until = json_string_value(json_object_get(object, "until"));
    int64_t us = WHEN_NEVER;

    if (until != NULL)
        when_parse(until, strlen(until), &us);
    json_decref(object);
    return us;
}
