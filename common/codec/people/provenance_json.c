#include "provenance_json.h"

#include "codec/event/event_show.h"
#include "codec/put.h"

#include <stdio.h>
#include <string.h>

static void member(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    if (text != NULL && text[0] != '\0')
        put_text(out, text);
    else
        buf_add_str(out, "null");
}

static void member_int(struct buf *out, const char *name, int64_t n)
{
    put_name(out, name);
    put_int(out, n);
}

static void member_time(struct buf *out, const char *name, int64_t us)
{
    put_name(out, name);
    put_time(out, us);
}

static void member_bool(struct buf *out, const char *name, bool value)
{
    put_name(out, name);
    buf_add_str(out, value ? "true" : "false");
}

static void channels(struct buf *out, uint16_t bits)
{
    bool first = true;

    buf_add_str(out, "[");
    for (uint16_t bit = 1; bit <= CHANNELS_ALL && bit != 0; bit = (uint16_t)(bit << 1)) {
        if ((bits & bit) == 0)
            continue;
        buf_add_str(out, first ? "" : ",");
        put_text(out, channel_name(bit));
        first = false;
    }
    buf_add_str(out, "]");
}

static void flags(struct buf *out, uint32_t bits)
{
    static const char *const names[] = {
#define X(bit, id, name) [bit] = name,
        FACT_FLAGS(X)
#undef X
    };
    bool first = true;

    buf_add_str(out, "[");
    for (size_t bit = 0; bit < sizeof(names) / sizeof(names[0]); bit++) {
        if ((bits >> bit & 1) == 0)
            continue;
        buf_add_str(out, first ? "" : ",");
        put_text(out, names[bit]);
        first = false;
    }
    buf_add_str(out, "]");
}

static void fact_put(struct buf *out, const struct provenance *p, const struct fact *f)
{
    buf_add_str(out, "{");
    member(out, "kind", fact_kind_name((enum fact_kind)f->kind));
    member(out, ",controller", rulebook_controller_name(p->rb, f->controller));
    member(out, ",purpose", rulebook_purpose_name(p->rb, f->purpose));
    put_name(out, ",channels");
    channels(out, f->channels);
    put_name(out, ",flags");
    flags(out, f->flags);
    member_time(out, ",effective", f->effective_us);
    member_time(out, ",expires", f->expires_us);
    buf_add_str(out, "}");
}

static void decision_put(struct buf *out, const char *name, const struct decision *d)
{
    put_name(out, name);
    buf_add_str(out, "{");
    member(out, "verdict", verdict_name(d->verdict));
    member(out, ",reason", reason_name(d->reason));
    member(out, ",rule", rule_name(d->rule));
    buf_add_str(out, "}");
}

static void triple_put(struct buf *out, const struct provenance *p,
                       const struct effect *e)
{
    member(out, "controller", rulebook_controller_name(p->rb, e->controller));
    member(out, ",purpose", rulebook_purpose_name(p->rb, e->purpose));
    member(out, ",channel", channel_name(e->channel));
}

