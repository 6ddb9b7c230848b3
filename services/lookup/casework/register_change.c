/*
 * POST /v1/register: register files put in force from a desk, by the checks of consentctl
 * register apply. Who confirms names the very difference that they have seen, so that
 * nothing else is changed in between.
 */
#include "routes.h"

#include "change/register_files.h"
#include "codec/put.h"
#include "codec/register/change_json.h"
#include "store/access/second_store.h"

#include <stdio.h>
#include <string.h>

struct changing {
    struct call *c;
    struct change_asked asked;
    struct register_files files;
    struct register_changes changes;
    char difference[REGISTER_DIFFERENCE_BYTES];
    bool dry;
};

static void answer_put(const struct changing *g)
{
    struct buf *out = &g->c->reply->body;

    buf_add_str(out, "{");
    put_member_bool(out, "dry_run", g->dry);
    put_member(out, ",difference", g->difference);
    put_name(out, ",changes");
    register_changes_json(&g->changes, out);
    buf_add_str(out, "}\n");
}

/* Faults of the files are the caller's: true, with a problem. */
static bool whose(struct call *c, struct err *err)
{
    if (err->kind != ERR_INPUT && err->kind != ERR_CONFIG)
        return false;
    (void)call_refuse(c, 422, "register", err->text);
    return true;
}

static bool noted(struct call *c, enum lookup_outcome outcome, bool *ret_refused,
                  struct err *err)
{
    const struct audit_row row = {.outcome = outcome};

    return call_noted(c, LOOKUP_REGISTER, &row, 1, ret_refused, err);
}

/* Is it the difference that was looked at, and may this person make it? *ret_asked: of a
 * second person, which is to stay. */
static bool may_go(struct changing *g, bool *ret_go, bool *ret_asked, struct err *err)
{
    char subject[16 + REGISTER_DIFFERENCE_BYTES];

    *ret_go = *ret_asked = false;
    if (strcmp(g->asked.difference, g->difference) != 0)
        return call_refuse(g->c, 409, "other-difference",
                           "the register or the files are not as they were when the "
                           "difference was shown: look again") ||
               true;
    snprintf(subject, sizeof(subject), SECOND_DIFFERENCE " %s", g->difference);
    if (!call_second(g->c, SECOND_REGISTER, subject, ret_go, err))
        return false;
    *ret_asked = !*ret_go;
    return true;
}

/* In the transaction of register_begin. *ret_keep: commit. */
static bool change(struct changing *g, bool *ret_keep, struct err *err)
{
    char who[CALL_WHO_BYTES];
    bool refused, go;

    *ret_keep = false;
    if (!register_files_compare(&g->files, g->c->w->pg, &g->changes, err) ||
        !register_difference(&g->changes, g->difference, err))
        return whose(g->c, err);
    /* nothing to change: done already, perhaps by this very call whose answer was lost */
    if (g->dry || g->changes.n == 0) {
        if (!noted(g->c, LOOKUP_SHOWN, &refused, err))
            return false;
        *ret_keep = !refused; /* the audit */
        if (!refused)
            answer_put(g);
        return true;
    }
    if (!may_go(g, &go, ret_keep, err))
        return false;
    if (!go)
        return true;
    call_who(g->c, who, sizeof(who));
    if (!noted(g->c, LOOKUP_SETTLED, &refused, err))
        return false;
    if (refused)
        return true;
    if (!register_write(g->c->w->pg, &g->changes, who, g->asked.why, err))
        return false;
    *ret_keep = true;
    answer_put(g);
    return true;
}

static bool transact(struct changing *g, struct err *err)
{
    struct pg *pg = g->c->w->pg;
    bool keep = false, ok;

    ok = register_begin(pg, err) && change(g, &keep, err);
    if (ok && keep)
        ok = pg_commit(pg, err);
    else
        pg_rollback(pg);
    worker_register_forget(g->c->w); /* may have been loaded in between */
    return ok;
}

static bool files_read(struct changing *g)
{
    struct err err;

    for (size_t i = 0; i < g->asked.n; i++)
        if (!register_files_add(&g->files, g->asked.files[i].name, g->asked.files[i].text,
                                g->asked.files[i].len, &err))
            return call_refuse(g->c, 422, "register", err.text);
    return true;
}

/* Who changes it says why, and which difference they have seen. */
static bool confirmed(struct changing *g)
{
    struct fault fault = {.reason = "MISSING"};

    if (g->dry || (g->asked.why != NULL && g->asked.difference != NULL))
        return true;
    snprintf(fault.pointer, sizeof(fault.pointer), "%s",
             g->asked.difference == NULL ? "/difference" : "/why");
    call_fault(g->c, &fault);
    return false;
}

bool answer_register_change(struct call *c, struct err *err)
{
    struct changing g = {.c = c};
    struct fault fault;
    bool ok = true;

    if (!change_register_read(c->rq->body, c->rq->body_len, &g.asked, &fault))
        call_fault(c, &fault);
    else if (call_dry_run(c, &g.dry) && confirmed(&g) && files_read(&g))
        ok = transact(&g, err);
    register_changes_done(&g.changes);
    register_files_done(&g.files);
    change_asked_done(&g.asked);
    return ok;
}
