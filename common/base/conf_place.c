/* conf_place.c - a setting that was found wrong later than it was read: which, and where
 * it stands. */
#include "base/conf.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES      96
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static void put_before(struct err *err, const char *head)
{
    const struct err was = *err;

    (void)err_set(err, was.kind, was.code, "%s: %s", head, was.text);
}

bool conf_of(const char *name, struct err *err)
{
    const size_t len = strlen(name);

    if (strncmp(err->text, name, len) != 0 || strchr(": ", err->text[len]) == NULL)
        put_before(err, name);
    return false;
}

/* "NAME: ..." of a setting that there is. */
static bool name_find(const struct conf_key *keys, size_t n, const struct err *err,
                      char ret[NAME_BYTES], const char **ret_env)
{
    const size_t len = strcspn(err->text, ": ");

    *ret_env = NULL;
    if (len == 0 || len >= NAME_BYTES || err->text[len] != ':')
        return false;
    snprintf(ret, NAME_BYTES, "%.*s", (int)len, err->text);
    for (size_t i = 0; i < n; i++)
        if (strcmp(keys[i].name, ret) == 0) {
            *ret_env = keys[i].env;
            return true;
        }
    return strncmp(ret, "kafka.", strlen("kafka.")) == 0 && strchr(ret, '*') == NULL;
}

/* Its line in the file, 0: it has none. */
static int line_find(const char *path, const char *name)
{
    FILE *f = path != NULL ? fopen(path, "re") : NULL;
    const size_t len = strlen(name);
    char *line = NULL;
    size_t cap = 0;
    int number = 0, found = 0;

    while (f != NULL && found == 0 && getline(&line, &cap, f) > 0) {
        const char *at = line;

        if (number++ == 0 && strncmp(at, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
            at += strlen(BYTE_ORDER_MARK);
        at += strspn(at, " \t\r");
        if (strncmp(at, name, len) == 0 && at[len + strspn(at + len, " \t\r")] == '=')
            found = number;
    }
    free(line);
    if (f != NULL)
        fclose(f);
    return found;
}

static bool is_set(const char *variable)
{
    const char *value = variable != NULL ? getenv(variable) : NULL;

    return value != NULL && value[0] != '\0';
}

void conf_place(const struct conf_key *keys, size_t n, const char *path, struct err *err)
{
    char name[NAME_BYTES], variable[CONF_ENV_BYTES], place[192];
    const char *outer;
    int line;

    if (!name_find(keys, n, err, name, &outer))
        return;
    /* the order in which they win */
    if (getenv(conf_env_name(name, variable)) != NULL) {
        put_before(err, variable);
    } else if (is_set(outer)) {
        put_before(err, outer);
    } else if ((line = line_find(path, name)) > 0) {
        snprintf(place, sizeof(place), "line %d of %.150s", line, path);
        put_before(err, place);
    }
}
