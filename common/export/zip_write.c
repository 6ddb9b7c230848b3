#include "zip_write.h"

#include <stdint.h>
#include <string.h>

#include <zlib.h>

#define FIRST_DAY  0x21u /* 1980-01-01: the same files give the same archive */
#define VERSION    20u
#define FILES_MOST 65535u

void zip_writer_init(struct zip_writer *z, size_t limit_bytes)
{
    z->n = 0;
    z->sent = 0;
    buf_init(&z->files, limit_bytes < UINT32_MAX ? limit_bytes : UINT32_MAX);
    buf_init(&z->directory, z->files.limit_bytes);
}

void zip_writer_done(struct zip_writer *z)
{
    buf_done(&z->files);
    buf_done(&z->directory);
}

static void put(struct buf *out, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        const unsigned char b = (unsigned char)(v >> 8 * i);

        buf_add(out, &b, 1);
    }
}

/* What stands in both headers: version, flags, method, time, date, CRC, sizes, name. */
static void describe(struct buf *out, uint32_t crc, size_t len, const char *name)
{
    put(out, VERSION, 2);
    put(out, 0, 2);
    put(out, 0, 2);
    put(out, 0, 2);
    put(out, FIRST_DAY, 2);
    put(out, crc, 4);
    put(out, (uint32_t)len, 4);
    put(out, (uint32_t)len, 4);
    put(out, (uint32_t)strlen(name), 2);
    put(out, 0, 2);
}

void zip_writer_head(struct zip_writer *z, const char *name, uint32_t crc, uint64_t len)
{
    const uint32_t at = (uint32_t)(z->sent + z->files.len);

    if (len > UINT32_MAX) {
        z->files.overrun = true;
        return;
    }
    put(&z->files, 0x04034b50, 4);
    describe(&z->files, crc, (size_t)len, name);
    buf_add_str(&z->files, name);

    put(&z->directory, 0x02014b50, 4);
    put(&z->directory, VERSION, 2);
    describe(&z->directory, crc, (size_t)len, name);
    put(&z->directory, 0, 2);
    put(&z->directory, 0, 2);
    put(&z->directory, 0, 2);
    put(&z->directory, 0, 4);
    put(&z->directory, at, 4);
    buf_add_str(&z->directory, name);
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
    return !z->files.overrun && !z->directory.overrun && z->n <= FILES_MOST &&
           z->sent + z->files.len <= UINT32_MAX;
}

bool zip_writer_end(struct zip_writer *z)
{
    const uint32_t at = (uint32_t)(z->sent + z->files.len);

    buf_add(&z->files, z->directory.data, z->directory.len);
    put(&z->files, 0x06054b50, 4);
    put(&z->files, 0, 2);
    put(&z->files, 0, 2);
    put(&z->files, z->n, 2);
    put(&z->files, z->n, 2);
    put(&z->files, (uint32_t)z->directory.len, 4);
    put(&z->files, at, 4);
    put(&z->files, 0, 2);
    return zip_writer_fits(z);
}
