/* What would change on the lists, for people and for programs. */
#include "impact.h"

#include "base/hex.h"
#include "codec/put.h"

#include <stdio.h>

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

static const char *change_name(enum list_polarity polarity, enum whatif_change change)
{
    switch (change) {
    case WHATIF_ON: return polarity == LIST_PERMIT ? "permitted" : "suppressed";
    case WHATIF_OFF: return polarity == LIST_PERMIT ? "revoked" : "released";
    case WHATIF_REASON: return "other_reason";
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

static void list_json(const struct impact_list *l, struct buf *out)
{
    char key[37];

    buf_add_str(out, "{");
    put_name(out, "list");
    put_text(out, l->id);
    put_name(out, ",polarity");
    put_text(out, l->polarity == LIST_PERMIT ? "permit" : "deny");
    put_name(out, ",counted");
    put_text(out, impact_is_shared(l) ? "tokens" : "contacts");
    put_name(out, ",before");
    put_int(out, l->was);
    put_name(out, ",after");
    put_int(out, l->is);
    for (int c = WHATIF_ON; c < WHATIF_CHANGES; c++) {
        buf_add_str(out, ",");
        put_name(out, change_name(l->polarity, (enum whatif_change)c));
        buf_add_str(out, "{");
        put_name(out, "contacts");
        put_int(out, l->n[c]);
        put_name(out, ",examples");
        buf_add_str(out, "[");
        for (size_t i = 0; i < l->examples[c].n; i++) {
            buf_add_str(out, i > 0 ? "," : "");
            put_text(out, uuid_print(l->examples[c].keys[i].b, key));
        }
        buf_add_str(out, "]}");
    }
    buf_add_str(out, "}");
}

void impact_json(const struct impact *impact, struct buf *out)
{
    buf_add_str(out, "{");
    put_name(out, "contacts");
    put_int(out, impact->contacts);
    put_name(out, ",changed");
    put_int(out, impact->changed);
    put_name(out, ",lists");
    buf_add_str(out, "[");
    for (size_t i = 0; i < impact->n; i++) {
        buf_add_str(out, i > 0 ? "," : "");
        list_json(&impact->lists[i], out);
    }
    buf_add_str(out, "]}");
}
