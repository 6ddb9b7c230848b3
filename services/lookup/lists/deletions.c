/*
 * GET /v1/deletions: our orders to a system to erase somebody; POST
 * /v1/deletions/acknowledgements: it has done so. A mailing token has those of its own
 * recipient, dpo all. The same orders stand on the topic deletion.<recipient>.
 */
#include "routes.h"

#include "codec/put.h"
#include "store/casework/deletion_store.h"

#include <stdio.h>
#include <string.h>

#define ORDERS_AT_ONCE 500
#define ORDERS_MOST    5000

static const char *recipient_of(const struct call *c)
{
    return c->token->role == ACCESS_MAILING ? c->token->recipient : "";
}

static bool noted(struct call *c, enum lookup_outcome outcome, bool *refused,
                  struct err *err)
{
    const struct audit_row row = {.outcome = outcome};

    return call_noted(c, LOOKUP_DELETION, &row, 1, refused, err);
}

bool answer_deletions(struct call *c, struct err *err)
{
    const char *after = http_argument(c->rq, "after"), *all = http_argument(c->rq, "all");
    struct buf *out = &c->reply->body;
    int32_t limit;
    bool refused;

    if (!call_limit(c, ORDERS_AT_ONCE, ORDERS_MOST, &limit))
        return true;
    if (!noted(c, LOOKUP_SHOWN, &refused, err))
        return false;
    if (refused)
        return true;
    buf_add_str(out, "{\"orders\":");
    if (!deletion_list(c->w->pg, recipient_of(c), all != NULL && strcmp(all, "true") == 0,
                       after != NULL ? after : "", limit, out, err))
        return false;
    buf_add_str(out, "}\n");
    return true;
}

bool answer_deleted(struct call *c, struct err *err)
{
    struct lookup_orders orders;
    struct fault fault;
    char by[160];
    bool refused;
    int64_t n;

    if (!lookup_orders_read(c->rq->body, c->rq->body_len, &c->w->request, &orders,
                            &fault)) {
        call_fault(c, &fault);
        return true;
    }
    if (!noted(c, LOOKUP_SETTLED, &refused, err))
        return false;
    if (refused)
        return true;
    snprintf(by, sizeof(by), "%s",
             c->token->role == ACCESS_MAILING ? c->token->recipient : "dpo");
    if (!deletion_done(c->w->pg, recipient_of(c), orders.id, orders.n, by, &n, err))
        return false;
    buf_add_str(&c->reply->body, "{");
    put_member_int(&c->reply->body, "acknowledged", n);
    buf_add_str(&c->reply->body, "}\n");
    return true;
}
