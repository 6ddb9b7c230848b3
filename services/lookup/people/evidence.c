/*
 * POST /v1/evidence: a case about a contact, with proofs, as one ZIP file
 * (common/export/evidence.h).
 *
 * It is written to a file without a name in spool_folder, and sent from there: a long
 * case takes no memory. It is made first: what is audited is what was shown.
 */
#include "routes.h"

#include "base/clock.h"
#include "base/nameless.h"
#include "export/evidence.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TRIES 5

struct file {
    struct call *call;
    int fd;
    uint64_t bytes, most;
    uint64_t wrote; /* with its parts, which are written twice */
};

static bool too_large(struct err *err)
{
    return err_set(err, ERR_INPUT, "TOO_LARGE", "the case is larger than spool_bytes");
}

static bool wrote(void *context, size_t bytes, struct err *err)
{
    struct file *f = context;

    f->wrote += bytes;
    if (f->wrote / 2 > f->most)
        return too_large(err);
    http_moved(f->call->rq, f->wrote);
    return !call_over(f->call) || call_end(err);
}

static bool to_file(void *context, const void *data, size_t len, struct err *err)
{
    struct file *f = context;
    const char *from = data;

    if (len > f->most - f->bytes)
        return too_large(err);
    f->bytes += len;
    while (len > 0) {
        const ssize_t n = write(f->fd, from, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_INPUT, "NO_ROOM",
                           "there is no room for the case in spool_folder");
        from += n;
        len -= (size_t)n;
    }
    return true;
}

/* The case in a file; the reply says why when there is none, and *ret_there is false. */
static bool make(struct call *c, const struct evidence_ask *ask, struct file *f,
                 bool *ret_there, struct err *err)
{
    const struct settings *s = c->w->settings;
    struct evidence_ask with = *ask;
    struct evidence_made made;
    struct note_signer signer;
    bool ok;

    *ret_there = false;
    *f = (struct file){.call = c,
                       .fd = nameless_open(s->spool_folder),
                       .most = (uint64_t)s->spool_bytes};
    if (f->fd < 0) {
        http_problem(c->reply, 503, "no-room", "no file can be made in spool_folder",
                     NULL);
        return true;
    }
    if (s->evidence_key_file[0] != '\0') {
        if (!note_signer_load(s->evidence_key_file, &signer, err))
            return false;
        with.signer = &signer;
    }
    ok = evidence_write(c->w->pg, c->w->reg, &with, to_file, f, &made, err);
    if (with.signer != NULL)
        note_signer_forget(&signer);
    *ret_there = ok;
    if (ok || call_is_over(err))
        return true;
    if (strcmp(err->code, "TOO_LARGE") != 0 && strcmp(err->code, "NO_ROOM") != 0)
        return false;
    http_problem(c->reply, 503, "no-room", err->text, NULL);
    return true;
}

static bool answer_once(struct call *c, const struct evidence_ask *ask, bool *changed,
                        struct err *err)
{
    struct audit_row row = {
        .contact = ask->person.key, .has_contact = true, .outcome = LOOKUP_SHOWN};
    struct audit_call audit = {.route = LOOKUP_EVIDENCE, .rows = &row, .n = 1};
    bool refused, there = false, ok;
    struct audit_done done;
    struct file f;

    *changed = false;
    c->reply->status = 200;
    buf_reset(&c->reply->body);
    if (!worker_register(c->w, err))
        return false;
    ok = make(c, ask, &f, &there, err);
    ok = ok && (!there || call_audit(c, &audit, &done, changed, &refused, err));
    if (ok && there && !*changed && !refused) {
        event_names_done(&done.names);
        http_reply_field(c->reply, "Content-Disposition",
                         "attachment; filename=\"case.zip\"");
        http_reply_file(c->reply, f.fd, f.bytes, NULL, "application/zip");
    } else if (f.fd >= 0) {
        close(f.fd);
    }
    return ok;
}

bool answer_evidence(struct call *c, struct err *err)
{
    struct evidence_ask ask = {0};
    char identifier[CALL_IDENT_BYTES];
    bool changed = true, ok = true;
    const char *language;
    struct fault fault;

    if (!lookup_evidence_read(c->rq->body, c->rq->body_len, &c->w->request, &ask.from_us,
                              &ask.to_us, &language, &fault)) {
        call_fault(c, &fault);
        return true;
    }
    if (language != NULL && !language_read(language, &ask.language)) {
        http_problem(c->reply, 422, "bad-query",
                     "a language is en, fr, de, es, it, nl, pt, sv or da", "/language");
        return true;
    }
    if (!call_person(c, &c->w->request.queries[0].contact, "/contact", &ask.person.key,
                     identifier))
        return true;
    ask.person.kind = c->w->request.queries[0].contact.kind;
    ask.person.identifier = identifier;
    ask.person.now_us = clock_wall_us();
    ask.person.vault = c->w->vault;
    ask.folder = c->w->settings->spool_folder;
    ask.wrote = wrote;
    ok = call_settle(c, &ask.person.key, 1, err);
    for (int i = 0; i < TRIES && ok && changed; i++)
        ok = answer_once(c, &ask, &changed, err);
    explicit_bzero(identifier, sizeof(identifier));
    if (ok && changed)
        return err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
    return ok;
}
