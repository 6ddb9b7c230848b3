#include "gates.h"

#include <string.h>

static const struct {
    enum rule rule;
    struct finding (*look)(const struct gates *s);
} gates[] = {
    {RULE_P1, gate_p1},   {RULE_P2, gate_p2},   {RULE_P3, gate_p3},
    {RULE_P4, gate_p4},   {RULE_P5, gate_p5},   {RULE_P6, gate_p6},
    {RULE_P7, gate_p7},   {RULE_P8, gate_p8},   {RULE_P9, gate_p9},
    {RULE_P10, gate_p10}, {RULE_P11, gate_p11}, {RULE_P12, gate_p12},
    {RULE_P13, gate_p13}, {RULE_P14, gate_p14}, {RULE_P15, gate_p15},
    {RULE_P16, gate_p16}, {RULE_P17, gate_p17}, {RULE_P18, gate_p18},
    {RULE_P19, gate_p19}, {RULE_P20, gate_p20}, {RULE_P21, gate_p21},
};

static size_t evidence_of(const struct finding *found, int64_t ret[DECISION_EVIDENCE_MAX])
{
    int64_t ids[3];
    size_t n = 0;
    if (found->fact != NULL)
        ids[n++] = found->fact->ledger_id;
    if (found->other != NULL)
        ids[n++] = found->other->ledger_id;
    if (found->agreement_event != 0)
        ids[n++] = found->agreement_event;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) { /* insert, rising, each once */
        size_t at = 0;
        while (at < kept && ret[at] < ids[i])
            at++;
        if (at < kept && ret[at] == ids[i])
            continue;
        memmove(&ret[at + 1], &ret[at], (kept - at) * sizeof(ret[0]));
        ret[at] = ids[i];
        kept++;
    }
    return kept;
}

static void conclude(const struct fold *f, enum rule rule, const struct finding *found,
                     struct decision *ret)
{
    *ret = (struct decision){.verdict = found->verdict,
                             .rule = rule,
                             .reason = found->reason,
                             .obligations = found->obligations,
                             .since_us = WHEN_ALWAYS,
                             .valid_until_us = f->next_us};
    ret->n_evidence = evidence_of(found, ret->evidence);
    if (found->fact != NULL) {
        ret->since_us = fact_start_us(found->fact);
        ret->known_us = found->fact->known_us;
    }
    if (found->other != NULL && found->other->known_us > ret->known_us)
        ret->known_us = found->other->known_us;
}

void decide(const struct rulebook *rb, const struct fact *facts, size_t n,
            const struct question *q, struct decision *ret, struct trace *trace)
{
    struct gates s = {0};
    fold_facts(&s.fold, rb, facts, n, q);
    bool decided = false;
    if (trace != NULL)
        trace->n = 0;
    for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
        if (gates[i].rule == RULE_P9 &&
            !gate_sharing(&s.fold)) { /* P9 to P19 weigh grants */
            fold_grants(&s.fold, decided, &s.grants);
            s.denied = (s.fold.direct != NULL || s.fold.relayed != NULL) &&
                       s.grants.lifter == NULL;
            if (s.denied && trace != NULL && !decided) { /* for the trace, all of them */
                int64_t next_us = s.fold.next_us;
                fold_grants(&s.fold, true, &s.grants);
                s.fold.next_us = next_us;
            }
        }
        struct finding found = gates[i].look(&s);
        bool last = found.decides && !decided;
        if (last) {
            conclude(&s.fold, gates[i].rule, &found, ret);
            decided = true;
        }
        if (trace != NULL) {
            struct trace_step *step = &trace->step[trace->n++];
            *step = (struct trace_step){
                .rule = gates[i].rule, .decided = last, .reason = found.reason};
            step->n_evidence = evidence_of(&found, step->evidence);
        } else if (last) {
            return;
        }
    }
}
