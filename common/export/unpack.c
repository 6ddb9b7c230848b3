#include "export/unpack.h"

#include "base/mem.h"
#include "export/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define IN_BYTES  ((size_t)128 << 10)
#define OUT_BYTES ((size_t)256 << 10)

struct unpack {
    int fd;
    enum list_packing packing;
    struct digest_stream *digest;
    int64_t bytes;
    z_stream gzip;
    bool gzip_open;
    ZSTD_DCtx *zstd;
    bool full;  /* more may come without reading more */
    bool whole; /* the compressed stream has come to its proper end */
    size_t at, n;
    unsigned char in[IN_BYTES];
    unsigned char out[OUT_BYTES];
};

static bool cut(struct err *err)
{
    return err_set(err, ERR_INPUT, "SNAPSHOT_CUT", "the file is damaged or cut short");
}

bool unpack_open(int fd, enum list_packing packing, struct unpack **ret, struct err *err)
{
    struct unpack *u = mem_zalloc(1, sizeof(*u));
    bool ok = true;

    u->fd = fd;
    u->packing = packing;
    u->whole = packing == LIST_PACK_NONE;
    if (packing == LIST_PACK_GZIP)
        ok = u->gzip_open = inflateInit2(&u->gzip, 15 + 16) == Z_OK;
    if (packing == LIST_PACK_ZSTD)
        ok = (u->zstd = ZSTD_createDCtx()) != NULL;
    if (!ok)
        err_set(err, ERR_FATAL, "PACK_FAILED", "the compression library refuses");
    if (ok && digest_stream_open(&u->digest, err)) {
        *ret = u;
        return true;
    }
    unpack_close(u);
    return false;
}

/* *ret_end: there is nothing more in the file. */
static bool fill(struct unpack *u, bool *ret_end, struct err *err)
{
    ssize_t n;

    do
        n = read(u->fd, u->in, IN_BYTES);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return disk_failed(err, "reading", "the snapshot");
    u->at = 0;
    u->n = (size_t)n;
    u->bytes += n;
    *ret_end = n == 0;
    return digest_stream_add(u->digest, u->in, u->n, err);
}

static bool gzip_step(struct unpack *u, size_t *ret_len, struct err *err)
{
    int state;

    u->gzip.next_in = u->in + u->at;
    u->gzip.avail_in = (uInt)(u->n - u->at);
    u->gzip.next_out = u->out;
    u->gzip.avail_out = OUT_BYTES;
    state = inflate(&u->gzip, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
        return cut(err);
    u->whole = state == Z_STREAM_END;
    u->at = u->n - u->gzip.avail_in;
    *ret_len = OUT_BYTES - u->gzip.avail_out;
    return true;
}

static bool zstd_step(struct unpack *u, size_t *ret_len, struct err *err)
{
    ZSTD_inBuffer in = {u->in, u->n, u->at};
    ZSTD_outBuffer out = {u->out, OUT_BYTES, 0};
    const size_t left = ZSTD_decompressStream(u->zstd, &out, &in);

    if (ZSTD_isError(left))
        return cut(err);
    u->whole = left == 0;
    u->at = in.pos;
    *ret_len = out.pos;
    return true;
}

bool unpack_next(struct unpack *u, const void **ret, size_t *ret_len, struct err *err)
{
    bool end = false;

    *ret = u->out;
    *ret_len = 0;
    while (*ret_len == 0 && !end) {
        if (u->at == u->n && !u->full && !fill(u, &end, err))
            return false;
        if (end)
            break;
        if (u->whole && u->packing != LIST_PACK_NONE && u->at < u->n)
            return cut(err); /* something stands behind the end */
        if (u->packing == LIST_PACK_NONE) {
            *ret = u->in;
            *ret_len = u->n;
            u->at = u->n;
        } else if (u->packing == LIST_PACK_GZIP ? !gzip_step(u, ret_len, err)
                                                : !zstd_step(u, ret_len, err)) {
            return false;
        }
        u->full = u->packing != LIST_PACK_NONE && *ret_len == OUT_BYTES && !u->whole;
    }
    return !end || u->whole || cut(err);
}

bool unpack_end(struct unpack *u, int64_t *ret_bytes, char ret_sha256[DIGEST_HEX_BYTES],
                struct err *err)
{
    *ret_bytes = u->bytes;
    return digest_stream_end(u->digest, ret_sha256, err);
}

void unpack_close(struct unpack *u)
{
    if (u == NULL)
        return;
    close(u->fd);
    if (u->gzip_open)
        inflateEnd(&u->gzip);
    ZSTD_freeDCtx(u->zstd);
    digest_stream_close(u->digest);
    free(u);
}
