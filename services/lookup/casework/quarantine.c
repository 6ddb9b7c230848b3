/* GET /v1/quarantine and one of it, POST discard: what waits for a person. */
#include "quarantine.h"
#include "routes.h"

#include "codec/put.h"
#include "codec/casework/quarantine_json.h"
#include "store/access/second_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_PRESET 50
#define ROWS_MOST   500

/* Who must not see identifiers sees neither bytes nor what a person wrote beside them. */
static struct quarantined seen(const struct call *c, const struct quarantined *q)
{
    struct quarantined copy = *q;

    if (access_sees_data(c->token->role))
        return copy;
    copy.raw = NULL;
    copy.headers = NULL;
    copy.note = "";
    return copy;
}

/* --- the list --- */

static bool state_read(struct call *c, int16_t *ret)
{
    const char *text = http_argument(c->rq, "state");

    *ret = QUARANTINE_WAITING;
    if (text == NULL)
        return true;
    if (strcmp(text, "all") == 0) {
        *ret = -1;
        return true;
    }
    for (int state = QUARANTINE_WAITING; state <= QUARANTINE_DISCARDED; state++)
        if (strcmp(text, quarantine_state_name((enum quarantine_state)state)) == 0) {
            *ret = (int16_t)state;
            return true;
        }
    http_problem(c->reply, 400, "bad-argument",
                 "state is waiting, replayed, discarded or all", NULL);
    return false;
}

static void write_list(struct call *c, const struct quarantine_set *set, int32_t limit)
{
    struct buf *out = &c->reply->body;
    const size_t n = set->n > (size_t)limit ? (size_t)limit : set->n;

    buf_add_str(out, "{\"events\":[");
    for (size_t i = 0; i < n; i++) {
        const struct quarantined q = seen(c, &set->rows[i]);

        buf_add_str(out, i > 0 ? "," : "");
        quarantine_to_json(&q, false, NULL, out);
    }
    buf_add_str(out, "]");
    put_name(out, ",after");
    if (set->n > n)
        put_int(out, set->rows[n - 1].id);
    else
        buf_add_str(out, "null");
    buf_add_str(out, "}\n");
}

bool answer_quarantine(struct call *c, struct err *err)
{
    struct quarantine_filter filter = {.source = http_argument(c->rq, "source"),
                                       .reason = http_argument(c->rq, "reason")};
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct quarantine_set set;
    bool refused, ok;
    int32_t limit;

    if (!state_read(c, &filter.state) ||
        !http_number(c->rq, "after", 0, 0, INT64_MAX, &filter.after_id, c->reply) ||
        !call_limit(c, ROWS_PRESET, ROWS_MOST, &limit))
        return true;
    filter.limit = limit + 1; /* is there more? */
    if (!quarantine_list(c->w->pg, &filter, &set, err))
        return false;
    ok = call_noted(c, LOOKUP_QUARANTINE, &row, 1, &refused, err);
    if (ok && !refused)
        write_list(c, &set, limit);
    quarantine_done(&set);
    return ok;
}

/* --- one --- */

/* *found NULL and true: the reply says that there is none. */
static bool find(struct call *c, struct quarantine_set *set, struct quarantined **found,
                 struct err *err)
{
    int64_t id;

    *set = (struct quarantine_set){0};
    *found = NULL;
    if (!call_id(c, &id))
        return true;
    if (!quarantine_get(c->w->pg, &id, 1, set, err) ||
        (access_sees_data(c->token->role) &&
         !vault_quarantine(c->w->vault, c->w->pg, "quarantine", set, err)))
        return false;
    if (set->n == 1)
        *found = &set->rows[0];
    else
        http_problem(c->reply, 404, "not-found", "there is nothing of that number", NULL);
    return true;
}

static struct audit_row row_of(const struct quarantined *q, enum lookup_outcome outcome)
{
    return (struct audit_row){
        .contact = q->contact, .has_contact = q->has_contact, .outcome = outcome};
}

