/*
 * POST /v1/erasures/due: what the keeper has counted as due by retention, and waits for a
 * person, may go. Asked for here; the keeper erases, and nothing that was not due when it
 * counted.
 */
#include "routes.h"

#include "codec/put.h"
#include "store/access/second_store.h"
#include "store/casework/retention_ask_store.h"

_Static_assert(RETENTION_ASK_BY_BYTES >= CALL_WHO_BYTES, "whoever asks is named in full");

static void stale(struct call *c)
{
    http_problem(c->reply, 409, "settled",
                 "it was counted again, or somebody has asked already", "/counted");
}

/* What was asked for and its audit, or neither. */
static bool ask(struct call *c, const struct retention_count *count, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SETTLED};
    char by[CALL_WHO_BYTES];
    bool refused = false;
    int64_t id = 0;

    call_who(c, by, sizeof(by));
    if (!pg_begin(c->w->pg, err))
        return false;
    if (!retention_ask_add(c->w->pg, count, by, &id, err) ||
        (id != 0 && !call_noted(c, LOOKUP_ERASURE, &row, 1, &refused, err))) {
        pg_rollback(c->w->pg);
        return false;
    }
    if (id == 0 || refused) {
        pg_rollback(c->w->pg);
        if (!refused)
            stale(c);
        return true;
    }
    if (!pg_commit(c->w->pg, err))
        return false;
    buf_add_str(&c->reply->body, "{");
    put_member_int(&c->reply->body, "run", id);
    buf_add_str(&c->reply->body, "}\n");
    return true;
}

bool answer_erase_due(struct call *c, struct err *err)
{
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct retention_count count;
    struct fault fault;
    int64_t counted_us;
    bool refused, go;

    if (!lookup_due_read(c->rq->body, c->rq->body_len, &c->w->request, &counted_us,
                         &fault)) {
        call_fault(c, &fault);
        return true;
    }
    if (!call_noted(c, LOOKUP_ERASURE, &row, 1, &refused, err))
        return false;
    if (refused)
        return true;
    if (!retention_ask_count(c->w->pg, counted_us, &count, err))
        return false;
    if (count.subject[0] == '\0') {
        stale(c);
        return true;
    }
    if (!call_second(c, SECOND_ERASE, count.subject, &go, err))
        return false;
    return !go || ask(c, &count, err);
}
