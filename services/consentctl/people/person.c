/*
 * consentctl record: what a person has consented to, for them to keep. consentctl export:
 * everything held about a contact, for whoever asks under GDPR 15 or 20.
 */
#include "commands.h"
#include "audit.h"
#include "outfile.h"
#include "who.h"

#include "base/clock.h"
#include "base/nameless.h"
#include "codec/event/event_json.h"
#include "codec/event/header_json.h"
#include "export/person.h"
#include "store/people/person_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- saying --- */

/* The document is made in a file without a name, and shown when it is written down who
 * has seen it: any number of events needs the memory of some. */
static bool spill(void *context, struct buf *out, struct err *err)
{
    const bool ok = outfile_put(*(const int *)context, out->data, out->len);

    buf_reset(out);
    return ok || err_set(err, ERR_CONFIG, "NO_ROOM", "there is no room for it in %.150s",
                         outfile_folder());
}

static bool copy(int from, int to)
{
    char bytes[1 << 16];
    ssize_t n;

    if (lseek(from, 0, SEEK_SET) != 0)
        return false;
    while ((n = read(from, bytes, sizeof(bytes))) > 0)
        if (!outfile_put(to, bytes, (size_t)n))
            return false;
    explicit_bzero(bytes, sizeof(bytes));
    return n == 0 && (fsync(to) == 0 || to == STDOUT_FILENO);
}

/* Into a file for its owner alone that was not there, or to standard output. */
static bool deliver(const char *path, int from, struct err *err)
{
    int fd = STDOUT_FILENO;
    bool ok;

    if (path != NULL && strcmp(path, "-") != 0)
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, ERR_CONFIG, "NO_FILE",
                       "%.150s cannot be made, or is there already", path);
    ok = copy(from, fd);
    if (fd != STDOUT_FILENO)
        ok = close(fd) == 0 && ok;
    return ok || err_set(err, ERR_RETRY, "NOT_WRITTEN", "the answer was not written");
}

/* --- whose event --- */

struct opened_event {
    const char *raw, *headers; /* NULL: none */
    size_t raw_len, headers_len;
};

static bool event_decode(const struct opened_event *e, struct event *ret)
{
    struct header_set set = {0};
    struct fault fault;
    struct err err;
    struct event_input in = {
        .value = e->raw, .value_len = e->raw_len, .has_value = e->raw != NULL};

    if (e->raw == NULL || (e->headers != NULL &&
                           !headers_from_json(e->headers, e->headers_len, &set, &err))) {
        headers_done(&set);
        return false;
    }
    in.headers = set.list;
    in.n_headers = set.n;
    event_from_json(&in, ret, &fault); /* what could be read is enough */
    headers_done(&set);
    return true;
}

/* The contact of the event that was named: its e-mail address, or its number. */
static bool event_who(struct ctl *ctl, struct who *who, int64_t *ledger_id,
                      struct err *err)
{
    static struct event ev;
    struct pg_result *result;
    struct person_event e;
    struct opened o = {.kept = KEPT_NOT};
    struct buf bytes;
    size_t n;
    bool ok = true, there;

    if (!person_event_find(ctl->pg, ctl->args[0], ctl_option(ctl, "source"), &e, &n,
                           &result, err))
        return false;
    pg_result_free(result);
    *ledger_id = n > 0 ? e.ledger_id : 0;
    buf_init(&bytes, CTL_ANSWER_BYTES);
    if (n == 1)
        ok = ctl_vault(ctl, err) && vault_ledger(ctl->vault, ctl->pg, "record",
                                                 *ledger_id, &bytes, &o, &there, err);
    if (!ok) {
        buf_done(&bytes);
        return false;
    }
    ok = n == 1 && o.kept == KEPT_OPEN &&
         event_decode(
             &(struct opened_event){o.has_raw ? bytes.data + o.raw : NULL,
                                    o.headers_len > 0 ? bytes.data + o.headers : NULL,
                                    o.raw_len, o.headers_len},
             &ev);
    buf_done(&bytes);
    if (n > 1)
        return err_set(err, ERR_CONFIG, "SEVERAL",
                       "several sources have an event of this id: say which, --source");
    if (!ok)
        return err_set(err, ERR_INPUT, "NO_EVENT",
                       "there is no such event, or its bytes are %s", kept_name(o.kept));
    return who_of(ctl, ev.email[0] != '\0' ? ev.email : NULL,
                  ev.email[0] != '\0' ? NULL : ev.phone, ev.country, who, err);
}

