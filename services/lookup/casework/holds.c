/*
 * GET /v1/holds: what is held back from being erased. POST: a hold is set, with dry_run
 * only looked at; POST /v1/holds/{id}/lift ends one. The checks are those of consentctl
 * retention hold.
 */
#include "routes.h"

#include "codec/put.h"
#include "store/casework/hold_store.h"
#include "store/register/history_store.h"

#include <stdio.h>
#include <string.h>

bool answer_holds(struct call *c, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct buf *out = &c->reply->body;
    struct hold_list set;
    bool refused, ok;

    if (!hold_list_load(c->w->pg, &set, err))
        return false;
    ok = call_noted(c, LOOKUP_DESK, &row, 1, &refused, err);
    if (ok && !refused) {
        buf_add_str(out, "{\"holds\":[");
        for (size_t i = 0; i < set.n; i++) {
            const struct hold_said *h = &set.rows[i];

            buf_add_str(out, i > 0 ? ",{" : "{");
            put_member_int(out, "hold", h->id);
            put_member(out, ",matter", h->matter);
            put_member(out, ",controller", h->controller);
            put_member(out, ",row", h->row);
            put_member_bool(out, ",one_contact", h->one_contact);
            put_member(out, ",reason", h->reason);
            put_member(out, ",by", h->by);
            put_member_time(out, ",since", h->since_us);
            buf_add_str(out, "}");
        }
        buf_add_str(out, "]}\n");
    }
    hold_list_done(&set);
    return ok;
}

/* --- setting --- */

/* *ret_ok false: the reply has a problem. */
static bool understood(struct call *c, const struct lookup_hold *asked,
                       struct contact_key *key, struct hold *ret, bool *ret_ok,
                       struct err *err)
{
    bool known = true;

    *ret = (struct hold){0};
    *ret_ok = false;
    snprintf(ret->matter, sizeof(ret->matter), "%s", asked->matter);
    snprintf(ret->reason, sizeof(ret->reason), "%s", asked->reason);
    call_who(c, ret->by, sizeof(ret->by));
    if (asked->controller != NULL) {
        ret->controller = register_controller_number(c->w->reg, asked->controller);
        if (ret->controller == CONTROLLER_ANY) {
            http_problem(c->reply, 422, "unknown-name",
                         "the register has no such controller", "/controller");
            return true;
        }
    }
    if (asked->row != NULL) {
        snprintf(ret->row, sizeof(ret->row), "%s", asked->row);
        if (!hold_row_known(c->w->pg, asked->row, &known, err))
            return false;
        if (!known) {
            http_problem(c->reply, 422, "unknown-name",
                         "the register has no such row of retention in force", "/row");
            return true;
        }
    }
    if (asked->contact.kind != CONTACT_NONE) {
        if (!call_identify(c, &asked->contact, "/contact", key))
            return true;
        if (!call_settle(c, key, 1, err))
            return false;
        ret->contact = key;
    }
    *ret_ok = true;
    return true;
}

static void hold_put(struct call *c, const struct lookup_hold *asked, int64_t id)
{
    struct buf *out = &c->reply->body;

    buf_add_str(out, "{");
    put_name(out, "hold");
    if (id > 0)
        put_int(out, id);
    else
        buf_add_str(out, "null");
    put_member(out, ",matter", asked->matter);
    put_member(out, ",controller", asked->controller);
    put_member(out, ",row", asked->row);
    put_member_bool(out, ",one_contact", asked->contact.kind != CONTACT_NONE);
    buf_add_str(out, "}\n");
}

static struct audit_row row_of(const struct contact_key *key, enum lookup_outcome outcome)
{
    struct audit_row row = {.has_contact = key != NULL, .outcome = outcome};

    if (key != NULL)
        row.contact = *key;
    return row;
}

/* What was done and its audit, or neither. */
static bool settled(struct call *c, const struct contact_key *key, bool done,
                    bool *ret_done, struct err *err)
{
    const struct audit_row row = row_of(key, LOOKUP_SETTLED);
    bool refused = false;

    *ret_done = false;
    if (!done || !call_noted(c, LOOKUP_HOLDS, &row, 1, &refused, err)) {
        pg_rollback(c->w->pg);
        return false;
    }
    if (refused) {
        pg_rollback(c->w->pg);
        return true;
    }
    *ret_done = pg_commit(c->w->pg, err);
    return *ret_done;
}

/* Looked at first, so that a budget is spent, or refuses, before anything is done. */
static bool looked(struct call *c, const struct contact_key *key, bool *refused,
                   struct err *err)
{
    const struct audit_row row = row_of(key, LOOKUP_SHOWN);

    return call_noted(c, LOOKUP_HOLDS, &row, 1, refused, err);
}

static bool set(struct call *c, const struct lookup_hold *asked, bool dry,
                struct err *err)
{
    struct contact_key key;
    struct hold hold;
    bool ok, refused, done;
    int64_t id = 0;

    if (!worker_register(c->w, err) || !understood(c, asked, &key, &hold, &ok, err))
        return false;
    if (!ok)
        return true;
    if (!looked(c, hold.contact, &refused, err))
        return false;
    if (refused)
        return true;
    done = dry;
    if (!dry &&
        (!pg_begin(c->w->pg, err) ||
         !settled(c, hold.contact, hold_add(c->w->pg, &hold, &id, err), &done, err)))
        return false;
    if (done)
        hold_put(c, asked, id);
    return true;
}

bool answer_hold_set(struct call *c, struct err *err)
{
    struct lookup_hold asked;
    struct fault fault;
    bool dry;

    if (!lookup_hold_read(c->rq->body, c->rq->body_len, &c->w->request, &asked, &fault)) {
        call_fault(c, &fault);
        return true;
    }
    return !call_dry_run(c, &dry) || set(c, &asked, dry, err);
}

/* --- lifting --- */

bool answer_hold_lift(struct call *c, struct err *err)
{
    const struct contact_key *key;
    struct hold_found hold;
    char by[CALL_WHO_BYTES];
    bool refused, done;
    int64_t id, n = 0;

    if (!call_id(c, &id))
        return true;
    if (!hold_find(c->w->pg, id, &hold, err))
        return false;
    key = hold.one_contact ? &hold.contact : NULL;
    if (!looked(c, key, &refused, err))
        return false;
    if (refused)
        return true;
    call_who(c, by, sizeof(by));
    if (!pg_begin(c->w->pg, err))
        return false;
    if (!hold_lift(c->w->pg, id, "", by, &n, err)) {
        pg_rollback(c->w->pg);
        return false;
    }
    if (n == 0) {
        pg_rollback(c->w->pg);
        (void)call_refuse(c, 404, "not-found", "there is no such hold in force");
        return true;
    }
    if (!settled(c, key, true, &done, err))
        return false;
    if (done) {
        buf_add_str(&c->reply->body, "{");
        put_member_int(&c->reply->body, "hold", id);
        put_member(&c->reply->body, ",state", "lifted");
        buf_add_str(&c->reply->body, "}\n");
    }
    return true;
}
