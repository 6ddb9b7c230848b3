/* conf_name.c - a setting's name: in the environment, another program's, or nobody's. */
#include "base/ascii.h"
#include "base/conf_parts.h"
#include "base/nearest.h"
#include "base/version.h"

#include <stdio.h>
#include <string.h>

#define NAME_BYTES 96

static const char *const all_names[] = {
#define CONF_NAME(name) name,
#include "conf_names.inc"
#undef CONF_NAME
};

bool conf_same_as_env(const char *name, const char *env)
{
    for (; *name != '\0' && *env != '\0'; name++, env++) {
        if ((*name == '.' ? '_' : *name) != ascii_lower(*env) ||
            (*env >= 'a' && *env <= 'z'))
            return false;
    }
    return *name == *env;
}

bool conf_is_siblings(const char *env)
{
    for (size_t i = 0; i < sizeof(all_names) / sizeof(all_names[0]); i++)
        if (conf_same_as_env(all_names[i], env))
            return true;
    return false;
}

static bool is_other_programs(const char *name)
{
    for (size_t i = 0; i < sizeof(all_names) / sizeof(all_names[0]); i++)
        if (strcmp(all_names[i], name) == 0)
            return true;
    return false;
}

bool conf_unknown(const struct conf_key *keys, size_t n, const char *name,
                  const char *origin, struct err *err)
{
    struct nearest near = {0};
    char written[NAME_BYTES];
    size_t len = 0;

    for (; len < sizeof(written) - 1 && name[len] != '\0'; len++)
        written[len] = ascii_lower(name[len]);
    written[len] = '\0';
    for (size_t i = 0; i < n; i++)
        nearest_look(&near, written, keys[i].name);
    if ((near.name == NULL || near.edits > 0) && is_other_programs(written))
        return err_set(err, ERR_CONFIG, "CONF_UNKNOWN",
                       "%s: another program has this setting, this one has not", origin);
    return err_set(err, ERR_CONFIG, "CONF_UNKNOWN",
                   "%s: there is no such setting in " CONSENT_VERSION "%s%s%s", origin,
                   near.name != NULL ? "; did you mean " : "",
                   near.name != NULL ? near.name : "", near.name != NULL ? "?" : "");
}
