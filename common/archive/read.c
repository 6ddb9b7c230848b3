#include "archive/parts.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
    struct stat st;
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
    f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* for what is no file */
    ok = f->fd >= 0 || archive_disk(err, "opening", name);
    ok = ok && ((fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode)) ||
                archive_broken(err, name, "is no file"));
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

static bool nothing_behind(struct archive_file *f, struct err *err)
{
    size_t n;
    char c;

    return take(f, &c, 1, &n, err) &&
           (n == 0 || archive_broken(err, f->name, "goes on behind its end"));
}

bool archive_next(struct archive_file *f, int64_t id, enum archive_kind *ret_kind,
                  const char **ret_line, size_t *ret_len, struct err *err)
{
    const char *end;

    *ret_line = NULL;
    while (f->at >= f->lines.len) {
        if (f->ended)
            return nothing_behind(f, err);
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
