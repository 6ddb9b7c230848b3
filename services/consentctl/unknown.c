#include "unknown.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MOST 8 /* more are not read */

struct names {
    struct nearest near;
    const char *written;
    char all[121];
    size_t n;
    bool more;
};

/* One that has changed in the register stands there more than once. */
static bool listed(const char *all, const char *name)
{
    const size_t len = strlen(name);

    for (const char *at = all; (at = strstr(at, name)) != NULL; at += len)
        if ((at == all || at[-1] == ' ') && (at[len] == ',' || at[len] == '\0'))
            return true;
    return false;
}

static void names_add(struct names *l, const char *name)
{
    const size_t at = strlen(l->all);

    nearest_look(&l->near, l->written, name);
    if (listed(l->all, name))
        return;
    if (l->n == NAMES_MOST || at + strlen(name) + 3 > sizeof(l->all)) {
        l->more = true;
        return;
    }
    snprintf(l->all + at, sizeof(l->all) - at, "%s%s", at > 0 ? ", " : "", name);
    l->n++;
}

static void names_find(struct names *l, const struct register_snapshot *s,
                       enum unknown kind)
{
    const struct rulebook *b = &s->book;

    for (size_t i = 0; kind == UNKNOWN_SOURCE && i < b->n_sources; i++)
        names_add(l, b->sources[i].id);
    for (size_t i = 0; kind == UNKNOWN_LIST && i < s->n_lists; i++)
        names_add(l, s->lists[i].id);
    for (size_t i = 0; kind == UNKNOWN_RECIPIENT && i < s->n_recipients; i++)
        names_add(l, s->recipients[i].id);
    for (size_t i = 0; kind == UNKNOWN_CONTROLLER && i < b->n_controllers; i++)
        names_add(l, b->controllers[i].id);
    for (size_t i = 0; kind == UNKNOWN_PURPOSE && i < b->n_purposes; i++)
        names_add(l, b->purposes[i].id);
}

bool unknown_name(const struct register_snapshot *s, enum unknown kind, const char *name,
                  struct err *err)
{
    static const struct {
        const char *what, *code;
    } kinds[] = {
        [UNKNOWN_SOURCE] = {"source", "NO_SOURCE"},
        [UNKNOWN_LIST] = {"list", "NO_LIST"},
        [UNKNOWN_RECIPIENT] = {"recipient", "BAD_SCOPE"},
        [UNKNOWN_CONTROLLER] = {"controller", "UNKNOWN_NAME"},
        [UNKNOWN_PURPOSE] = {"purpose", "UNKNOWN_NAME"},
    };
    struct names l = {.written = name};
    const bool few = strlen(name) <= 60;

    names_find(&l, s, kind);
    if (l.near.name != NULL)
        return err_set(err, ERR_CONFIG, kinds[kind].code,
                       "the register has no %s \"%.60s\"; did you mean %.64s?",
                       kinds[kind].what, name, l.near.name);
    return err_set(err, ERR_CONFIG, kinds[kind].code,
                   "the register has no %s \"%.60s\"%s%.120s%s", kinds[kind].what, name,
                   few && l.n > 0 ? "; it has " : "", few ? l.all : "",
                   few && l.more ? " ..." : "");
}
