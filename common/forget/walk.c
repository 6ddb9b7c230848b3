#include "walk.h"

#define STEP 1000 /* contacts */

/* Might something of it go? Asked of many, with less than all that is known. */
static bool might_go(struct forget_walk *w, struct forget *f, size_t i,
                     const struct forget_wish *wish)
{
    const size_t at = w->facts.first[i], from = w->said.first[i];
    const struct erasure_input in = {
        .rules = f->rules,
        .n_rules = f->n_rules,
        .facts = w->facts.facts + at,
        .n_facts = w->facts.first[i + 1] - at,
        .said = w->said.anchors + from,
        .n_said = w->said.first[i + 1] - from,
        .kind = (enum contact_kind)w->scan.kinds[i],
        .at_us = f->at_us,
        .before_us = wish->before_us,
        .row = wish->row,
        .controller = wish->controller,
        .automatic = wish->automatic,
    };

    forget_room(f, in.n_facts, in.n_said);
    erasure_plan_make(&in, &f->plan);
    for (size_t k = 0; k < f->plan.n_units; k++)
        if (erasure_why_goes(f->plan.units[k].why))
            return true; /* an event of two rows may go by what had gone before */
    return false;
}

static bool contact_do(struct forget_walk *w, struct forget *f, struct pg *pg, size_t i,
                       const struct forget_wish *wish, struct err *err)
{
    const struct contact_key *key = &w->scan.keys[i];
    struct erasure_done done = {0};
    bool ok;

    ok = w->dry ? forget_look(f, pg, key, wish, err)
                : forget_do(f, pg, key, wish, &done, err);
    if (ok && (w->dry ? erasure_plan_any(&f->plan) : done.erasure != 0)) {
        w->erased++;
        w->events += w->dry ? (int64_t)f->plan.n_events : done.events;
        ok = w->each == NULL || w->each(w->arg, f, key, w->dry ? NULL : &done, err);
    }
    erasure_done_free(&done);
    return ok;
}

bool forget_walk_step(struct forget_walk *walk, struct forget *f, struct pg *pg,
                      const struct forget_wish *wish, struct err *err)
{
    if (!walk->begun) {
        scan_start(&walk->scan, 0, 0);
        walk->begun = true;
    }
    for (;;) {
        if (!scan_next(pg, &walk->scan, STEP, err))
            return false;
        if (walk->scan.n > 0)
            break;
        if (++walk->part == SCAN_PARTS) {
            walk->finished = true;
            return true;
        }
        scan_start(&walk->scan, walk->part, 0);
    }
    if (!fact_load(pg, walk->scan.keys, walk->scan.n, &walk->facts, err) ||
        !anchor_load(pg, walk->scan.keys, walk->scan.n, WHEN_NEVER, &walk->said, err))
        return false;
    for (size_t i = 0; i < walk->scan.n; i++)
        if (might_go(walk, f, i, wish) && !contact_do(walk, f, pg, i, wish, err))
            return false;
    walk->looked += (int64_t)walk->scan.n;
    return true;
}

void forget_walk_done(struct forget_walk *walk)
{
    scan_done(&walk->scan);
    fact_set_done(&walk->facts);
    anchor_set_done(&walk->said);
    walk->begun = walk->finished = false;
}
