#include "decision_json.h"
#include "codec/put.h"

static void put_evidence(struct buf *out, const int64_t *ids, size_t n,
                         const struct evidence_name *names, size_t n_names)
{
    buf_add(out, "[", 1);
    for (size_t i = 0; i < n; i++) {
        const struct evidence_name *name = NULL;
        for (size_t k = 0; k < n_names && name == NULL; k++)
            if (names[k].ledger_id == ids[i])
                name = &names[k];
        buf_add_str(out, i ? ",{" : "{");
        put_name(out, "ledger_id");
        put_int(out, ids[i]);
        if (name) {
            put_name(out, ",event_id");
            put_text(out, name->event_id);
            put_name(out, ",source");
            put_text(out, name->source);
        }
        buf_add(out, "}", 1);
    }
    buf_add(out, "]", 1);
}

static void put_obligations(struct buf *out, uint32_t obligations)
{
    bool first = true;

    buf_add(out, "[", 1);
    for (int i = 0; i < 32; i++) {
        uint32_t bit = (uint32_t)1 << i;
        if (!(obligations & bit))
            continue;
        if (!first)
            buf_add(out, ",", 1);
        first = false;
        put_text(out, obligation_name(bit));
    }
    buf_add(out, "]", 1);
}

static const char *reason_or_none(enum reason reason)
{
    return reason == REASON_NONE ? "" : reason_name(reason);
}

bool decision_to_json(const struct decision *decision, const struct trace *trace,
                      const struct evidence_name *names, size_t n_names, struct buf *out)
{
    buf_add(out, "{", 1);
    put_name(out, "verdict");
    put_text(out, verdict_name(decision->verdict));
    put_name(out, ",reason");
    put_text(out, reason_or_none(decision->reason));
    put_name(out, ",rule");
    put_text(out, rule_name(decision->rule));
    put_name(out, ",obligations");
    put_obligations(out, decision->obligations);
    put_name(out, ",evidence");
    put_evidence(out, decision->evidence, decision->n_evidence, names, n_names);
    put_name(out, ",valid_until");
    put_time(out, decision->valid_until_us);
    if (trace) {
        put_name(out, ",trace");
        buf_add(out, "[", 1);
        for (size_t i = 0; i < trace->n; i++) {
            const struct trace_step *step = &trace->step[i];
            buf_add_str(out, i ? ",{" : "{");
            put_name(out, "rule");
            put_text(out, rule_name(step->rule));
            put_name(out, ",source");
            put_text(out, rule_source(step->rule));
            put_name(out, ",decided");
            buf_add_str(out, step->decided ? "true" : "false");
            put_name(out, ",reason");
            put_text(out, reason_or_none(step->reason));
            put_name(out, ",evidence");
            put_evidence(out, step->evidence, step->n_evidence, names, n_names);
            buf_add(out, "}", 1);
        }
        buf_add(out, "]", 1);
    }
    return buf_add(out, "}", 1) && !out->overrun;
}
