#include "zip_write.h"

#include <stdint.h>
#include <string.h>

#include <zlib.h>

#define FIRST_DAY   0x21u /* 1980-01-01: the same files give the same archive */
#define VERSION     20u
#define VERSION_64  45u
#define EXTRA_64    1u
#define FULL_16     0xffffu /* see the field of ZIP64 */
#define FULL_32     0xffffffffu
#define END_64_REST 44u /* of that record, what comes behind its length */

void zip_writer_init(struct zip_writer *z, size_t limit_bytes)
{
    z->n = 0;
    z->sent = 0;
    buf_init(&z->files, limit_bytes);
    buf_init(&z->directory, limit_bytes);
}

void zip_writer_done(struct zip_writer *z)
{
    buf_done(&z->files);
    buf_done(&z->directory);
}

static void put(struct buf *out, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        const unsigned char b = (unsigned char)(v >> 8 * i);

        buf_add(out, &b, 1);
    }
}

/* In four bytes; all ones: it stands in eight elsewhere. */
static void put_short(struct buf *out, uint64_t v)
{
    put(out, v < FULL_32 ? v : FULL_32, 4);
}

/* What stands in both headers: version, flags, method, time, date, CRC, sizes, length of
 * the name and of what follows it. */
static void describe(struct buf *out, uint32_t crc, uint64_t len, const char *name,
                     unsigned extra)
{
    put(out, extra > 0 ? VERSION_64 : VERSION, 2);
    put(out, 0, 2);
    put(out, 0, 2);
    put(out, 0, 2);
    put(out, FIRST_DAY, 2);
    put(out, crc, 4);
    put_short(out, len);
    put_short(out, len);
    put(out, strlen(name), 2);
    put(out, extra, 2);
}

/* Sizes, and where the file begins, as far as they are too large for four bytes. */
static void put_extra(struct buf *out, unsigned extra, uint64_t len, uint64_t at)
{
    if (extra == 0)
        return;
    put(out, EXTRA_64, 2);
    put(out, extra - 4, 2);
    if (len >= FULL_32) {
        put(out, len, 8);
        put(out, len, 8);
    }
    if (at >= FULL_32)
        put(out, at, 8);
}

static unsigned extra_bytes(uint64_t len, uint64_t at)
{
    const unsigned bytes = (len >= FULL_32 ? 16u : 0u) + (at >= FULL_32 ? 8u : 0u);

    return bytes > 0 ? 4 + bytes : 0;
}

void zip_writer_head(struct zip_writer *z, const char *name, uint32_t crc, uint64_t len)
{
    const uint64_t at = z->sent + z->files.len;
    unsigned extra = extra_bytes(len, 0);

    put(&z->files, 0x04034b50, 4);
    describe(&z->files, crc, len, name, extra);
    buf_add_str(&z->files, name);
    put_extra(&z->files, extra, len, 0);

    extra = extra_bytes(len, at);
    put(&z->directory, 0x02014b50, 4);
    put(&z->directory, extra > 0 ? VERSION_64 : VERSION, 2);
    describe(&z->directory, crc, len, name, extra);
    put(&z->directory, 0, 2);
    put(&z->directory, 0, 2);
    put(&z->directory, 0, 2);
    put(&z->directory, 0, 4);
    put_short(&z->directory, at);
    buf_add_str(&z->directory, name);
    put_extra(&z->directory, extra, len, at);
    z->n++;
}

void zip_writer_add(struct zip_writer *z, const char *name, const void *data, size_t len)
{
    uint32_t crc = (uint32_t)crc32_z(0, NULL, 0);

    if (len > 0)
        crc = (uint32_t)crc32_z(crc, data, len);
    zip_writer_head(z, name, crc, len);
    buf_add(&z->files, data, len);
}

void zip_writer_sent(struct zip_writer *z)
{
    z->sent += z->files.len;
    buf_reset(&z->files);
}

bool zip_writer_fits(const struct zip_writer *z)
{
    return !z->files.overrun && !z->directory.overrun;
}

/* The end as ZIP64 has it, and where that begins. */
static void put_end_64(struct zip_writer *z, uint64_t at)
{
    const uint64_t end_at = z->sent + z->files.len;

    put(&z->files, 0x06064b50, 4);
    put(&z->files, END_64_REST, 8);
    put(&z->files, VERSION_64, 2);
    put(&z->files, VERSION_64, 2);
    put(&z->files, 0, 4);
    put(&z->files, 0, 4);
    put(&z->files, z->n, 8);
    put(&z->files, z->n, 8);
    put(&z->files, z->directory.len, 8);
    put(&z->files, at, 8);

    put(&z->files, 0x07064b50, 4);
    put(&z->files, 0, 4);
    put(&z->files, end_at, 8);
    put(&z->files, 1, 4);
}

bool zip_writer_end(struct zip_writer *z)
{
    const uint64_t at = z->sent + z->files.len;
    const uint64_t n = z->n < FULL_16 ? z->n : FULL_16;

    buf_add(&z->files, z->directory.data, z->directory.len);
    if (n == FULL_16 || at >= FULL_32 || z->directory.len >= FULL_32)
        put_end_64(z, at);
    put(&z->files, 0x06054b50, 4);
    put(&z->files, 0, 2);
    put(&z->files, 0, 2);
    put(&z->files, n, 2);
    put(&z->files, n, 2);
    put_short(&z->files, z->directory.len);
    put_short(&z->files, at);
    put(&z->files, 0, 2);
    return zip_writer_fits(z);
}
