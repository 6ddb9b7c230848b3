/* What would change on the lists, for people. */
#include "impact_print.h"

#include "base/hex.h"

#include <stdio.h>
#include <unistd.h>

/* A list of those to leave alone, and one of those who may be written to. */
static const char *change_word(enum list_polarity polarity, enum whatif_change change)
{
    switch (change) {
    case WHATIF_ON:
        return polarity == LIST_PERMIT ? "newly permitted" : "newly suppressed";
    case WHATIF_OFF: return polarity == LIST_PERMIT ? "no longer permitted" : "released";
    case WHATIF_REASON: return "for another reason";
    case WHATIF_SAME:
    case WHATIF_CHANGES: break;
    }
    return "?";
}

static void list_print(const struct impact_list *l)
{
    char key[37];

    printf("%s%s: %lld -> %lld %s\n", l->id,
           l->before.list == NULL  ? " (new)"
           : l->after.list == NULL ? " (no longer in the register)"
                                   : "",
           (long long)l->was, (long long)l->is,
           impact_is_shared(l) ? "tokens (contacts that share one count once)"
                               : "contacts");
    for (int c = WHATIF_ON; c < WHATIF_CHANGES; c++) {
        if (l->n[c] == 0)
            continue;
        printf("  %9lld %s\n", (long long)l->n[c],
               change_word(l->polarity, (enum whatif_change)c));
        for (size_t i = 0; i < l->examples[c].n; i++)
            printf("            %s %s\n", i == 0 ? "such as" : "       ",
                   uuid_print(l->examples[c].keys[i].b, key));
    }
}

void impact_print(const struct impact *impact)
{
    for (size_t i = 0; i < impact->n; i++)
        list_print(&impact->lists[i]);
    printf("%lld contacts looked at; something would change for %lld. Nothing was "
           "changed.\n",
           (long long)impact->contacts, (long long)impact->changed);
}

static void progress(int64_t seen, int64_t total)
{
    if (total > 0)
        fprintf(stderr, "\r%lld of %lld contacts, %lld %%%s", (long long)seen,
                (long long)total, (long long)(seen * 100 / total),
                seen >= total ? "\r\033[K" : "");
}

void impact_ask_fill(const struct ctl *ctl, struct impact_ask *ask)
{
    ask->database_url = ctl->settings.database_url;
    ask->progress = isatty(STDERR_FILENO) ? progress : NULL;
}
