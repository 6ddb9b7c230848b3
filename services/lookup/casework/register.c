/* GET /v1/register: what is set down, for people to read. */
#include "routes.h"

#include "change/register_files.h"
#include "codec/put.h"
#include "store/register/history_store.h"

#define ROWS_PRESET 100
#define ROWS_MOST   500

static const struct audit_row shown = {.outcome = LOOKUP_SHOWN};

static void write_history(struct call *c, const struct register_history *set,
                          int32_t limit)
{
    const size_t n = set->n > (size_t)limit ? (size_t)limit : set->n;
    struct buf *out = &c->reply->body;

    buf_add_str(out, "{");
    put_member_int(out, "version", c->w->reg->book.version);
    put_name(out, ",entries");
    buf_add_str(out, "[");
    for (size_t i = 0; i < n; i++) {
        const struct register_said *r = &set->rows[i];

        buf_add_str(out, i > 0 ? ",{" : "{");
        put_member_int(out, "entry", r->entry);
        put_member(out, ",kind", r->kind);
        put_member(out, ",id", r->id);
        put_member_time(out, ",effective", r->effective_us);
        put_member_time(out, ",known", r->known_us);
        put_name(out, ",body");
        buf_add_str(out, r->body[0] != '\0' ? r->body : "null");
        put_member(out, ",origin", r->origin);
        put_member(out, ",applied_by", r->applied_by);
        put_member(out, ",person", r->person);
        put_member(out, ",why", r->why);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
    put_name(out, ",before");
    if (set->n > n)
        put_int(out, set->rows[n - 1].entry);
    else
        buf_add_str(out, "null");
    buf_add_str(out, "}\n");
}

bool answer_register(struct call *c, struct err *err)
{
    struct register_history set;
    bool refused, ok;
    int64_t before;
    int32_t limit;

    if (!http_number(c->rq, "before", 0, 0, INT64_MAX, &before, c->reply) ||
        !call_limit(c, ROWS_PRESET, ROWS_MOST, &limit))
        return true;
    if (!register_history_load(c->w->pg, http_argument(c->rq, "kind"),
                               http_argument(c->rq, "id"), before, limit + 1, &set, err))
        return false;
    ok = call_noted(c, LOOKUP_DESK, &shown, 1, &refused, err);
    if (ok && !refused)
        write_history(c, &set, limit);
    register_history_done(&set);
    return ok;
}

/* One register as its file: to be changed, and given back (register_change.c). */
bool answer_register_file(struct call *c, struct err *err)
{
    bool found, refused;

    if (!call_noted(c, LOOKUP_DESK, &shown, 1, &refused, err))
        return false;
    if (refused)
        return true;
    if (!register_file_write(c->w->pg, c->rq->name, &c->reply->body, &found, err))
        return false;
    if (!found) {
        buf_reset(&c->reply->body);
        (void)call_refuse(c, 404, "not-found", "no register of that name is in force");
    }
    return true;
}
