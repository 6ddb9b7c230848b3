#include "quarantine_json.h"

#include "codec/put.h"

/* Bytes that are no UTF-8 cannot stand in JSON: they are given in hex then. */
static void raw_put(struct buf *out, const struct quarantined *q)
{
    const unsigned char *raw = q->raw;
    bool plain = raw != NULL;

    for (size_t i = 0; plain && i < q->raw_len; i++)
        plain = raw[i] >= 0x20 && raw[i] < 0x7f;
    put_name(out, raw == NULL || plain ? ",raw" : ",raw_hex");
    if (raw == NULL) {
        buf_add_str(out, "null");
    } else if (plain) {
        struct buf text;

        buf_init(&text, q->raw_len + 1);
        buf_add(&text, raw, q->raw_len);
        put_text(out, text.data);
        buf_done(&text);
    } else {
        buf_add_str(out, "\"");
        for (size_t i = 0; i < q->raw_len; i++)
            buf_addf(out, "%02x", raw[i]);
        buf_add_str(out, "\"");
    }
    put_name(out, ",headers");
    if (q->headers != NULL)
        buf_add(out, q->headers, q->headers_len);
    else
        buf_add_str(out, "null");
}

static void became_put(struct buf *out, const struct quarantine_became *b)
{
    put_name(out, ",became");
    buf_add_str(out, "{");
    put_member_int(out, "ledger_id", b->ledger_id);
    put_member(out, ",outcome", b->ledger_id != 0 ? outcome_name(b->outcome) : NULL);
    put_member_int(out, ",quarantine_id", b->later_id);
    put_member_int(out, ",replay_of", b->replay_of);
    buf_add_str(out, "}");
}

bool quarantine_to_json(const struct quarantined *q, bool whole,
                        const struct quarantine_became *became, struct buf *out)
{
    buf_add_str(out, "{");
    put_name(out, "id");
    put_int(out, q->id);
    put_member(out, ",state", quarantine_state_name(q->state));
    put_member(out, ",source", q->source);
    put_member(out, ",reason", q->reason);
    put_member(out, ",pointer", q->pointer);
    put_member(out, ",event_id", q->event_id);
    put_name(out, ",ledger_id");
    put_int(out, q->ledger_id);
    put_name(out, ",known");
    put_time(out, q->known_us);
    put_member(out, ",topic", q->topic);
    put_name(out, ",partition");
    put_int(out, q->partition);
    put_name(out, ",offset");
    put_int(out, q->offset);
    put_name(out, ",state_at");
    put_time(out, q->state_at_us);
    put_member(out, ",state_by", q->state_by);
    put_member(out, ",note", q->note);
    if (whole)
        raw_put(out, q);
    if (became != NULL)
        became_put(out, became);
    return buf_add_str(out, "}") && !out->overrun;
}