static void effects_put(struct buf *out, const struct provenance *p,
                        const struct trace_event *ev)
{
    struct effect e[EFFECTS_MAX];
    bool part;
    const size_t n = provenance_effects(p, ev, e, &part);

    put_name(out, ",effect");
    buf_add_str(out, "[");
    for (size_t i = 0; i < n; i++) {
        buf_add_str(out, i > 0 ? ",{" : "{");
        triple_put(out, p, &e[i]);
        decision_put(out, ",before", &e[i].before);
        decision_put(out, ",after", &e[i].after);
        member_bool(out, ",changed", e[i].changed);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
    if (part)
        member_bool(out, ",effect_part", true);
}

static void facts_put(struct buf *out, const struct provenance *p,
                      const struct trace_event *e)
{
    bool first = true;
    size_t i;
    const size_t end = provenance_facts(p, e, &i);

    put_name(out, ",facts");
    buf_add_str(out, "[");
    for (; i < end; i++) {
        if (p->facts[i].ledger_id != e->ledger_id)
            continue;
        buf_add_str(out, first ? "" : ",");
        fact_put(out, p, &p->facts[i]);
        first = false;
    }
    buf_add_str(out, "]");
}

static void where_put(struct buf *out, const struct trace_event *e)
{
    put_name(out, ",kafka");
    buf_add_str(out, "{");
    member(out, "topic", e->topic);
    member_int(out, ",partition", e->partition);
    member_int(out, ",offset", e->offset);
    buf_add_str(out, "}");
    put_name(out, ",quarantine");
    if (e->quarantine_id == 0) {
        buf_add_str(out, "null");
        return;
    }
    buf_add_str(out, "{");
    member_int(out, "id", e->quarantine_id);
    member(out, ",state",
           e->quarantine_state == 0   ? "waiting"
           : e->quarantine_state == 1 ? "replayed"
                                      : "discarded");
    buf_add_str(out, "}");
}

static void proof_put(struct buf *out, const struct provenance_proof *proof)
{
    member(out, ",proven", proof->state);
    put_name(out, ",proof");
    buf_add_str(out, proof->text != NULL ? proof->text : "null");
}

void provenance_event_json(const struct provenance *p, const struct provenance_view *view,
                           const struct trace_event *e,
                           const struct provenance_proof *proof, bool first,
                           struct buf *out)
{
    const struct source *s = provenance_source(p, e);
    const struct agreement *agreement = provenance_agreement(p, e);

    buf_add_str(out, first ? "{" : ",{");
    member_int(out, "ledger_id", e->ledger_id);
    member(out, ",event_id", e->event_id);
    member(out, ",source", s ? s->urn : NULL);
    member(out, ",source_type", s ? source_type_name((enum source_type)s->type) : NULL);
    member(out, ",party", s ? s->party : NULL);
    member(out, ",agreement", agreement ? agreement->id : NULL);
    member(out, ",type", e->type ? event_type_name(e->type) : NULL);
    member(out, ",outcome", outcome_name(e->outcome));
    member(out, ",reason", e->reason);
    member(out, ",pointer", e->pointer);
    member_time(out, ",occurred_from", e->occurred.from_us);
    member_time(out, ",occurred_to", e->occurred.to_us);
    member_time(out, ",known", e->known_us);
    member_bool(out, ",late", (e->flags & LEDGER_LATE) != 0);
    member_bool(out, ",linked", e->linked);
    where_put(out, e);
    facts_put(out, p, e);
    if (view->effects)
        effects_put(out, p, e);
    else
        buf_add_str(out, ",\"effect\":[]");
    member(out, ",bytes", view->data ? kept_name(e->kept) : NULL);
    member_time(out, ",forgotten", view->data ? e->forgotten_us : WHEN_ALWAYS);
    put_name(out, ",data");
    if (view->data)
        event_show_data(e->raw, e->raw_len, (e->flags & LEDGER_BINARY) != 0, out);
    else
        buf_add_str(out, "null");
    if (proof != NULL)
        proof_put(out, proof);
    buf_add_str(out, "}");
}

/* That some are missing is said, of the widest rulebooks. */
static void answers_put(struct buf *out, const struct provenance *p)
{
    struct effect e[EFFECTS_MAX];
    bool part;
    const size_t n = provenance_answers(p, e, &part);

    put_name(out, ",answers");
    buf_add_str(out, "[");
    for (size_t i = 0; i < n; i++) {
        buf_add_str(out, i > 0 ? ",{" : "{");
        triple_put(out, p, &e[i]);
        decision_put(out, ",decision", &e[i].after);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
    if (part)
        member_bool(out, ",answers_part", true);
}

void provenance_begin_json(const struct provenance *p, struct buf *out)
{
    buf_add_str(out, "{");
    put_name(out, "contact");
    buf_add_str(out, "{");
    member(out, "kind", contact_kind_name(p->kind));
    put_name(out, ",key");
    buf_add_str(out, "\"");
    for (size_t i = 0; i < sizeof(p->key.b); i++)
        buf_addf(out, "%02x", p->key.b[i]);
    buf_add_str(out, "\"}");
    put_name(out, ",events");
    buf_add_str(out, "[");
}

bool provenance_end_json(const struct provenance *p, const struct provenance_view *view,
                         struct buf *out)
{
    buf_add_str(out, "]");
    if (view->effects)
        answers_put(out, p);
    else
        buf_add_str(out, ",\"answers\":[]");
    return buf_add_str(out, "}") && !out->overrun;
}

bool provenance_to_json(const struct provenance *p, const struct provenance_view *view,
                        struct buf *out)
{
    bool first = true;

    provenance_begin_json(p, out);
    for (size_t i = 0; i < p->n_events; i++) {
        if (view->source != 0 && p->events[i].source != view->source)
            continue;
        provenance_event_json(p, view, &p->events[i],
                              view->proofs != NULL ? &view->proofs[i] : NULL, first, out);
        first = false;
    }
    return provenance_end_json(p, view, out);
}
