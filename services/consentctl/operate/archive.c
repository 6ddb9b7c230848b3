/*
 * consentctl archive: ranges of rows that are old enough leave the database as files. A
 * file is written, on disk, read again and named before the database lets its rows go, in
 * one transaction that counts them once more. Whatever ends it in between: the rows are
 * still there, and the next run writes the file again.
 */
#include "archive.h"
#include "commands.h"

#include "archive/archive.h"
#include "base/stop.h"
#include "codec/put.h"
#include "store/operate/archive_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE_ROWS 5000
#define LEAVE_MS  3600000 /* a range is counted and goes in one transaction */

struct target {
    struct archive_writer *file;
    enum archive_kind kind;
};

static bool line_put(void *context, int64_t id, const char *line, size_t len,
                     struct err *err)
{
    struct target *t = context;

    return archive_put(t->file, t->kind, id, line, len, err);
}

static bool range_write(struct ctl *ctl, const struct archive_due *due, struct target *t,
                        struct err *err)
{
    struct archive_place at = {{0, 0, 0}};
    int64_t n = 1;

    t->kind = ARCHIVE_ROWS;
    while (n > 0) {
        if (stop_asked())
            return err_set(err, ERR_RETRY, "STOPPED", "stopped; nothing has left");
        if (!archive_rows(ctl->pg, due, &at, PAGE_ROWS, line_put, t, &n, err))
            return false;
    }
    t->kind = ARCHIVE_PROOF;
    return archive_proofs(ctl->pg, due, line_put, t, err);
}

static bool range_go(struct ctl *ctl, const char *dir, struct seal *seal,
                     const struct archive_due *due, struct archive_count *ret,
                     struct err *err)
{
    struct archive_range range;
    char name[ARCHIVE_NAME_BYTES];
    struct target t = {0};
    uint8_t digest[DIGEST_BYTES], version;
    bool ok;

    snprintf(range.what, sizeof(range.what), "%s", due->what);
    snprintf(range.low, sizeof(range.low), "%s", due->low);
    snprintf(range.high, sizeof(range.high), "%s", due->high);
    archive_name(&range, name);
    if (!archive_create(dir, &range, seal, &t.file, err))
        return false;
    ok =
        range_write(ctl, due, &t, err) &&
        archive_finish(t.file, ret, digest, &version, err) &&
        archive_leave(ctl->pg, due, ret->rows, ret->checksum, name, digest, version, err);
    archive_discard(t.file);
    return ok;
}

const char *archive_dir_of(const struct ctl *ctl, struct err *err)
{
    const char *named = ctl_option(ctl, "dir");
    const char *dir = named != NULL ? named : ctl->settings.archive_dir;

    if (dir[0] != '\0' && access(dir, R_OK | X_OK) == 0)
        return dir;
    if (dir[0] != '\0') {
        err_set(err, ERR_CONFIG, "ARCHIVE_DIR", "%s: cannot read %.120s: %s",
                named != NULL ? "--dir" : "archive_dir", dir, strerror(errno));
        return NULL;
    }
    err_set(err, ERR_CONFIG, "NO_ARCHIVE_DIR", "name a directory: --dir, or archive_dir");
    return NULL;
}

static void due_say(const struct archive_due *d)
{
    printf("%-13s %s to %s: %s\n", d->what, d->low, d->high,
           d->why[0] == '\0' ? "would leave" : d->why);
}

/* One range of every table; *ret_left: whether there may be another. */
static bool round_run(struct ctl *ctl, const char *dir, struct seal *seal, bool dry,
                      bool *ret_more, struct err *err)
{
    struct archive_dues due;
    bool ok;

    *ret_more = false;
    if (!archive_due_load(ctl->pg, &due, err))
        return false;
    ok = true;
    for (size_t i = 0; ok && i < due.n; i++) {
        struct archive_count count;

        if (dry)
            due_say(&due.v[i]);
        if (dry || due.v[i].why[0] != '\0')
            continue;
        ok = range_go(ctl, dir, seal, &due.v[i], &count, err);
        if (ok)
            printf("%s from %s to %s: %lld rows have left\n", due.v[i].what, due.v[i].low,
                   due.v[i].high, (long long)count.rows);
        *ret_more = true;
    }
    archive_due_done(&due);
    return ok;
}

int archive_run(struct ctl *ctl)
{
    const bool dry = ctl_option(ctl, "dry-run") != NULL;
    struct seal *seal = NULL;
    struct err err;
    const char *dir = dry ? "" : archive_dir_of(ctl, &err);
    bool ok = dir != NULL && ctl_pg(ctl, &err), more = true;

    if (ok && !dry) {
        seal = ctl_seal(ctl, &err);
        ok = seal != NULL;
    }
    if (ok)
        pg_set_timeout(ctl->pg, LEAVE_MS);
    while (ok && more && !stop_asked())
        ok = round_run(ctl, dir, seal, dry, &more, &err);
    seal_close(seal);
    return ok ? CTL_DONE : ctl_fail(ctl, &err);
}

int archive_list_run(struct ctl *ctl)
{
    struct pg_result *r;
    struct archive_kept k;
    char at[WHEN_TEXT_BYTES];
    struct err err;
    struct buf out;

    if (!ctl_pg(ctl, &err) || !archive_list_load(ctl->pg, &r, &err))
        return ctl_fail(ctl, &err);
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "[");
    for (int row = 0; row < pg_rows(r); row++) {
        archive_list_row(r, row, &k);
        if (!ctl->json) {
            printf("%s  %lld rows  %s  key %d\n", k.file, (long long)k.rows,
                   when_format(k.at_us, at), (int)k.version);
            continue;
        }
        buf_add_str(&out, row > 0 ? ",{" : "{");
        put_name(&out, "table");
        put_text(&out, k.what);
        put_member(&out, ",from", k.low);
        put_member(&out, ",to", k.high);
        put_member(&out, ",file", k.file);
        buf_addf(&out, ",\"rows\":%lld,\"key\":%d", (long long)k.rows, (int)k.version);
        put_member(&out, ",at", when_format(k.at_us, at));
        buf_add_str(&out, "}");
    }
    buf_add_str(&out, "]");
    if (!ctl->json && pg_rows(r) == 0)
        puts("nothing has left the database");
    pg_result_free(r);
    if (ctl->json)
        return ctl_say(&out);
    buf_done(&out);
    return CTL_DONE;
}
