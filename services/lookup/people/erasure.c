/* POST /v1/erasures/preview: what an erasure would take of a contact, and what stays. It
 * is counted by the rows of the register and by the very function that erases. */
#include "routes.h"

#include "base/clock.h"
#include "codec/put.h"
#include "forget/forget.h"

#include <string.h>

static bool preview(struct call *c, const struct contact_key *key, bool granted,
                    struct err *err)
{
    const int64_t now_us = clock_wall_us();
    const struct forget_wish wish = {
        .by = "preview", .ground = "request", .before_us = now_us, .as_asked = granted};
    struct buf *out = &c->reply->body;
    struct erasure_preview found;
    struct forget f = {0};
    bool ok;

    ok = forget_init(&f, c->w->pg, c->w->reg, now_us, err) &&
         forget_preview(&f, c->w->pg, key, &wish, &found, err);
    if (ok) {
        buf_add_str(out, "{");
        put_member_bool(out, "granted", granted);
        buf_add_str(out, ",");
        forget_preview_put(&f, &found, out);
        buf_add_str(out, "}\n");
    }
    forget_done(&f);
    return ok;
}

bool answer_erasure(struct call *c, struct err *err)
{
    struct audit_row row = {.has_contact = true, .outcome = LOOKUP_SHOWN};
    const char *granted = http_argument(c->rq, "granted");
    bool refused;
    struct fault fault;

    if (granted != NULL && strcmp(granted, "true") != 0 && strcmp(granted, "false") != 0)
        return call_refuse(c, 400, "bad-argument", "granted is true or false") || true;
    if (!lookup_provenance_read(c->rq->body, c->rq->body_len, &c->w->request, NULL,
                                &fault)) {
        call_fault(c, &fault);
        return true;
    }
    if (!call_identify(c, &c->w->request.queries[0].contact, "/contact", &row.contact))
        return true;
    if (!call_settle(c, &row.contact, 1, err) ||
        !call_noted(c, LOOKUP_ERASURE, &row, 1, &refused, err))
        return false;
    return refused ||
           preview(c, &row.contact, granted == NULL || strcmp(granted, "true") == 0, err);
}
