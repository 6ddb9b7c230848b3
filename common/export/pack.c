#include "export/pack.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define IN_BYTES   ((size_t)256 << 10)
#define OUT_BYTES  ((size_t)256 << 10)
#define GZIP_LEVEL 1 /* tokens are noise: higher levels cost much and gain little */
#define ZSTD_LEVEL 1

struct pack {
    int fd;
    const char *name; /* the caller's, for errors: used until pack_close */
    enum list_packing packing;
    struct digest_stream *digest;
    int64_t bytes;
    z_stream gzip;
    bool gzip_open;
    ZSTD_CCtx *zstd;
    size_t n; /* bytes gathered in in */
    unsigned char in[IN_BYTES];
    unsigned char out[OUT_BYTES];
};

bool disk_failed(struct err *err, const char *doing, const char *name)
{
    const int why = errno;

    if (why == ENOSPC || why == EDQUOT || why == EFBIG)
        return err_set(err, ERR_RETRY, "DISK_FULL",
                       "no room left on the disk while %s %.100s; what was there before "
                       "is untouched",
                       doing, name);
    return err_set(err, why == EIO || why == EINTR ? ERR_RETRY : ERR_CONFIG,
                   "DISK_FAILED", "%s %.100s failed: %s", doing, name,
                   why == EACCES || why == EPERM ? "we may not"
                   : why == ENOENT               ? "there is no such place"
                   : why == EROFS                ? "the file system is read-only"
                   : why == EIO                  ? "an I/O error"
                                                 : "the file system refuses");
}

static bool broken(struct err *err, const char *library)
{
    return err_set(err, ERR_FATAL, "PACK_FAILED", "%s refuses to compress", library);
}

static bool land(struct pack *p, const unsigned char *data, size_t len, struct err *err)
{
    if (!digest_stream_add(p->digest, data, len, err))
        return false;
    p->bytes += (int64_t)len;
    while (len > 0) {
        const ssize_t n = write(p->fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return disk_failed(err, "writing", p->name);
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static bool gzip_run(struct pack *p, int flush, struct err *err)
{
    int state;

    p->gzip.next_in = p->in;
    p->gzip.avail_in = (uInt)p->n;
    do {
        p->gzip.next_out = p->out;
        p->gzip.avail_out = OUT_BYTES;
        state = deflate(&p->gzip, flush);
        if (state == Z_STREAM_ERROR)
            return broken(err, "zlib");
        if (!land(p, p->out, OUT_BYTES - p->gzip.avail_out, err))
            return false;
    } while (p->gzip.avail_out == 0);
    return true;
}

static bool zstd_run(struct pack *p, ZSTD_EndDirective end, struct err *err)
{
    ZSTD_inBuffer in = {p->in, p->n, 0};
    size_t left;

    do {
        ZSTD_outBuffer out = {p->out, OUT_BYTES, 0};

        left = ZSTD_compressStream2(p->zstd, &out, &in, end);
        if (ZSTD_isError(left))
            return broken(err, "zstd");
        if (!land(p, p->out, out.pos, err))
            return false;
    } while (end == ZSTD_e_end ? left > 0 : in.pos < in.size);
    return true;
}

/* What was gathered goes on its way; last: and all that is behind it. */
static bool run(struct pack *p, bool last, struct err *err)
{
    bool ok = false;

    switch (p->packing) {
    case LIST_PACK_NONE: ok = land(p, p->in, p->n, err); break;
    case LIST_PACK_GZIP: ok = gzip_run(p, last ? Z_FINISH : Z_NO_FLUSH, err); break;
    case LIST_PACK_ZSTD:
        ok = zstd_run(p, last ? ZSTD_e_end : ZSTD_e_continue, err);
        break;
    }
    p->n = 0;
    return ok;
}

static bool library_open(struct pack *p, struct err *err)
{
    switch (p->packing) {
    case LIST_PACK_NONE: return true;
    case LIST_PACK_GZIP: /* 15 bits of window, and 16 more for gzip's head and tail */
        p->gzip_open = deflateInit2(&p->gzip, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8,
                                    Z_DEFAULT_STRATEGY) == Z_OK;
        return p->gzip_open || broken(err, "zlib");
    case LIST_PACK_ZSTD:
        p->zstd = ZSTD_createCCtx();
        return (p->zstd != NULL &&
                !ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel,
                                                     ZSTD_LEVEL)) &&
                !ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1))) ||
               broken(err, "zstd");
    }
    return false;
}

bool pack_open(int dir, const char *name, enum list_packing packing, struct pack **ret,
               struct err *err)
{
    struct pack *p = mem_zalloc(1, sizeof(*p));

    p->name = name;
    p->packing = packing;
    p->fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (p->fd < 0) {
        disk_failed(err, "making", name);
        pack_close(p);
        return false;
    }
    if (!digest_stream_open(&p->digest, err) || !library_open(p, err)) {
        pack_close(p);
        return false;
    }
    *ret = p;
    return true;
}

bool pack_add(struct pack *p, const void *data, size_t len, struct err *err)
{
    const unsigned char *from = data;

    while (len > 0) {
        const size_t room = IN_BYTES - p->n;
        const size_t n = len < room ? len : room;

        memcpy(p->in + p->n, from, n);
        p->n += n;
        from += n;
        len -= n;
        if (p->n == IN_BYTES && !run(p, false, err))
            return false;
    }
    return true;
}

bool pack_end(struct pack *p, int64_t *ret_bytes, char ret_sha256[DIGEST_HEX_BYTES],
              struct err *err)
{
    const int fd = p->fd;

    if (!run(p, true, err) || !digest_stream_end(p->digest, ret_sha256, err))
        return false;
    if (fsync(fd) != 0)
        return disk_failed(err, "writing", p->name);
    p->fd = -1;
    if (close(fd) != 0)
        return disk_failed(err, "writing", p->name);
    *ret_bytes = p->bytes;
    return true;
}

void pack_close(struct pack *p)
{
    if (p == NULL)
        return;
    if (p->fd >= 0)
        close(p->fd);
    if (p->gzip_open)
        deflateEnd(&p->gzip);
    ZSTD_freeCCtx(p->zstd);
    digest_stream_close(p->digest);
    free(p);
}
