/* consentctl decide --compare: lawful as known, lawful in fact, and what made the
 * difference. */
#include "compare.h"

#include "who.h"

#include "base/clock.h"
#include "codec/put.h"

#include <stdio.h>

static bool names_find(struct ctl *ctl, struct compared *cd, struct err *err)
{
    int64_t ids[2 * DECISION_EVIDENCE_MAX + COMPARE_STEPS_MAX * COMPARE_EVENTS_MAX];
    const struct comparison *c = &cd->c;
    size_t n = 0;

    for (size_t i = 0; i < c->as_known.n_evidence; i++)
        ids[n++] = c->as_known.evidence[i];
    for (size_t i = 0; i < c->in_fact.n_evidence; i++)
        ids[n++] = c->in_fact.evidence[i];
    for (size_t i = 0; i < c->n_steps; i++)
        for (size_t k = 0; k < c->steps[i].n_events; k++)
            ids[n++] = c->steps[i].events[k];
    return event_names_load(ctl->pg, ids, n, &cd->names, err);
}

/* Numbers of controllers and purposes are for life, but what has no number in the
 * register as known then was not disclosed then. */
bool compare_find(struct ctl *ctl, const struct fact *facts, size_t n,
                  const struct question *q, int64_t known_us, struct compared *ret,
                  struct err *err)
{
    struct register_snapshot *then = NULL, *now = NULL;
    struct question asked = *q;
    bool ok;

    ret->at_us = q->at_us;
    ret->known_us = asked.known_us = known_us;
    ok = register_load(ctl->pg, known_us, &then, err) &&
         register_load(ctl->pg, WHEN_NEVER, &now, err);
    if (ok)
        compare_knowledge(&then->book, &now->book, facts, n, &asked, WHEN_NEVER, &ret->c);
    register_free(then);
    register_free(now);
    return ok && names_find(ctl, ret, err);
}

static const struct event_name *name_of(const struct compared *cd, int64_t id)
{
    for (size_t i = 0; i < cd->names.n; i++)
        if (cd->names.names[i].ledger_id == id)
            return &cd->names.names[i];
    return NULL;
}

static const char *urn_of(const struct register_snapshot *s, int32_t number)
{
    const struct source *source = rulebook_source_n(&s->book, number);

    return source != NULL ? source->urn : "?";
}

/* --- for people --- */

static void events_print(const struct compared *cd, const struct register_snapshot *s,
                         const int64_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct event_name *name = name_of(cd, ids[i]);

        if (name != NULL)
            printf("      event %s of %s (ledger %lld)\n", name->event_id,
                   urn_of(s, name->source), (long long)ids[i]);
        else
            printf("      ledger %lld\n", (long long)ids[i]);
    }
}

static void side_print(const struct compared *cd, const struct register_snapshot *s,
                       const char *what, const struct decision *d)
{
    printf("  %-12s %s  %s (%s): %s\n", what, verdict_name(d->verdict),
           reason_name(d->reason), rule_name(d->rule), reason_sentence(d->reason));
    events_print(cd, s, d->evidence, d->n_evidence);
}

void compare_say_words(const struct compared *cd, const struct register_snapshot *s)
{
    const struct comparison *c = &cd->c;
    char at[WHEN_TEXT_BYTES], known[WHEN_TEXT_BYTES];

    printf("\nlawful at %s?\n", when_format(cd->at_us, at));
    printf("  (as known: what was known at %s; in fact: what is known now)\n",
           when_format(cd->known_us, known));
    side_print(cd, s, "as known", &c->as_known);
    side_print(cd, s, "in fact", &c->in_fact);
    if (c->n_steps == 0)
        printf("  the same: %zu facts became known since, and none changes the answer\n",
               c->n_later);
    else
        printf("  what became known since, and changed the answer for that time:\n");
    for (size_t i = 0; i < c->n_steps; i++) {
        const struct compare_step *step = &c->steps[i];

        if (step->of_register)
            printf("    what the register and the agreements say now: ");
        else
            printf("    %s: ", when_format(step->known_us, known));
        printf("%s %s (%s)\n", verdict_name(step->after.verdict),
               reason_name(step->after.reason), rule_name(step->after.rule));
        events_print(cd, s, step->events, step->n_events);
    }
    if (c->more)
        printf("    (more changes in between are left out)\n");
}

/* --- for programs --- */

static void events_json(const struct compared *cd, const struct register_snapshot *s,
                        const int64_t *ids, size_t n, struct buf *out)
{
    buf_add_str(out, "[");
    for (size_t i = 0; i < n; i++) {
        const struct event_name *name = name_of(cd, ids[i]);

        buf_add_str(out, i > 0 ? ",{" : "{");
        put_name(out, "ledger_id");
        put_int(out, ids[i]);
        if (name != NULL) {
            put_name(out, ",event_id");
            put_text(out, name->event_id);
            put_name(out, ",source");
            put_text(out, urn_of(s, name->source));
        }
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

static void decision_json(const struct decision *d, struct buf *out)
{
    put_name(out, "verdict");
    put_text(out, verdict_name(d->verdict));
    put_name(out, ",reason");
    put_text(out, reason_name(d->reason));
    put_name(out, ",rule");
    put_text(out, rule_name(d->rule));
    put_name(out, ",evidence");
}

static void side_json(const struct compared *cd, const struct register_snapshot *s,
                      const struct decision *d, struct buf *out)
{
    buf_add_str(out, "{");
    decision_json(d, out);
    events_json(cd, s, d->evidence, d->n_evidence, out);
    buf_add_str(out, "}");
}

void compare_say_json(const struct compared *cd, const struct register_snapshot *s,
                      struct buf *out)
{
    const struct comparison *c = &cd->c;

    buf_add_str(out, "{");
    put_name(out, "at");
    put_time(out, cd->at_us);
    put_name(out, ",known");
    put_time(out, cd->known_us);
    put_name(out, ",as_known");
    side_json(cd, s, &c->as_known, out);
    put_name(out, ",in_fact");
    side_json(cd, s, &c->in_fact, out);
    put_name(out, ",differs");
    buf_add_str(out, compare_differs(&c->as_known, &c->in_fact) ? "true" : "false");
    put_name(out, ",facts_since");
    put_int(out, (int64_t)c->n_later);
    put_name(out, ",changes");
    buf_add_str(out, "[");
    for (size_t i = 0; i < c->n_steps; i++) {
        const struct compare_step *step = &c->steps[i];

        buf_add_str(out, i > 0 ? ",{" : "{");
        put_name(out, "by");
        put_text(out, step->of_register ? "register" : "events");
        put_name(out, ",known");
        put_time(out, step->of_register ? WHEN_NEVER : step->known_us);
        put_name(out, ",events");
        events_json(cd, s, step->events, step->n_events, out);
        buf_add_str(out, ",");
        decision_json(&step->after, out);
        events_json(cd, s, step->after.evidence, step->after.n_evidence, out);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]}");
}
