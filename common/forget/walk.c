#include "walk.h"

#define STEP 1000 /* contacts */

/* Might something of it go? Asked of many, with less than all that is known. */
static bool might_go(struct forget_walk *w, struct forget *f, size_t i,
                     const struct forget_wish *wish)
{
    const size_t k = i - w->from, at = w->facts.first[k], from = w->said.first[k];
    const struct erasure_input in = {
        .rules = f->rules,
        .n_rules = f->n_rules,
        .facts = w->facts.facts + at,
        .n_facts = w->facts.first[k + 1] - at,
        .said = w->said.anchors + from,
        .n_said = w->said.first[k + 1] - from,
        .kind = (enum contact_kind)w->scan.kinds[i],
        .at_us = f->at_us,
        .before_us = wish->before_us,
        .row = wish->row,
        .controller = wish->controller,
        .automatic = wish->automatic,
    };

    forget_room(f, in.n_facts, in.n_said);
    erasure_plan_make(&in, &f->plan);
    for (size_t u = 0; u < f->plan.n_units; u++)
        if (erasure_why_goes(f->plan.units[u].why))
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

/* What is at the walk's place has failed. True: for the second time, and it can be left
 * behind: its transaction was taken back, so nothing of ours is in doubt. What an
 * operator must put right would befall the others as well. */
static bool gives_up(struct forget_walk *w, const struct err *err)
{
    const bool again = w->tried && err->kind != ERR_CONFIG;

    w->tried = err->kind != ERR_CONFIG && !again;
    return again;
}

/* Over the contact at the walk's place. False: the connection is of no use. */
static bool pass_over(struct forget_walk *w, struct pg *pg, const struct err *err)
{
    w->passed_over++;
    w->passed(w->arg, &w->scan.keys[w->at++], err);
    return !pg_broken(pg);
}

/* The contact at the walk's place, which moves on but where the next step must come back.
 */
static bool contact_do(struct forget_walk *w, struct forget *f, struct pg *pg,
                       const struct forget_wish *wish, struct err *err)
{
    const struct contact_key *key = &w->scan.keys[w->at];
    struct erasure_done done = {0};
    bool ok;

    while (!(ok = contact_try(w, f, pg, wish, &done, err)))
        if (gives_up(w, err))
            return pass_over(w, pg, err);
        else if (pg_broken(pg) || err->kind == ERR_CONFIG)
            return false;
    w->at++;
    w->tried = false;
    if (w->dry ? erasure_plan_any(&f->plan) : done.erasure != 0) {
        w->erased++;
        w->events += w->dry ? (int64_t)f->plan.n_events : done.events;
        ok = w->each == NULL || w->each(w->arg, f, key, w->dry ? NULL : &done, err);
    }
    erasure_done_free(&done);
    return ok;
}

/* What is known of the next contacts of the scan: of all of them at once; each by itself
 * when that failed twice, so that one of them does not stand in the way of a thousand. */
static bool facts_read(struct forget_walk *w, struct pg *pg, struct err *err)
{
    const size_t n = w->alone ? 1 : w->scan.n - w->at;
    const struct contact_key *keys = &w->scan.keys[w->at];

    w->from = w->upto = w->at;
    if (!fact_load(pg, keys, n, &w->facts, err) ||
        !anchor_load(pg, keys, n, WHEN_NEVER, &w->said, err))
        return false;
    w->upto = w->at + n;
    w->looked += (int64_t)n;
    w->tried = false;
    return true;
}

static bool facts_load(struct forget_walk *w, struct pg *pg, struct err *err)
{
    while (w->at < w->scan.n && !facts_read(w, pg, err)) {
        if (gives_up(w, err)) {
            if (w->alone && !pass_over(w, pg, err))
                return false;
            w->alone = true;
        }
        if (pg_broken(pg) || err->kind == ERR_CONFIG)
            return false;
    }
    return true;
}

/* The next contacts, of this part or of a later one; or that was all. */
static bool contacts_load(struct forget_walk *w, struct pg *pg, struct err *err)
{
    while (w->at == w->scan.n) {
        if (!scan_next(pg, &w->scan, STEP, err))
            return false;
        w->at = w->from = w->upto = 0;
        w->alone = false;
        if (w->scan.n > 0)
            break;
        if (++w->part == SCAN_PARTS) {
            w->finished = true;
            return true;
        }
        scan_start(&w->scan, w->part, 0);
    }
    return w->at < w->upto || facts_load(w, pg, err);
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
    while (walk->at < walk->upto)
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
