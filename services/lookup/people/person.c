/* POST /v1/export, POST /v1/records: what a person may ask to see of themselves. */
#include "routes.h"

#include "base/clock.h"
#include "export/person.h"

#include <string.h>

#define TRIES 5

struct asked {
    enum lookup_route route;
    enum record_format format;
    struct person person;
    char identifier[CALL_IDENT_BYTES];
};

static bool spill(void *context, struct buf *out, struct err *err)
{
    (void)out; /* the reply's own */
    return call_spill(context, err);
}

/* The answer is made first: what is audited is what was shown. */
static bool answer_once(struct call *c, struct asked *a, bool *changed, struct err *err)
{
    struct audit_row row = {
        .contact = a->person.key, .has_contact = true, .outcome = LOOKUP_SHOWN};
    struct audit_call audit = {.route = a->route, .rows = &row, .n = 1};
    struct person_out out = {&c->reply->body, spill, c};
    struct audit_done done;
    bool refused, ok;
    size_t n;

    *changed = false;
    http_reply_again(c->reply);
    if (!worker_register(c->w, err))
        return false;
    ok = a->route == LOOKUP_EXPORT
             ? person_export(c->w->pg, c->w->reg, &a->person, &out, err)
             : person_records(c->w->pg, c->w->reg, &a->person, a->format, 0, &out, &n,
                              err);
    if (!ok && call_is_over(err))
        return true;
    if (!ok || !call_audit(c, &audit, &done, changed, &refused, err))
        return false;
    if (!*changed && !refused)
        event_names_done(&done.names);
    return true;
}

static bool answer(struct call *c, struct asked *a, struct err *err)
{
    const struct lookup_contact *contact = &c->w->request.queries[0].contact;
    bool changed = true, ok = true;

    if (!call_person(c, contact, "/contact", &a->person.key, a->identifier))
        return true;
    a->person.kind = contact->kind;
    a->person.identifier = a->identifier;
    a->person.now_us = clock_wall_us();
    a->person.vault = c->w->vault;
    ok = call_settle(c, &a->person.key, 1, err);
    for (int i = 0; i < TRIES && ok && changed; i++)
        ok = answer_once(c, a, &changed, err);
    explicit_bzero(a->identifier, sizeof(a->identifier));
    if (ok && changed)
        return err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
    return ok;
}

bool answer_export(struct call *c, struct err *err)
{
    struct asked a = {.route = LOOKUP_EXPORT};
    struct fault fault;

    if (!lookup_provenance_read(c->rq->body, c->rq->body_len, &c->w->request, NULL,
                                &fault)) {
        call_fault(c, &fault);
        return true;
    }
    return answer(c, &a, err);
}

bool answer_records(struct call *c, struct err *err)
{
    struct asked a = {.route = LOOKUP_RECORDS, .format = RECORD_27560};
    struct fault fault;
    const char *format;

    if (!lookup_records_read(c->rq->body, c->rq->body_len, &c->w->request, &format,
                             &fault)) {
        call_fault(c, &fault);
        return true;
    }
    if (format != NULL && !record_format_parse(format, &a.format)) {
        http_problem(c->reply, 422, "bad-query", "a record is 27560 or kantara",
                     "/format");
        return true;
    }
    return answer(c, &a, err);
}
