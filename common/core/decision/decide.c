#include "gates.h"

#include <string.h>

/* Every gate in its order; the numbers are the manual's. */
static const struct gate {
    enum rule rule;
    struct finding (*look)(const struct gates *s);
} gates[] = {
    /* what is known of the contact, whatever was granted */
    {RULE_P1, gate_not_disclosed},
    {RULE_P2, gate_processor_only},
    {RULE_P3, gate_under_16},
    {RULE_P4, gate_erased},
    {RULE_P5, gate_unreachable},
    {RULE_P6, gate_restricted},
    {RULE_P7, gate_service_message},
    {RULE_P8, gate_sale_asked},
#define GATES_OF_STATE 8
    /* grants, weighed against denials */
    {RULE_P9, gate_direct_denial},
    {RULE_P10, gate_later_grant},
    {RULE_P11, gate_relayed_denial},
    {RULE_P12, gate_third_party},
    {RULE_P13, gate_denial_beats_third_party},
    {RULE_P14, gate_agreement_ended},
    {RULE_P15, gate_expired},
    {RULE_P16, gate_article_14},
    {RULE_P17, gate_not_given},
    {RULE_P18, gate_soft_opt_in},
    {RULE_P19, gate_consent},
    /* and the rest */
    {RULE_P20, gate_sale},
    {RULE_P21, gate_no_grant},
};
#define GATES_N (sizeof(gates) / sizeof(gates[0]))

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

/* Weighs the grants, for the gates that look at them. */
static void weigh_grants(struct gates *s, bool decided, bool traced)
{
    struct fold *f = &s->fold;
    if (gate_sharing(f)) /* a sale looks at its grants itself */
        return;
    fold_grants(f, decided, &s->grants);
    s->denied = (f->direct != NULL || f->relayed != NULL) && s->grants.lifter == NULL;
    if (s->denied && traced && !decided) { /* for the trace, all of them */
        int64_t next_us = f->next_us;
        fold_grants(f, true, &s->grants);
        f->next_us = next_us;
    }
}

/* Asks the gates first .. end-1; true once one has decided. Without a trace the others
 * are not asked. */
static bool ask_gates(const struct gates *s, size_t first, size_t end, bool decided,
                      struct decision *ret, struct trace *trace)
{
    for (size_t i = first; i < end && (trace != NULL || !decided); i++) {
        struct finding found = gates[i].look(s);
        bool last = found.decides && !decided;
        if (last) {
            conclude(&s->fold, gates[i].rule, &found, ret);
            decided = true;
        }
        if (trace != NULL) {
            struct trace_step *step = &trace->step[trace->n++];
            *step = (struct trace_step){
                .rule = gates[i].rule, .decided = last, .reason = found.reason};
            step->n_evidence = evidence_of(&found, step->evidence);
        }
    }
    return decided;
}

void decide(const struct rulebook *rb, const struct fact *facts, size_t n,
            const struct question *q, struct decision *ret, struct trace *trace)
{
    struct gates s = {0};
    fold_facts(&s.fold, rb, facts, n, q);
    if (trace != NULL)
        trace->n = 0;
    bool decided = ask_gates(&s, 0, GATES_OF_STATE, false, ret, trace);
    if (decided && trace == NULL)
        return;
    weigh_grants(&s, decided, trace != NULL);
    ask_gates(&s, GATES_OF_STATE, GATES_N, decided, ret, trace);
}
