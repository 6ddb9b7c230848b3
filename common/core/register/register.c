#include "register.h"

#include <string.h>

const struct register_rule register_rules[] = {
#define X(kind, name, type, required, of)                                                \
    {REGISTER_##kind, name, FIELD_##type, required, of},
    REGISTER_FIELDS(X)
#undef X
};
const size_t register_rules_n = sizeof(register_rules) / sizeof(register_rules[0]);

static const char *const names[][2] = {[REGISTER_NONE] = {"?", "?"},
#define X(id, name, section) [REGISTER_##id] = {name, section},
                                       REGISTER_KINDS(X)
#undef X
};

const char *register_kind_name(enum register_kind kind)
{
    return names[kind][0];
}

const char *register_kind_section(enum register_kind kind)
{
    return names[kind][1];
}

static enum register_kind kind_by(int column, const char *name)
{
    for (int k = 1; k < REGISTER_KIND_END; k++)
        if (strcmp(names[k][column], name) == 0)
            return (enum register_kind)k;
    return REGISTER_NONE;
}

enum register_kind register_kind_parse(const char *name)
{
    return kind_by(0, name);
}

enum register_kind register_section_parse(const char *section)
{
    return kind_by(1, section);
}

const struct register_rule *register_rule_find(enum register_kind kind, const char *name)
{
    for (size_t i = 0; i < register_rules_n; i++)
        if (register_rules[i].kind == kind && strcmp(register_rules[i].name, name) == 0)
            return &register_rules[i];
    return NULL;
}

const char *register_text(const struct register_entry *e, const char *field)
{
    for (size_t i = 0; i < e->n_values; i++)
        if (strcmp(e->values[i].rule->name, field) == 0)
            return e->values[i].n > 0 ? e->values[i].text[0] : NULL;
    return NULL;
}

int64_t register_time(const struct register_entry *e, const char *field,
                      int64_t preset_us)
{
    const char *text = register_text(e, field);
    int64_t us;

    if (text == NULL || when_parse(text, strlen(text), &us) != WHEN_OK)
        return preset_us;
    return us;
}

bool register_flag(const struct register_entry *e, const char *field)
{
    const char *text = register_text(e, field);

    return text != NULL && strcmp(text, "true") == 0;
}
