#include "archive/parts.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)1 << 20) /* of lines: what one row's reader unseals */

struct archive_writer {
    int dir, fd;
    char name[ARCHIVE_NAME_BYTES];    /* that it will have */
    char tmp[ARCHIVE_NAME_BYTES + 8]; /* that it has */
    char where[4096];
    struct seal *seal;
    struct frame_sealer *frames;
    uint8_t version, begin[ARCHIVE_BEGIN_BYTES];
    struct archive_head head; /* of the piece that is being filled */
    struct buf lines, sealed;
    struct archive_count count;
};

static bool land(struct archive_writer *w, const void *data, size_t len, struct err *err)
{
    const char *at = data;

    while (len > 0) {
        const ssize_t n = write(w->fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return archive_disk(err, "writing", w->tmp);
        at += n;
        len -= (size_t)n;
    }
    return true;
}

bool archive_create(const char *dir, const struct archive_range *range, struct seal *seal,
                    struct archive_writer **ret, struct err *err)
{
    struct archive_writer *w = mem_zalloc(1, sizeof(*w));

    w->fd = -1;
    w->seal = seal;
    snprintf(w->where, sizeof(w->where), "%s", dir);
    archive_name(range, w->name);
    snprintf(w->tmp, sizeof(w->tmp), "%s" ARCHIVE_TMP, w->name);
    buf_init(&w->lines, FRAME_TEXT_BYTES);
    buf_init(&w->sealed, frame_sealed_most(FRAME_TEXT_BYTES));
    memcpy(w->begin, ARCHIVE_MAGIC, ARCHIVE_MAGIC_BYTES);
    w->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    w->frames = frame_sealer_new(seal, w->begin + ARCHIVE_MAGIC_BYTES + 1,
                                 w->begin + ARCHIVE_MAGIC_BYTES, err);
    w->version = w->begin[ARCHIVE_MAGIC_BYTES];
    if (w->frames != NULL && w->dir < 0)
        archive_disk(err, "opening", dir);
    if (w->frames != NULL && w->dir >= 0) {
        w->fd = openat(w->dir, w->tmp,
                       O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (w->fd < 0)
            archive_disk(err, "making", w->tmp);
        else if (land(w, w->begin, sizeof(w->begin), err)) {
            *ret = w;
            return true;
        }
    }
    archive_discard(w);
    return false;
}

static bool piece_end(struct archive_writer *w, struct err *err)
{
    uint8_t aad[ARCHIVE_AAD_BYTES], head[ARCHIVE_HEAD_BYTES];

    if (w->head.lines == 0)
        return true;
    buf_reset(&w->sealed);
    archive_aad(w->begin, w->name, &w->head, aad);
    if (!frame_seal(w->frames, w->head.number, aad, sizeof(aad), w->lines.data,
                    w->lines.len, &w->sealed, err))
        return false;
    w->head.len = (uint32_t)w->sealed.len;
    archive_head_write(&w->head, head);
    if (!land(w, head, sizeof(head), err) || !land(w, w->sealed.data, w->sealed.len, err))
        return false;
    w->head = (struct archive_head){.number = w->head.number + 1};
    buf_reset(&w->lines);
    return true;
}

bool archive_put(struct archive_writer *w, enum archive_kind kind, int64_t id,
                 const char *line, size_t len, struct err *err)
{
    if (w->head.lines > 0 &&
        (w->head.kind != kind || w->lines.len + len + 1 > PIECE_BYTES) &&
        !piece_end(w, err))
        return false;
    if (w->head.lines++ == 0)
        w->head.first = id;
    w->head.last = id;
    w->head.kind = kind;
    if (kind == ARCHIVE_ROWS && !archive_count_line(&w->count, line, len, err))
        return false;
    if (buf_add(&w->lines, line, len) && buf_add_str(&w->lines, "\n"))
        return true;
    return err_set(err, ERR_INPUT, "TOO_LARGE",
                   "a row is larger than an archive may have");
}

/* As somebody will read it some day. */
static bool read_again(struct archive_writer *w, struct archive_count *ret,
                       struct err *err)
{
    struct archive_file *f;
    enum archive_kind kind;
    const char *line;
    size_t len;
    bool ok;

    *ret = (struct archive_count){0};
    if (!archive_open(w->where, w->tmp, w->seal, &f, err))
        return false;
    do {
        ok = archive_next(f, 0, &kind, &line, &len, err);
        if (ok && line != NULL && kind == ARCHIVE_ROWS)
            ok = archive_count_line(ret, line, len, err);
    } while (ok && line != NULL);
    archive_close(f);
    if (ok && (ret->rows != w->count.rows || ret->checksum != w->count.checksum))
        return archive_broken(err, w->tmp, "what was read is not what was written");
    return ok;
}

static bool digest_of(struct archive_writer *w, uint8_t ret[DIGEST_BYTES],
                      struct err *err)
{
    struct digest_stream *d = NULL;
    char *bytes = mem_zalloc(1, PIECE_BYTES), text[DIGEST_HEX_BYTES];
    const int fd = openat(w->dir, w->tmp, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 || archive_disk(err, "reading", w->tmp);
    ssize_t n = 0;

    ok = ok && digest_stream_open(&d, err);
    while (ok && (n = read(fd, bytes, PIECE_BYTES)) > 0)
        ok = digest_stream_add(d, bytes, (size_t)n, err);
    if (ok && n < 0)
        ok = archive_disk(err, "reading", w->tmp);
    ok = ok && digest_stream_end(d, text, err);
    for (size_t i = 0; ok && i < DIGEST_BYTES; i++) {
        unsigned int byte;

        ok = sscanf(text + 2 * i, "%2x", &byte) == 1;
        ret[i] = (uint8_t)byte;
    }
    digest_stream_close(d);
    free(bytes);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool archive_finish(struct archive_writer *w, struct archive_count *ret,
                    uint8_t ret_sha256[DIGEST_BYTES], uint8_t *ret_version,
                    struct err *err)
{
    char end[96];

    snprintf(end, sizeof(end), "{\"rows\":%lld,\"checksum\":%lld}",
             (long long)w->count.rows, (long long)w->count.checksum);
    if (!archive_put(w, ARCHIVE_END, 0, end, strlen(end), err) || !piece_end(w, err))
        return false;
    if (fsync(w->fd) != 0)
        return archive_disk(err, "writing", w->tmp);
    if (!read_again(w, ret, err) || !digest_of(w, ret_sha256, err))
        return false;
    *ret_version = w->version;
    if (renameat(w->dir, w->tmp, w->dir, w->name) != 0 || fsync(w->dir) != 0)
        return archive_disk(err, "naming", w->name);
    w->tmp[0] = '\0';
    return true;
}

void archive_discard(struct archive_writer *w)
{
    if (w == NULL)
        return;
    if (w->fd >= 0) {
        close(w->fd);
        if (w->tmp[0] != '\0')
            unlinkat(w->dir, w->tmp, 0);
    }
    if (w->dir >= 0)
        close(w->dir);
    frame_sealer_close(w->frames);
    buf_done(&w->lines);
    buf_done(&w->sealed);
    free(w);
}
