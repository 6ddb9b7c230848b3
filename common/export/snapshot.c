#include "export/snapshot.h"

#include "base/clock.h"
#include "base/stop.h"
#include "codec/lists/entry_csv.h"
#include "crypto/list_digest.h"
#include "export/pack.h"
#include "export/place.h"
#include "store/lists/ack_store.h"
#include "store/lists/list_copy.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GATHER_BYTES ((size_t)64 << 10)
#define LINE_BYTES   ((size_t)16 << 10) /* more than any entry */
#define STEP_ROWS    8192
#define SETTLE_MS    10

/* --- (b) --- */

/* Until every transaction that is writing now has ended. */
static bool settle(struct pg *pg, const struct snapshot_job *job, struct err *err)
{
    const int64_t until_us = clock_mono_us() + (int64_t)job->settle_ms * 1000;
    int64_t fence, ended;

    if (!list_copy_fence(pg, &fence, err) || !list_copy_ended(pg, &ended, err))
        return false;
    while (ended < fence) {
        if (stop_asked())
            return err_set(err, ERR_RETRY, "STOPPED", "stopped");
        if (clock_mono_us() >= until_us)
            return err_set(err, ERR_RETRY, "SNAPSHOT_WAITED",
                           "a transaction in PostgreSQL has been writing for more than "
                           "%d s, and what it delivered is not known",
                           (int)(job->settle_ms / 1000));
        clock_sleep_ms(SETTLE_MS);
        if (!list_copy_ended(pg, &ended, err))
            return false;
    }
    return true;
}

/* --- (c) --- */

static bool on_list(const struct manifest *m, enum list_status status)
{
    return status == (m->polarity == LIST_DENY ? LIST_SUPPRESSED : LIST_PERMITTED);
}

static bool count(struct manifest *m, struct list_digest *digest,
                  const struct list_copied *row, struct err *err)
{
    m->suppressed += row->status == LIST_SUPPRESSED;
    m->released += row->status == LIST_RELEASED;
    m->permitted += row->status == LIST_PERMITTED;
    if (row->version > m->version.version[row->shard])
        m->version.version[row->shard] = row->version;
    return !on_list(m, row->status) ||
           list_digest_add(digest, row->token, row->token_len, err);
}

static void line_put(struct manifest *m, const struct list_copied *row, struct buf *out)
{
    const struct entry_text entry = {
        .list = m->list,
        .token = row->token,
        .status = row->status,
        .reason = row->reason,
        .effective_us = row->effective_us,
        .known_us = row->known_us,
        .version = row->version,
        .entry = row->entry,
    };

    switch (m->format) {
    case LIST_CSV: entry_to_csv(&entry, out); break;
    case LIST_NDJSON:
        entry_to_json(&entry, out);
        buf_add(out, "\n", 1);
        break;
    case LIST_PLAIN:
        if (!on_list(m, row->status))
            return;
        buf_add(out, row->token, row->token_len);
        buf_add(out, "\n", 1);
        break;
    case LIST_FORMAT_NONE: break;
    }
    m->rows++;
}

static bool gathered(struct pack *pack, struct buf *out, struct err *err)
{
    assert(!out->overrun);
    if (!pack_add(pack, out->data, out->len, err))
        return false;
    buf_reset(out);
    return true;
}

static bool rows_write(struct pg *pg, const struct snapshot_job *job, struct manifest *m,
                       struct pack *pack, struct list_digest *digest, struct buf *out,
                       struct err *err)
{
    struct list_copied row;
    bool more;

    if (m->format == LIST_CSV)
        entry_csv_head(out);
    for (int64_t n = 1;; n++) {
        if (!list_copy_next(pg, &row, &more, err))
            return false;
        if (!more)
            break;
        if (!count(m, digest, &row, err))
            return false;
        line_put(m, &row, out);
        if (out->len >= GATHER_BYTES && !gathered(pack, out, err))
            return false;
        if (n % STEP_ROWS != 0)
            continue;
        if (stop_asked())
            return err_set(err, ERR_RETRY, "STOPPED", "stopped");
        if (job->step != NULL)
            job->step(job->arg, n);
    }
    return out->len == 0 || gathered(pack, out, err);
}

static bool data_write(struct pg *pg, const struct snapshot_job *job, struct manifest *m,
                       struct list_point *point, struct pack *pack, struct err *err)
{
    struct list_digest digest;
    struct buf out;
    bool ok;

    list_digest_init(&digest);
    buf_init(&out, GATHER_BYTES + LINE_BYTES);
    ok = list_copy_begin(pg, job->list->number, err) &&
         rows_write(pg, job, m, pack, &digest, &out, err);
    list_copy_end(pg);
    m->count = digest.entries;
    list_digest_format(&digest, m->digest);
    *point = (struct list_point){.at = m->version, .entries = digest.entries};
    memcpy(point->buckets, digest.bucket, sizeof(point->buckets));
    list_digest_done(&digest);
    buf_done(&out);
    return ok && pack_end(pack, &m->bytes, m->sha256, err);
}

/* --- files --- */

