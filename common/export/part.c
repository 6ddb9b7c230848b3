#include "export/part.h"

#include "base/nameless.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#define CHUNK_BYTES ((size_t)64 << 10)

static bool no_room(const struct part *p, struct err *err)
{
    return err_set(err, ERR_INPUT, "NO_ROOM", "no file can be written in %.100s: %s",
                   p->folder, strerror(errno));
}

bool part_open(struct part *p, const char *folder, struct err *err)
{
    *p = (struct part){.folder = folder, .fd = nameless_open(folder)};
    p->crc = (uint32_t)crc32_z(0, NULL, 0);
    if (p->fd < 0)
        return no_room(p, err);
    if (digest_stream_open(&p->digest, err))
        return true;
    part_close(p);
    return false;
}

void part_close(struct part *p)
{
    digest_stream_close(p->digest);
    p->digest = NULL;
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

bool part_spill(void *context, struct buf *out, struct err *err)
{
    struct part *p = context;

    if (out->overrun)
        return err_set(err, ERR_FATAL, "TOO_LARGE", "too much to show");
    for (size_t at = 0; at < out->len;) {
        const ssize_t n = write(p->fd, out->data + at, out->len - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return no_room(p, err);
        at += (size_t)n;
    }
    if (!digest_stream_add(p->digest, out->data, out->len, err))
        return false;
    p->crc = (uint32_t)crc32_z(p->crc, (const Bytef *)out->data, out->len);
    p->bytes += out->len;
    buf_reset(out);
    return true;
}

bool part_end(struct part *p, char ret[DIGEST_HEX_BYTES], struct err *err)
{
    return digest_stream_end(p->digest, ret, err) &&
           (lseek(p->fd, 0, SEEK_SET) == 0 || no_room(p, err));
}

bool part_read(struct part *p, struct buf *out, bool *ret_more, struct err *err)
{
    char bytes[CHUNK_BYTES];
    ssize_t n;

    do
        n = read(p->fd, bytes, sizeof(bytes));
    while (n < 0 && errno == EINTR);
    *ret_more = n > 0;
    if (n > 0)
        buf_add(out, bytes, (size_t)n);
    return n >= 0 || no_room(p, err);
}
