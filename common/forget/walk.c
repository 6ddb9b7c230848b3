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

static bool contact_try(struct forget_walk *w, struct forget *f, struct pg *pg,
                        const struct forget_wish *wish, struct erasure_done *ret,
                        struct err *err)
{
    const struct contact_key *key = &w->scan.keys[w->at];

    return w->dry ? forget_look(f, pg, key, wish, err)
                  : forget_do(f, pg, key, wish, ret, err);
}

/* The contact at the walk's place, which moves on but where the next step must come back.
 * A contact that failed twice is passed over: its transaction was taken back, so nothing
 * of ours is in doubt. What an operator must put right would befall the others as well.
 */
static bool contact_do(struct forget_walk *w, struct forget *f, struct pg *pg,
                       const struct forget_wish *wish, struct err *err)
{
    const struct contact_key *key = &w->scan.keys[w->at];
    struct erasure_done done = {0};
    bool ok = contact_try(w, f, pg, wish, &done, err);

    if (!ok && !w->tried && !pg_broken(pg) && err->kind != ERR_CONFIG) {
        w->tried = true;
        ok = contact_try(w, f, pg, wish, &done, err);
    }
    if (!ok && err->kind == ERR_CONFIG)
        return false;
    if (!ok && !w->tried) {
        w->tried = true;
        return false;
    }
    w->at++;
    w->tried = false;
    if (!ok) {
        w->passed_over++;
        w->passed(w->arg, err);
        return !pg_broken(pg);
    }
    if (w->dry ? erasure_plan_any(&f->plan) : done.erasure != 0) {
        w->erased++;
        w->events += w->dry ? (int64_t)f->plan.n_events : done.events;
        ok = w->each == NULL || w->each(w->arg, f, key, w->dry ? NULL : &done, err);
    }
    erasure_done_free(&done);
    return ok;
}

/* The next contacts, of this part or of a later one; or that was all. */
static bool contacts_load(struct forget_walk *w, struct pg *pg, struct err *err)
{
    while (w->at == w->scan.n) {
        if (!scan_next(pg, &w->scan, STEP, err))
            return false;
        w->at = 0;
        w->loaded = false;
        if (w->scan.n > 0)
            break;
        if (++w->part == SCAN_PARTS) {
            w->finished = true;
            return true;
        }
        scan_start(&w->scan, w->part, 0);
    }
    if (w->loaded)
        return true;
    if (!fact_load(pg, w->scan.keys, w->scan.n, &w->facts, err) ||
        !anchor_load(pg, w->scan.keys, w->scan.n, WHEN_NEVER, &w->said, err))
        return false;
    w->loaded = true;
    w->looked += (int64_t)w->scan.n;
    return true;
}

bool forget_walk_step(struct forget_walk *walk, struct forget *f, struct pg *pg,
                      const struct forget_wish *wish, struct err *err)
{
    if (!walk->begun) {
        scan_start(&walk->scan, 0, 0);
        walk->begun = true;
    }
    if (!contacts_load(walk, pg, err))
        return false;
    while (walk->at < walk->scan.n)
        if (!might_go(walk, f, walk->at, wish))
            walk->at++;
        else if (!contact_do(walk, f, pg, wish, err))
            return false;
    return true;
}

void forget_walk_done(struct forget_walk *walk)
{
    scan_done(&walk->scan);
    fact_set_done(&walk->facts);
    anchor_set_done(&walk->said);
    walk->begun = walk->finished = false;
}
