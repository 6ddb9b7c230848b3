/*
 * GET /v1/lists/{id}/snapshot: the whole list as a file, which may be fetched in pieces.
 *
 * A snapshot that is what the list says now, or younger than snapshot_age_s, is sent as
 * it lies; else the maker makes one while the request is parked. The entity tag is the
 * file's stamp and ending: the bytes behind it never change. A range of the file before
 * the newest is given to whoever asks for it by If-Range, so that a download that was cut
 * can be gone on with although the list has changed.
 */
#include "maker.h"
#include "metrics.h"
#include "routes.h"

#include "base/clock.h"
#include "base/log.h"
#include "export/snapshot.h"
#include "store/lists/change_store.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARK_US (300 * WHEN_SECOND_US)
#define LATER_S 10

struct wanted {
    const struct list *list;
    enum list_format format;
    enum list_packing packing;
};

/* What a parked request keeps. */
struct note {
    uint64_t ticket;
};
_Static_assert(sizeof(struct note) <= HTTP_NOTE_BYTES, "it fits");

static bool arguments_read(struct call *c, struct wanted *ret)
{
    const char *format = http_argument(c->rq, "format");
    const char *packing = http_argument(c->rq, "compress");

    ret->format = format != NULL ? list_format_parse(format) : LIST_CSV;
    ret->packing = LIST_PACK_NONE;
    if (ret->format != LIST_FORMAT_NONE &&
        (packing == NULL || list_packing_parse(packing, &ret->packing)))
        return true;
    http_problem(c->reply, 400, "bad-query",
                 "format is csv, ndjson or plain, and compress none, gzip or zstd", NULL);
    return false;
}

static const char *type_of(const struct wanted *w)
{
    if (w->packing == LIST_PACK_GZIP)
        return "application/gzip";
    if (w->packing == LIST_PACK_ZSTD)
        return "application/zstd";
    return w->format == LIST_CSV      ? "text/csv; charset=utf-8; header=present"
           : w->format == LIST_NDJSON ? "application/x-ndjson"
                                      : "text/plain; charset=utf-8";
}

/* --- sending --- */

/* Behind the list's name and a dot: stamp and ending. */
static const char *tag_of(const struct wanted *w, const char *file)
{
    return file + strlen(w->list->id) + 1;
}

static void name_field(struct call *c, const char *file)
{
    char value[HTTP_FIELD_BYTES];

    snprintf(value, sizeof(value), "attachment; filename=\"%s\"", file);
    http_reply_field(c->reply, "Content-Disposition", value);
}

/* False: the file has gone meanwhile, for two newer ones. */
static bool send_newest(struct call *c, const struct wanted *w, const struct manifest *m)
{
    const int fd = snapshot_file(c->w->settings->snapshot_dir, m);
    char cursor[CURSOR_TEXT_BYTES], number[24];

    if (fd < 0)
        return false;
    cursor_format(&m->version, cursor);
    snprintf(number, sizeof(number), "%lld", (long long)m->count);
    http_reply_field(c->reply, "Consent-List-Version", cursor);
    http_reply_field(c->reply, "Consent-List-Digest", m->digest);
    http_reply_field(c->reply, "Consent-List-Count", number);
    http_reply_field(c->reply, "Consent-Snapshot-SHA256", m->sha256);
    name_field(c, m->file);
    http_reply_file(c->reply, fd, (uint64_t)m->bytes, tag_of(w, m->file), type_of(w));
    return true;
}

/* A former file, for a Range with an If-Range that names it; without the headers that say
 * what is in it, which its first answer had. False: it is none, or has gone. */
static bool send_former(struct call *c, const struct wanted *w)
{
    const char *tag = http_header(c->rq, "If-Range");
    struct manifest m;
    struct stat st;
    size_t len;
    int fd;

    if (tag == NULL || http_header(c->rq, "Range") == NULL || tag[0] != '"')
        return false;
    len = strlen(tag);
    if (len < 3 || len >= HTTP_ETAG_BYTES || tag[len - 1] != '"' ||
        strspn(tag + 1, "0123456789TZ.abcdefghijklmnopqrstuvwxyz") != len - 2 ||
        !snapshot_named(w->list->id, w->format, w->packing, tag + 1, len - 2, m.file))
        return false;
    fd = snapshot_file(c->w->settings->snapshot_dir, &m);
    if (fd < 0)
        return false;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return false;
    }
    name_field(c, m.file);
    http_reply_file(c->reply, fd, (uint64_t)st.st_size, tag_of(w, m.file), type_of(w));
    return true;
}