/* --- the commands --- */

static bool register_find(struct ctl *ctl, struct register_snapshot **s, struct err *err)
{
    return ctl_pg(ctl, err) && register_load(ctl->pg, WHEN_NEVER, s, err);
}

static bool shown(struct ctl *ctl, const struct who *who, enum lookup_route route,
                  struct err *err)
{
    return ctl_audit(
        ctl,
        &(struct ctl_look){.contact = who->key, .route = route, .outcome = LOOKUP_SHOWN},
        err);
}

static bool record(struct ctl *ctl, struct register_snapshot **s, struct person_out *out,
                   struct err *err)
{
    const char *word = ctl_option(ctl, "format");
    enum record_format format = RECORD_27560;
    struct person person;
    int64_t ledger_id = 0;
    struct who who;
    size_t n;

    if (word != NULL && !record_format_parse(word, &format))
        return err_set(err, ERR_CONFIG, "FORMAT", "a record is 27560 or kantara");
    if (!register_find(ctl, s, err) ||
        !(ctl->n_args > 0 ? event_who(ctl, &who, &ledger_id, err)
                          : who_ask(ctl, &who, err)))
        return false;
    if (!ctl_vault(ctl, err))
        return false;
    person =
        (struct person){who.kind, who.key, who.canonical, clock_wall_us(), ctl->vault};
    if (!person_records(ctl->pg, *s, &person, format, ledger_id, out, &n, err) ||
        !shown(ctl, &who, LOOKUP_RECORDS, err))
        return false;
    return n > 0 || ledger_id == 0 ||
           err_set(err, ERR_INPUT, "NO_GRANT", "that event grants nothing");
}

static bool export(struct ctl *ctl, struct register_snapshot **s, struct person_out *out,
                   struct err *err)
{
    struct person person;
    struct who who;

    if (!who_ask(ctl, &who, err) || !register_find(ctl, s, err) || !ctl_vault(ctl, err))
        return false;
    person =
        (struct person){who.kind, who.key, who.canonical, clock_wall_us(), ctl->vault};
    return person_export(ctl->pg, *s, &person, out, err) &&
           shown(ctl, &who, LOOKUP_EXPORT, err);
}

static int run(struct ctl *ctl, bool (*make)(struct ctl *, struct register_snapshot **,
                                             struct person_out *, struct err *))
{
    struct register_snapshot *s = NULL;
    int code = CTL_DONE, fd = nameless_open(outfile_folder());
    struct buf buf;
    struct person_out out = {&buf, spill, &fd};
    struct err err;

    buf_init(&buf, CTL_ANSWER_BYTES);
    if (fd < 0)
        err_set(&err, ERR_CONFIG, "NO_FILE", "no file can be made in %.150s: %s",
                outfile_folder(), strerror(errno));
    if (fd < 0 || !make(ctl, &s, &out, &err) || !spill(&fd, &buf, &err) ||
        !deliver(ctl_option(ctl, "output"), fd, &err))
        code = ctl_fail(ctl, &err);
    if (fd >= 0)
        close(fd);
    buf_done(&buf);
    register_free(s);
    return code;
}

int record_run(struct ctl *ctl)
{
    return run(ctl, record);
}

int export_run(struct ctl *ctl)
{
    return run(ctl, export);
}
