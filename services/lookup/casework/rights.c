/* GET /v1/rights and one of it: what persons have asked for, and until when. */
#include "rights.h"
#include "routes.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/put.h"
#include "codec/casework/rights_json.h"
#include "store/casework/rights_store.h"

#include <stdlib.h>
#include <string.h>

/* --- the list --- */

/* bits: which states are wanted. */
static bool states_read(struct call *c, unsigned *ret)
{
    const char *text = http_argument(c->rq, "state");

    *ret = 1U << RIGHTS_OPEN | 1U << RIGHTS_PAUSED;
    if (text == NULL || strcmp(text, "waiting") == 0)
        return true;
    *ret |= 1U << RIGHTS_CLOSED;
    if (strcmp(text, "all") == 0)
        return true;
    for (int state = RIGHTS_OPEN; state <= RIGHTS_CLOSED; state++)
        if (strcmp(text, rights_state_name((enum rights_state)state)) == 0) {
            *ret = 1U << state;
            return true;
        }
    http_problem(c->reply, 400, "bad-argument",
                 "state is waiting, open, paused, closed or all", NULL);
    return false;
}

struct listed {
    const char *id;
    struct rights_request r;
};

struct listing {
    size_t n, cap;
    struct listed *rows;
};

/* Open ones by the day they are due, then the paused, then the closed, the last first. */
static int by_due(const void *a, const void *b)
{
    const struct rights_request *x = &((const struct listed *)a)->r;
    const struct rights_request *y = &((const struct listed *)b)->r;

    if (x->state != y->state)
        return x->state < y->state ? -1 : 1;
    if (x->state == RIGHTS_CLOSED && x->closed_us != y->closed_us)
        return x->closed_us > y->closed_us ? -1 : 1;
    if (x->due_us != y->due_us)
        return x->due_us < y->due_us ? -1 : 1;
    return x->ledger_id < y->ledger_id ? -1 : x->ledger_id > y->ledger_id;
}

static void list_make(const struct rights_set *set, unsigned states, struct listing *ret)
{
    *ret = (struct listing){0};
    for (size_t at = 0; at < set->n;) {
        struct rights_request found[RIGHTS_SOURCES];
        const char *id = set->names[at].request;
        const size_t n = rights_next(set, &at, found);

        for (size_t i = 0; i < n; i++) {
            if ((states >> found[i].state & 1) == 0)
                continue;
            if (ret->n == ret->cap) {
                ret->cap = ret->cap * 2 + 64;
                ret->rows = mem_resize(ret->rows, ret->cap, sizeof(*ret->rows));
            }
            ret->rows[ret->n++] = (struct listed){id, found[i]};
        }
    }
    if (ret->n > 0)
        qsort(ret->rows, ret->n, sizeof(*ret->rows), by_due);
}

static void request_put(struct call *c, const struct listed *l)
{
    rights_to_json(&l->r, l->id, register_source_name(c->w->reg, l->r.source),
                   clock_wall_us(), &c->reply->body);
}

static void write_list(struct call *c, const struct listing *list)
{
    struct buf *out = &c->reply->body;

    buf_add_str(out, "{\"requests\":[");
    for (size_t i = 0; i < list->n; i++) {
        buf_add_str(out, i > 0 ? ",{" : "{");
        request_put(c, &list->rows[i]);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]}\n");
}

bool answer_rights(struct call *c, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct rights_set set = {0};
    struct listing list;
    bool refused, ok;
    unsigned states;

    if (!states_read(c, &states))
        return true;
    if (!rights_load(c->w->pg, NULL, WHEN_NEVER, &set, err))
        return false;
    list_make(&set, states, &list);
    ok = call_noted(c, LOOKUP_RIGHTS, &row, 1, &refused, err);
    if (ok && !refused)
        write_list(c, &list);
    free(list.rows);
    rights_set_done(&set);
    return ok;
}

/* --- one --- */

static const struct listed *find(const struct listing *list, int64_t ledger_id)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->rows[i].r.ledger_id == ledger_id)
            return &list->rows[i];
    return NULL;
}

size_t rights_rows(struct call *c, const struct rights_person *person,
                   enum lookup_outcome outcome,
                   struct audit_row rows[RIGHTS_CONTACTS_MOST])
{
    const struct lookup_contact contacts[RIGHTS_CONTACTS_MOST] = {
        {CONTACT_EMAIL, person->email, ""},
        {CONTACT_PHONE, person->phone, person->country},
    };
    size_t n = 0;

    for (size_t i = 0; i < RIGHTS_CONTACTS_MOST; i++) {
        struct audit_row *row = &rows[n];

        *row = (struct audit_row){.has_contact = true, .outcome = outcome};
        if (contacts[i].text[0] != '\0' &&
            contact_known(c->w, &contacts[i], &row->contact))
            n++;
    }
    if (n == 0)
        rows[n++] = (struct audit_row){.outcome = outcome};
    return n;
}

static void write_one(struct call *c, const struct rights_set *set,
                      const struct listed *l, const struct rights_person *person)
{
    struct buf *out = &c->reply->body;
    bool more = false;

    buf_add_str(out, "{");
    request_put(c, l);
    put_name(out, ",events");
    buf_add_str(out, "[");
    for (size_t i = 0; i < set->n; i++) {
        const struct rights_event *e = &set->events[i];

        if (strcmp(set->names[i].request, l->id) != 0)
            continue;
        buf_add_str(out, more ? "," : "");
        more = true;
        rights_event_to_json(e, set->names[i].event,
                             register_source_name(c->w->reg, e->source), out);
    }
    buf_add_str(out, "]");
    put_name(out, ",asked");
    buf_add_str(out, access_sees_data(c->token->role) && person->asked[0] != '\0'
                         ? person->asked
                         : "null");
    put_name(out, ",letter");
    if (access_sees_data(c->token->role))
        rights_letter_to_json(person->subject, person->words, person->reply_to, out);
    else
        buf_add_str(out, "null");
    buf_add_str(out, "}\n");
}

bool answer_right(struct call *c, struct err *err)
{
    struct audit_row rows[RIGHTS_CONTACTS_MOST];
    struct rights_person person = {0};
    struct rights_set set = {0};
    struct listing list = {0};
    struct rights_said said;
    const struct listed *l;
    struct buf bytes;
    bool refused, ok;
    int64_t id;

    if (!call_id(c, &id))
        return true;
    buf_init(&bytes, RIGHTS_BYTES);
    ok = rights_load(c->w->pg, NULL, WHEN_NEVER, &set, err);
    if (ok)
        list_make(&set, ~0U, &list);
    l = find(&list, id);
    if (ok && l == NULL) {
        http_problem(c->reply, 404, "not-found", "there is nothing of that number", NULL);
    } else if (ok) {
        ok = vault_rights(c->w->vault, c->w->pg, id, &bytes, &said, err) &&
             rights_person_load(c->w->pg, &said, &person, err) &&
             call_noted(c, LOOKUP_RIGHTS, rows,
                        rights_rows(c, &person, LOOKUP_SHOWN, rows), &refused, err);
        if (ok && !refused)
            write_one(c, &set, l, &person);
    }
    buf_done(&bytes);
    rights_person_done(&person);
    free(list.rows);
    rights_set_done(&set);
    return ok;
}