static bool data_make(struct pg *pg, const struct snapshot_job *job,
                      const struct place *place, struct manifest *m,
                      struct list_point *point, struct err *err)
{
    char part[MANIFEST_FILE_BYTES];
    struct pack *pack;
    bool ok, named;

    place_part(m->file, part);
    if (!pack_open(place->dir, part, m->packing, &pack, err))
        return false;
    ok = data_write(pg, job, m, point, pack, err);
    pack_close(pack);
    if (!ok) {
        place_remove(place, part);
        return false;
    }
    ok = place_settle(place, m->file, &named, err);
    if (!ok && named)
        place_remove(place, m->file);
    return ok;
}

/* *ret_stands: it may, even where false is returned; then what it names must stay. */
static bool manifest_make(const struct place *place, const struct manifest *m,
                          bool *ret_stands, struct err *err)
{
    char part[MANIFEST_FILE_BYTES], sha256[DIGEST_HEX_BYTES];
    struct pack *pack;
    struct buf out;
    int64_t bytes;
    bool ok;

    *ret_stands = false;
    place_part(place->manifest, part);
    if (!pack_open(place->dir, part, LIST_PACK_NONE, &pack, err))
        return false;
    buf_init(&out, MANIFEST_BYTES);
    ok = manifest_to_json(m, &out);
    assert(ok);
    ok = pack_add(pack, out.data, out.len, err) && pack_end(pack, &bytes, sha256, err);
    buf_done(&out);
    pack_close(pack);
    if (ok)
        return place_settle(place, place->manifest, ret_stands, err);
    place_remove(place, part);
    return false;
}

static void manifest_begin(struct manifest *m, const struct snapshot_job *job)
{
    const struct list *list = job->list;

    *m = (struct manifest){
        .polarity = list->polarity == LIST_PERMIT ? LIST_PERMIT : LIST_DENY,
        .profile = (enum token_profile)list->profile,
        .format = job->format,
        .packing = job->packing,
    };
    snprintf(m->list, sizeof(m->list), "%s", list->id);
    snprintf(m->recipient, sizeof(m->recipient), "%s", list->recipient);
}

/* With the right to write. former->file is "" when there is none. */
static bool write_one(struct pg *pg, const struct snapshot_job *job,
                      const struct place *place, const struct manifest *former,
                      struct manifest *m, struct err *err)
{
    struct list_point point;
    struct err ignored;
    bool stands;

    manifest_begin(m, job);
    if (job->offsets != NULL) {
        if (!job->offsets(job->arg, m, err) || !settle(pg, job, err))
            return false;
    } else {
        memcpy(m->topic, former->topic, sizeof(m->topic));
        m->n_offsets = former->n_offsets;
        memcpy(m->offset, former->offset, sizeof(m->offset));
    }
    m->made_us = clock_wall_us();
    place_name(place, m->made_us, m->file);
    if (!data_make(pg, job, place, m, &point, err))
        return false;
    if (!manifest_make(place, m, &stands, err)) {
        if (!stands)
            place_remove(place, m->file);
        return false;
    }
    place_tidy(place, m->file, former->file);
    /* Acknowledgements begin to count from here. Without it they count for longer. */
    (void)point_save(pg, job->list->number, &point, &ignored);
    return true;
}

bool snapshot_write(struct pg *pg, const struct snapshot_job *job, struct manifest *ret,
                    struct err *err)
{
    static const struct manifest none;
    struct manifest former;
    struct place place;
    bool found, ok;

    if (!place_open(job->dir, job->list->id, job->format, job->packing, job->lock_ms,
                    &place, err))
        return false;
    ok = place_manifest(&place, &former, &found, err);
    if (ok && found && job->enough != NULL && job->enough(job->arg, &former))
        *ret = former;
    else if (ok)
        ok = write_one(pg, job, &place, found ? &former : &none, ret, err);
    place_close(&place);
    return ok;
}

bool snapshot_look(const char *dir, const char *list, enum list_format format,
                   enum list_packing packing, struct manifest *ret, bool *ret_found,
                   struct err *err)
{
    struct place place;
    bool ok;

    if (!place_look(dir, list, format, packing, &place, err))
        return false;
    ok = place_manifest(&place, ret, ret_found, err);
    place_close(&place);
    return ok;
}

bool snapshot_named(const char *list, enum list_format format, enum list_packing packing,
                    const char *tag, size_t len, char ret[MANIFEST_FILE_BYTES])
{
    struct place place = {.dir = -1, .lock = -1};

    if ((size_t)snprintf(place.list, sizeof(place.list), "%s", list) >=
            sizeof(place.list) ||
        snprintf(ret, MANIFEST_FILE_BYTES, "%s.%.*s", list, (int)len, tag) >=
            MANIFEST_FILE_BYTES)
        return false;
    place_ending(format, packing, place.ending);
    return place_owns(&place, ret);
}

int snapshot_file(const char *dir, const struct manifest *m)
{
    const int in = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd;

    if (in < 0)
        return -1;
    fd = openat(in, m->file, O_RDONLY | O_CLOEXEC);
    close(in);
    return fd;
}
