#include "base/conf.h"

#include <stdio.h>
#include <string.h>

static void env_name(const char *name, char out[128])
{
    size_t n = (size_t)snprintf(out, 128, "CONSENT_");

    for (; *name != '\0' && n < 127; name++)
        out[n++] = *name == '.'                   ? '_'
                   : *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A')
                                                  : *name;
    out[n] = '\0';
}

/* "whole number, 1 to 100000, default 5000" */
static void print_terms(const struct conf_key *k)
{
    switch (k->kind) {
    case CONF_TEXT: fputs("text", stdout); break;
    case CONF_FILE: fputs("path of a readable file", stdout); break;
    case CONF_BOOL: fputs("true or false", stdout); break;
    case CONF_INT:
        printf("whole number, %lld to %lld", (long long)k->least, (long long)k->most);
        break;
    }
    if (k->preset == NULL)
        fputs(", must be given", stdout);
    else if (k->preset[0] == '\0')
        fputs(", none by default", stdout);
    else
        printf(", default %s", k->preset);
}

void conf_print_help(const struct conf_key *keys, size_t n)
{
    printf("Settings (in the file as name = value, in the environment as shown):\n");
    for (size_t i = 0; i < n; i++) {
        char env[128];

        env_name(keys[i].name, env);
        printf("\n  %s\n      %s (", keys[i].name, keys[i].help);
        print_terms(&keys[i]);
        printf(")\n      environment: %s", env);
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
        printf("\n# %s\n# (", keys[i].help);
        print_terms(&keys[i]);
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
