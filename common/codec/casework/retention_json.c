#include "retention_json.h"

#include "codec/put.h"

static void put_anchor(struct buf *out, const struct anchor *a, const char *offset)
{
    buf_add_str(out, "{");
    put_name(out, "event");
    put_text(out, retention_anchor_name(a->event));
    put_name(out, ",at");
    put_time(out, a->at_us);
    if (offset != NULL) {
        put_name(out, ",offset");
        put_text(out, offset);
    }
    put_name(out, ",ledger_id");
    put_int(out, a->ledger_id);
    buf_add_str(out, "}");
}

static void put_why(struct buf *out, const struct retention_rule *rule,
                    const struct anchor *anchors, const struct retention_result *r)
{
    bool more = false;

    put_name(out, ",why");
    buf_add_str(out, "[");
    for (size_t t = 0; t < rule->n_terms; t++) {
        if (r->used[t] == RETENTION_NOT_USED)
            continue;
        buf_add_str(out, more ? "," : "");
        put_anchor(out, &anchors[r->used[t]], rule->terms[t].offset_text);
        more = true;
    }
    buf_add_str(out, "]");
    put_name(out, ",waits_for");
    buf_add_str(out, "[");
    more = false;
    for (int event = 1; event <= ANCHOR_EMPLOYMENT_BEGAN; event++) {
        if ((r->missing & (1U << event)) == 0)
            continue;
        buf_add_str(out, more ? "," : "");
        put_text(out, anchor_event_name((enum anchor_event)event));
        more = true;
    }
    buf_add_str(out, "]");
    put_name(out, ",override");
    if (r->overridden)
        put_anchor(out, &anchors[r->override_by], NULL);
    else
        buf_add_str(out, "null");
}

void retention_to_json(const struct retention_rule *rule, const char *controller,
                       const struct anchor *anchors, const struct retention_result *r,
                       struct buf *out)
{
    put_name(out, "controller");
    put_text(out, controller);
    put_name(out, ",row");
    put_text(out, rule->id);
    put_name(out, ",state");
    put_text(out, retention_state_name(r->state));
    put_name(out, ",literal_at");
    put_time(out, r->literal_us);
    put_name(out, ",effective_at");
    put_time(out, r->effective_us);
    put_name(out, ",backups_at");
    put_time(out, r->backup_us);
    put_name(out, ",review_at");
    put_time(out, r->review_us);
    put_why(out, rule, anchors, r);
}
