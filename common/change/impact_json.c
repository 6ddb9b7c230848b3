#include "impact.h"

#include "base/hex.h"
#include "codec/put.h"

const char *impact_change_name(enum list_polarity polarity, enum whatif_change change)
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
        put_name(out, impact_change_name(l->polarity, (enum whatif_change)c));
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
