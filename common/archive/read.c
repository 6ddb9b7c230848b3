#include "archive/parts.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct archive_file {
    int fd;
    char name[ARCHIVE_NAME_BYTES]; /* without ARCHIVE_TMP: that which was sealed */
    struct frame_sealer *frames;
    uint8_t begin[ARCHIVE_BEGIN_BYTES];
    uint32_t number; /* of the piece that comes */
    bool ended;
    enum archive_kind kind; /* of the piece that is open */
    struct buf sealed, lines;
    size_t at; /* in lines */
};

/* *ret_n: less than len only at the file's end. */
static bool take(struct archive_file *f, void *ret, size_t len, size_t *ret_n,
                 struct err *err)
{
    char *to = ret;

    *ret_n = 0;
    while (*ret_n < len) {
        const ssize_t n = read(f->fd, to + *ret_n, len - *ret_n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return archive_disk(err, "reading", f->name);
        if (n == 0)
            break;
        *ret_n += (size_t)n;
    }
    return true;
}

bool archive_open(const char *dir, const char *name, struct seal *seal,
                  struct archive_file **ret, struct err *err)
{
    struct archive_file *f = mem_zalloc(1, sizeof(*f));
    char path[4096 + ARCHIVE_NAME_BYTES];
    char *tmp;
    size_t n;
    bool ok;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    snprintf(f->name, sizeof(f->name), "%s", name);
    tmp = strstr(f->name, ARCHIVE_TMP);
    if (tmp != NULL)
        *tmp = '\0';
    buf_init(&f->sealed, frame_sealed_most(FRAME_TEXT_BYTES));
    buf_init(&f->lines, FRAME_TEXT_BYTES + 1);
    f->fd = open(path, O_RDONLY | O_CLOEXEC);
    ok = f->fd >= 0 || archive_disk(err, "opening", name);
    ok = ok && take(f, f->begin, sizeof(f->begin), &n, err) &&
         ((n == sizeof(f->begin) &&
           memcmp(f->begin, ARCHIVE_MAGIC, ARCHIVE_MAGIC_BYTES) == 0) ||
          archive_broken(err, name, "is none"));
    if (ok)
        f->frames = frame_sealer_open(seal, f->begin + ARCHIVE_MAGIC_BYTES + 1,
                                      f->begin[ARCHIVE_MAGIC_BYTES], err);
    if (ok && f->frames != NULL) {
        *ret = f;
        return true;
    }
    archive_close(f);
    return false;
}

void archive_close(struct archive_file *f)
{
    if (f == NULL)
        return;
    if (f->fd >= 0)
        close(f->fd);
    frame_sealer_close(f->frames);
    buf_done(&f->sealed);
    buf_done(&f->lines);
    free(f);
}

static bool passed_by(const struct archive_head *h, int64_t id)
{
    return id != 0 && h->kind != ARCHIVE_END && (id < h->first || id > h->last);
}

static bool piece_open(struct archive_file *f, const struct archive_head *h,
                       struct err *err)
{
    uint8_t aad[ARCHIVE_AAD_BYTES];
    size_t n;

    buf_reset(&f->sealed);
    buf_reset(&f->lines);
    if (h->len > frame_sealed_most(FRAME_TEXT_BYTES) || !buf_room(&f->sealed, h->len))
        return archive_broken(err, f->name, "a piece is larger than any may be");
    if (!take(f, f->sealed.data, h->len, &n, err))
        return false;
    if (n < h->len)
        return archive_broken(err, f->name, "ends in the middle of a piece");
    archive_aad(f->begin, f->name, h, aad);
    if (!frame_unseal(f->frames, h->number, aad, sizeof(aad), f->sealed.data, h->len,
                      &f->lines, err))
        return archive_broken(err, f->name, "a piece does not open");
    f->kind = (enum archive_kind)h->kind;
    f->at = 0;
    return true;
}

/* The next piece that may have the id. */
static bool piece_next(struct archive_file *f, int64_t id, struct err *err)
{
    uint8_t bytes[ARCHIVE_HEAD_BYTES];
    struct archive_head h;
    size_t n;

    for (;;) {
        if (!take(f, bytes, sizeof(bytes), &n, err))
            return false;
        if (n < sizeof(bytes))
            return archive_broken(err, f->name, "has no end");
        archive_head_read(bytes, &h);
        if (h.number != f->number)
            return archive_broken(err, f->name, "a piece is missing");
        f->number++;
        if (!passed_by(&h, id))
            break;
        if (lseek(f->fd, h.len, SEEK_CUR) < 0)
            return archive_disk(err, "reading", f->name);
    }
    f->ended = h.kind == ARCHIVE_END;
    return piece_open(f, &h, err);
}

bool archive_next(struct archive_file *f, int64_t id, enum archive_kind *ret_kind,
                  const char **ret_line, size_t *ret_len, struct err *err)
{
    const char *end;

    *ret_line = NULL;
    while (f->at >= f->lines.len) {
        if (f->ended)
            return true;
        if (!piece_next(f, id, err))
            return false;
    }
    end = memchr(f->lines.data + f->at, '\n', f->lines.len - f->at);
    if (end == NULL)
        return archive_broken(err, f->name, "a line has no end");
    *ret_kind = f->kind;
    *ret_line = f->lines.data + f->at;
    *ret_len = (size_t)(end - *ret_line);
    f->at += *ret_len + 1;
    return true;
}

/* --- a directory --- */

struct archive_dir {
    char path[4096];
    struct seal *seal;
    size_t n;
    struct dirent **names;
};

static int wanted(const struct dirent *e)
{
    struct archive_range range;

    return archive_name_read(e->d_name, &range);
}

bool archive_dir_open(const char *dir, struct seal *seal, struct archive_dir **ret,
                      struct err *err)
{
    struct archive_dir *d = mem_zalloc(1, sizeof(*d));
    const int n = scandir(dir, &d->names, wanted, alphasort);