bool answer_quarantined(struct call *c, struct err *err)
{
    struct quarantine_set set;
    struct quarantine_became became;
    struct quarantined *q;
    bool refused, ok;

    ok = find(c, &set, &q, err);
    if (ok && q != NULL) {
        const struct audit_row row = row_of(q, LOOKUP_SHOWN);

        ok = quarantine_became(c->w->pg, q->id, &became, err) &&
             call_noted(c, LOOKUP_QUARANTINE, &row, 1, &refused, err);
        if (ok && !refused) {
            const struct quarantined copy = seen(c, q);

            quarantine_to_json(&copy, true, &became, &c->reply->body);
            buf_add_str(&c->reply->body, "\n");
        }
    }
    quarantine_done(&set);
    return ok;
}

/* --- settling --- */

/* The row's new state and its audit, or neither. */
static bool settle(struct call *c, const struct quarantined *q,
                   enum quarantine_state state, const char *note, struct err *err)
{
    const struct audit_row row = row_of(q, LOOKUP_SETTLED);
    bool refused = false;
    int64_t n = 0;
    char by[CALL_WHO_BYTES];

    call_who(c, by, sizeof(by));
    if (!pg_begin(c->w->pg, err))
        return false;
    if (!quarantine_settle(c->w->pg, &q->id, 1, state, by, note, &n, err) ||
        (n == 1 && !call_noted(c, LOOKUP_QUARANTINE, &row, 1, &refused, err))) {
        pg_rollback(c->w->pg);
        return false;
    }
    if (n == 0 || refused) {
        pg_rollback(c->w->pg);
        if (!refused)
            http_problem(c->reply, 409, "settled", "somebody else was quicker", NULL);
        return true;
    }
    if (!pg_commit(c->w->pg, err))
        return false;
    buf_add_str(&c->reply->body, "{");
    put_member_int(&c->reply->body, "id", q->id);
    put_member(&c->reply->body, ",state", quarantine_state_name(state));
    buf_add_str(&c->reply->body, "}\n");
    return true;
}

/* Looked at first, so that a budget is spent, or refuses, before anything is done. */
static bool change(struct call *c, const struct quarantined *q,
                   enum quarantine_state state, const char *note, quarantine_act *act,
                   struct err *err)
{
    const struct audit_row row = row_of(q, LOOKUP_SHOWN);
    char subject[SECOND_SUBJECT_BYTES];
    bool refused, go = true;

    if (q->state != QUARANTINE_WAITING) {
        http_problem(c->reply, 409, "settled", "it has been settled already", NULL);
        return true;
    }
    if (!call_noted(c, LOOKUP_QUARANTINE, &row, 1, &refused, err))
        return false;
    second_subject(subject, SECOND_QUARANTINE, q->id);
    if (!refused && state == QUARANTINE_DISCARDED &&
        !call_second(c, SECOND_DISCARD, subject, &go, err))
        return false;
    return refused || !go || (act != NULL && !act(c, q)) ||
           settle(c, q, state, note, err);
}

bool quarantine_change(struct call *c, enum quarantine_state state, bool note_needed,
                       quarantine_act *act, struct err *err)
{
    const char *note = NULL;
    struct quarantine_set set;
    struct quarantined *q;
    struct fault fault;
    bool ok;

    if (!access_settles(c->token->role)) {
        call_forbid(c, LOOKUP_QUARANTINE);
        return true;
    }
    if (!lookup_note_read(c->rq->body, c->rq->body_len, note_needed, &c->w->request,
                          &note, &fault)) {
        call_fault(c, &fault);
        return true;
    }
    ok = find(c, &set, &q, err) && (q == NULL || change(c, q, state, note, act, err));
    quarantine_done(&set);
    return ok;
}

bool answer_discard(struct call *c, struct err *err)
{
    return quarantine_change(c, QUARANTINE_DISCARDED, true, NULL, err);
}
