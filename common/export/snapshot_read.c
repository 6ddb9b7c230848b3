#include "export/snapshot_read.h"

#include "codec/csv.h"
#include "codec/lists/entry_read.h"
#include "crypto/list_digest.h"
#include "export/pack.h"
#include "export/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES ((size_t)64 << 10)
#define COLUMNS    7

struct walk {
    struct manifest *m;
    bool (*each)(void *arg, const struct snapshot_entry *entry, struct err *err);
    void *arg;
    struct list_digest digest;
    int64_t rows;
    bool headed; /* the line of names of a CSV is past */
};

static bool wrong(struct err *err, const char *what)
{
    return err_set(err, ERR_INPUT, "SNAPSHOT_WRONG",
                   "the snapshot's file is not what its manifest says: %s", what);
}

/* --- the manifest --- */

static bool manifest_read(const char *path, struct manifest *ret, struct err *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    char text[MANIFEST_BYTES];
    size_t len = 0;
    ssize_t n = 0;

    if (fd < 0)
        return disk_failed(err, "reading", path);
    while (len < sizeof(text) && (n = read(fd, text + len, sizeof(text) - len)) > 0)
        len += (size_t)n;
    if (n < 0)
        disk_failed(err, "reading", path);
    close(fd);
    return n >= 0 && manifest_from_json(text, len, ret, err);
}

static int file_open(const char *path, const struct manifest *m)
{
    const char *slash = strrchr(path, '/');
    const int len = slash != NULL ? (int)(slash - path) + 1 : 0;
    char name[4096];

    if ((size_t)snprintf(name, sizeof(name), "%.*s%s", len, path, m->file) >=
        sizeof(name)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(name, O_RDONLY | O_CLOEXEC);
}

/* --- lines --- */

static bool csv_line(const struct csv_record *line, struct snapshot_entry *ret)
{
    const struct csv_field *f = line->fields;
    char number[24];

    if (line->n != COLUMNS || f[5].len == 0 || f[5].len >= sizeof(number))
        return false;
    ret->token = f[0].s;
    ret->token_len = f[0].len;
    if (ret->token_len > 0 && ret->token[0] == '\'') { /* see entry_csv.h */
        ret->token++;
        ret->token_len--;
    }
    ret->status = LIST_ABSENT;
    for (int s = LIST_SUPPRESSED; s <= LIST_PERMITTED; s++) {
        const char *name = list_status_name((enum list_status)s);

        if (strlen(name) == f[1].len && memcmp(name, f[1].s, f[1].len) == 0)
            ret->status = (enum list_status)s;
    }
    memcpy(number, f[5].s, f[5].len);
    number[f[5].len] = '\0';
    ret->version = strtoll(number, NULL, 10);
    return ret->status != LIST_ABSENT && ret->version > 0;
}

static bool line_read(struct walk *w, const struct csv_record *line,
                      struct entry_seen *room, struct snapshot_entry *ret)
{
    if (line->fault != CSV_FINE)
        return false;
    if (w->m->format == LIST_CSV)
        return csv_line(line, ret);
    if (w->m->format == LIST_NDJSON) {
        if (!entry_from_json(line->raw, line->raw_len, room))
            return false;
        *ret = (struct snapshot_entry){room->token, strlen(room->token), room->status,
                                       room->version};
        return true;
    }
    *ret = (struct snapshot_entry){
        .token = line->raw,
        .token_len = line->raw_len,
        .status = w->m->polarity == LIST_DENY ? LIST_SUPPRESSED : LIST_PERMITTED,
    };
    return line->raw_len > 0;
}

static bool lines_take(struct walk *w, struct csv_reader *csv, struct err *err)
{
    struct csv_record line;
    struct entry_seen room;

    while (csv_next(csv, &line) == CSV_RECORD) {
        struct snapshot_entry entry;

        if (w->m->format == LIST_CSV && !w->headed) {
            w->headed = true;
            continue;
        }
        if (!line_read(w, &line, &room, &entry))
            return err_set(err, ERR_INPUT, "SNAPSHOT_WRONG", "line %lld is no entry",
                           (long long)line.line);
        w->rows++;
        if (entry.status ==
                (w->m->polarity == LIST_DENY ? LIST_SUPPRESSED : LIST_PERMITTED) &&
            !list_digest_add(&w->digest, entry.token, entry.token_len, err))
            return false;
        if (!w->each(w->arg, &entry, err))
            return false;
    }
    return true;
}

static bool all_take(struct walk *w, struct unpack *u, struct csv_reader *csv,
                     struct err *err)
{
    for (;;) {
        const void *data;
        size_t len;

        if (!unpack_next(u, &data, &len, err))
            return false;
        if (len == 0)
            break;
        csv_feed(csv, data, len);
        if (!lines_take(w, csv, err))
            return false;
    }
    csv_feed_end(csv);
    return lines_take(w, csv, err);
}

/* --- what it comes to --- */

static bool compare(const struct walk *w, struct unpack *u, struct err *err)
{
    char sha256[DIGEST_HEX_BYTES], digest[LIST_DIGEST_TEXT_BYTES];
    int64_t bytes;

    if (!unpack_end(u, &bytes, sha256, err))
        return false;
    list_digest_format(&w->digest, digest);
    if (bytes != w->m->bytes)
        return wrong(err, "its length is another");
    if (strcmp(sha256, w->m->sha256) != 0)
        return wrong(err, "its SHA-256 is another");
    if (w->rows != w->m->rows)
        return wrong(err, "it has another number of rows");
    if (w->digest.entries != w->m->count || strcmp(digest, w->m->digest) != 0)
        return wrong(err, "the list's digest or count is another");
    return true;
}

bool snapshot_read(const char *path, struct manifest *ret,
                   bool (*each)(void *arg, const struct snapshot_entry *entry,
                                struct err *err),
                   void *arg, struct err *err)
{
    struct walk w = {.m = ret, .each = each, .arg = arg};
    struct csv_reader *csv;
    struct unpack *u;
    bool ok;
    int fd;

    if (!manifest_read(path, ret, err))
        return false;
    fd = file_open(path, ret);
    if (fd < 0)
        return disk_failed(err, "reading", ret->file);
    if (!unpack_open(fd, ret->packing, &u, err))
        return false;
    csv =
        ret->format == LIST_CSV ? csv_open(LINE_BYTES, ',') : csv_open_plain(LINE_BYTES);
    list_digest_init(&w.digest);
    ok = all_take(&w, u, csv, err) && compare(&w, u, err);
    list_digest_done(&w.digest);
    csv_close(csv);
    unpack_close(u);
    return ok;
}
