#include "compare.h"

bool compare_differs(const struct decision *a, const struct decision *b)
{
    return a->verdict != b->verdict || a->rule != b->rule || a->reason != b->reason;
}

/* The next moment after known_us at which a fact became known, and its events; false: no
 * more up to until_us. */
static bool moment_next(const struct fact *facts, size_t n, int64_t known_us,
                        int64_t until_us, struct compare_step *ret, size_t *ret_facts)
{
    bool found = false;

    *ret = (struct compare_step){.known_us = until_us};
    for (size_t i = 0; i < n; i++)
        if (facts[i].known_us > known_us && facts[i].known_us <= ret->known_us) {
            ret->known_us = facts[i].known_us;
            found = true;
        }
    *ret_facts = 0;
    for (size_t i = 0; found && i < n; i++) {
        size_t k = 0;

        if (facts[i].known_us != ret->known_us)
            continue;
        (*ret_facts)++;
        while (k < ret->n_events && ret->events[k] != facts[i].ledger_id)
            k++;
        if (k == ret->n_events && k < COMPARE_EVENTS_MAX)
            ret->events[ret->n_events++] = facts[i].ledger_id;
    }
    return found;
}

static void step_add(struct comparison *c, const struct compare_step *step)
{
    if (c->n_steps == COMPARE_STEPS_MAX) {
        c->more = true;
        c->n_steps--;
    }
    c->steps[c->n_steps++] = *step;
}

void compare_knowledge(const struct rulebook *then, const struct rulebook *now,
                       const struct fact *facts, size_t n, const struct question *q,
                       int64_t now_us, struct comparison *ret)
{
    struct question asked = *q;
    struct compare_step step;
    struct decision last;
    size_t arrived;

    *ret = (struct comparison){0};
    decide_any(then, facts, n, &asked, &ret->as_known, NULL);
    last = ret->as_known;
    while (moment_next(facts, n, asked.known_us, now_us, &step, &arrived)) {
        ret->n_later += arrived;
        asked.known_us = step.known_us;
        decide_any(then, facts, n, &asked, &step.after, NULL);
        if (compare_differs(&last, &step.after))
            step_add(ret, &step);
        last = step.after;
    }
    asked.known_us = now_us;
    decide_any(now, facts, n, &asked, &ret->in_fact, NULL);
    if (compare_differs(&last, &ret->in_fact))
        step_add(ret, &(struct compare_step){.of_register = true, .after = ret->in_fact});
}