/* --- which --- */

static bool is_now(struct call *c, const struct wanted *w, const struct manifest *m,
                   bool *ret, struct err *err)
{
    const int64_t age_us = clock_wall_us() - m->made_us;
    struct list_end end;

    /* One from before a restore of the database leads to a cursor that is no place. */
    if (!change_cursor_known(c->w->pg, w->list->number, &m->version, ret, err))
        return false;
    if (!*ret ||
        (age_us >= 0 && age_us < c->w->settings->snapshot_age_s * WHEN_SECOND_US))
        return true;
    if (!change_ends(c->w->pg, &w->list->number, 1, &end, err))
        return false;
    *ret = cursor_equal(&m->version, &end.at);
    return true;
}

static void later(struct call *c, const char *why)
{
    http_problem(c->reply, 503, "snapshot", why, NULL);
    c->reply->retry_after_s = LATER_S;
}

/* Parks until it is made; or says that it is not. */
static void wait_for(struct call *c, const struct wanted *w, struct note *note)
{
    if (note->ticket == 0)
        note->ticket = maker_ask(c->w->maker, w->list, w->format, w->packing);
    if (note->ticket == 0 || c->rq->late) {
        later(c, "the snapshot is still being made; ask again");
        return;
    }
    memcpy(c->reply->note, note, sizeof(*note));
    http_park(c->reply, clock_mono_us() + PARK_US, note->ticket);
}

/* *sent: the reply is there, or parked. */
static bool choose(struct call *c, const struct wanted *w, struct note *note, bool *sent,
                   struct err *err)
{
    enum maker_state state = MAKER_DONE;
    struct manifest m;
    struct err why;
    bool found, good = false;

    *sent = true;
    if (note->ticket != 0)
        state = maker_look(c->w->maker, note->ticket);
    if (state == MAKER_FAILED) {
        later(c, "the snapshot could not be made");
        return true;
    }
    if (!snapshot_look(c->w->settings->snapshot_dir, w->list->id, w->format, w->packing,
                       &m, &found, &why)) {
        metrics_add(METRIC_SNAPSHOT_FAILURES, 1);
        log_err(LOG_LEVEL_ERROR, "snapshot_unread", &why);
        later(c, "the snapshot could not be read");
        return true;
    }
    /* Whoever waited has waited enough; whoever wants a piece goes on with what there is.
     */
    if (found && state == MAKER_DONE)
        good = note->ticket != 0 || http_header(c->rq, "Range") != NULL;
    if (found && state == MAKER_DONE && !good && !is_now(c, w, &m, &good, err))
        return false;
    if (good)
        *sent = send_newest(c, w, &m);
    else
        wait_for(c, w, note);
    return true;
}

static bool answer_once(struct call *c, struct wanted *w, bool *again, struct err *err)
{
    struct note note;
    bool sent = false;

    *again = false;
    memcpy(&note, c->reply->note, sizeof(note));
    if (!call_list(c, LOOKUP_SNAPSHOT, &w->list, err))
        return false;
    if (w->list == NULL)
        return true;
    if (note.ticket == 0 && !call_shown(c, LOOKUP_SNAPSHOT, again, err))
        return false;
    if (*again || send_former(c, w))
        return true;
    for (int i = 0; i < 3 && !sent; i++)
        if (!choose(c, w, &note, &sent, err))
            return false;
    if (!sent)
        later(c, "the snapshot changes all the time");
    return true;
}

bool answer_snapshot(struct call *c, struct err *err)
{
    struct wanted w = {0};
    bool again = true;

    if (!arguments_read(c, &w))
        return true;
    if (c->w->maker == NULL) {
        http_problem(c->reply, 503, "no-snapshots",
                     "this service makes no snapshots: snapshot_dir is not set", NULL);
        return true;
    }
    for (int i = 0; i < 5 && again; i++)
        if (!answer_once(c, &w, &again, err))
            return false;
    return !again ||
           err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
}