    if (n < 0) {
        free(d);
        return err_set(err, ERR_CONFIG, "ARCHIVE_DIR",
                       "the directory of archives %.150s cannot be read", dir);
    }
    snprintf(d->path, sizeof(d->path), "%s", dir);
    d->seal = seal;
    d->n = (size_t)n;
    *ret = d;
    return true;
}

void archive_dir_close(struct archive_dir *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < d->n; i++)
        free(d->names[i]);
    free(d->names);
    free(d);
}

/* The number of a row's key, as to_jsonb writes it: ..."ledger_id": 65537,... */
static bool line_is(const char *line, size_t len, const char *what, int64_t id)
{
    char key[64];
    int n = snprintf(key, sizeof(key), "\"%s_id\": %lld", what, (long long)id);
    const char *at = memmem(line, len, key, (size_t)n);

    return at != NULL && at + n < line + len && (at[n] == ',' || at[n] == '}');
}

static bool file_find(struct archive_dir *d, const char *name, const char *what,
                      int64_t id, struct buf *out, bool *ret_found, struct err *err)
{
    struct archive_file *f;
    enum archive_kind kind;
    const char *line;
    size_t len;
    bool ok;

    if (!archive_open(d->path, name, d->seal, &f, err))
        return false;
    do {
        ok = archive_next(f, id, &kind, &line, &len, err);
        if (ok && line != NULL && kind == ARCHIVE_ROWS && line_is(line, len, what, id)) {
            *ret_found = true;
            ok = buf_add(out, line, len) ||
                 err_set(err, ERR_INPUT, "TOO_LARGE", "more than can be shown at once");
        }
    } while (ok && line != NULL && !*ret_found);
    archive_close(f);
    return ok;
}

bool archive_find(struct archive_dir *d, const char *what, int64_t id, struct buf *out,
                  bool *ret_found, struct err *err)
{
    *ret_found = false;
    for (size_t i = 0; i < d->n && !*ret_found; i++) {
        struct archive_range r;

        if (archive_name_read(d->names[i]->d_name, &r) && strcmp(r.what, what) == 0 &&
            id >= strtoll(r.low, NULL, 10) && id < strtoll(r.high, NULL, 10) &&
            !file_find(d, d->names[i]->d_name, what, id, out, ret_found, err))
            return false;
    }
    return true;
}

static bool file_search(struct archive_dir *d, const char *name, const char *text,
                        struct buf *out, int64_t *ret_n, struct err *err)
{
    struct archive_file *f;
    enum archive_kind kind;
    const char *line;
    size_t len;
    bool ok;

    if (!archive_open(d->path, name, d->seal, &f, err))
        return false;
    do {
        ok = archive_next(f, 0, &kind, &line, &len, err);
        if (ok && line != NULL && kind == ARCHIVE_ROWS &&
            memmem(line, len, text, strlen(text)) != NULL) {
            buf_addf(out, "{\"archive\":\"%s\",\"row\":", name);
            buf_add(out, line, len);
            ok = buf_add_str(out, "}\n") ||
                 err_set(err, ERR_INPUT, "TOO_LARGE", "more than can be shown at once");
            ++*ret_n;
        }
    } while (ok && line != NULL);
    archive_close(f);
    return ok;
}

bool archive_search(struct archive_dir *d, const char *text, struct buf *out,
                    int64_t *ret_n, struct err *err)
{
    *ret_n = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct archive_range r;

        if (archive_name_read(d->names[i]->d_name, &r) && strcmp(r.what, "ledger") != 0 &&
            strcmp(r.what, "quarantine") != 0 &&
            !file_search(d, d->names[i]->d_name, text, out, ret_n, err))
            return false;
    }
    return true;
}
