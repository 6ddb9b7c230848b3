#include "base/conf.h"

#include <stdio.h>
#include <string.h>

const char *conf_env_name(const char *name, char ret[CONF_ENV_BYTES])
{
    size_t n = (size_t)snprintf(ret, CONF_ENV_BYTES, "CONSENT_");

    for (; *name != '\0' && n < CONF_ENV_BYTES - 1; name++)
        ret[n++] = *name == '.'                   ? '_'
                   : *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A')
                                                  : *name;
    ret[n] = '\0';
    return ret;
}

const char *conf_terms(const struct conf_key *k, char ret[CONF_TERMS_BYTES])
{
    char kind[96], preset[128];

    switch (k->kind) {
    case CONF_TEXT: snprintf(kind, sizeof(kind), "text"); break;
    case CONF_FILE: snprintf(kind, sizeof(kind), "path of a readable file"); break;
    case CONF_DIR: snprintf(kind, sizeof(kind), "path of a readable directory"); break;
    case CONF_BOOL: snprintf(kind, sizeof(kind), "true or false"); break;
    case CONF_INT:
        snprintf(kind, sizeof(kind), "whole number, %lld to %lld", (long long)k->least,
                 (long long)k->most);
        break;
    }
    if (k->preset == NULL)
        snprintf(preset, sizeof(preset), "must be given");
    else if (k->preset[0] == '\0')
        snprintf(preset, sizeof(preset), "none by default");
    else
        snprintf(preset, sizeof(preset), "default %.100s", k->preset);
    snprintf(ret, CONF_TERMS_BYTES, "%s, %s", kind, preset);
    return ret;
}

void conf_print_help(const struct conf_key *keys, size_t n)
{
    printf("Settings (in the file as name = value, in the environment as shown):\n");
    for (size_t i = 0; i < n; i++) {
        char terms[CONF_TERMS_BYTES], env[CONF_ENV_BYTES];

        printf("\n  %s\n      %s (%s)\n      environment: %s", keys[i].name, keys[i].help,
               conf_terms(&keys[i], terms), conf_env_name(keys[i].name, env));
        if (keys[i].env != NULL)
            printf(" or %s", keys[i].env);
        putchar('\n');
    }
    printf(
        "\n  kafka.NAME, pg.NAME\n      handed to librdkafka and libpq under their own "
        "names, where the program uses them\n"
        "      environment: CONSENT_KAFKA_NAME with _ for every dot, CONSENT_PG_NAME\n");
}

void conf_print_sample(const char *prog, const struct conf_key *keys, size_t n)
{
    printf("# %s: sample configuration, printed by \"%s --sample\".\n"
           "# A line that begins with # shows a default. The environment wins over this "
           "file.\n",
           prog, prog);
    for (size_t i = 0; i < n; i++) {
        char terms[CONF_TERMS_BYTES];

        printf("\n# %s\n# (%s", keys[i].help, conf_terms(&keys[i], terms));
        if (keys[i].env != NULL)
            printf("; environment: %s", keys[i].env);
        printf(")\n");
        if (keys[i].preset == NULL)
            printf("%s =\n", keys[i].name);
        else if (keys[i].preset[0] == '\0')
            printf("#%s =\n", keys[i].name);
        else
            printf("#%s = %s\n", keys[i].name, keys[i].preset);
    }
}
