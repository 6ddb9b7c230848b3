#include "unknown.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MOST 8 /* more are not read */

struct names {
    struct nearest near;
    const char *written;
    char all[160];
    size_t n;
};

static void names_add(struct names *l, const char *name)
{
    const size_t at = strlen(l->all);

    nearest_look(&l->near, l->written, name);
    if (l->n < NAMES_MOST && strstr(l->all, name) == NULL &&
        at + strlen(name) + 3 < sizeof(l->all))
        snprintf(l->all + at, sizeof(l->all) - at, "%s%s", at > 0 ? ", " : "", name);
    l->n++;
}

bool unknown_name(const struct register_snapshot *s, enum unknown kind, const char *name,
                  struct err *err)
{
    static const struct {
        const char *what, *code;
    } kinds[] = {
        {"source", "NO_SOURCE"}, {"list", "NO_LIST"}, {"recipient", "BAD_SCOPE"}};
    struct names l = {.written = name};
    const bool few = strlen(name) <= 60;

    for (size_t i = 0; kind == UNKNOWN_SOURCE && i < s->book.n_sources; i++)
        names_add(&l, s->book.sources[i].id);
    for (size_t i = 0; kind == UNKNOWN_LIST && i < s->n_lists; i++)
        names_add(&l, s->lists[i].id);
    for (size_t i = 0; kind == UNKNOWN_RECIPIENT && i < s->n_recipients; i++)
        names_add(&l, s->recipients[i].id);
    if (l.near.name != NULL)
        return err_set(err, ERR_CONFIG, kinds[kind].code,
                       "the register has no %s \"%.60s\"; did you mean %.64s?",
                       kinds[kind].what, name, l.near.name);
    return err_set(err, ERR_CONFIG, kinds[kind].code,
                   "the register has no %s \"%.60s\"%s%.120s%s", kinds[kind].what, name,
                   few && l.n > 0 ? "; it has " : "", few ? l.all : "",
                   few && l.n > NAMES_MOST ? " ..." : "");
}
