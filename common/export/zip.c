#include "export/zip.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define END_BYTES   22u
#define ENTRY_BYTES 46u
#define LOCAL_BYTES 30u
#define COMMENT_MAX 65535u
#define ALL_BYTES   ((uint64_t)4 << 30) /* of all files, unpacked */

static uint32_t u16(const char *p)
{
    const unsigned char *s = (const unsigned char *)p;

    return (uint32_t)s[0] | (uint32_t)s[1] << 8;
}

static uint32_t u32(const char *p)
{
    return u16(p) | u16(p + 2) << 16;
}

static bool bad(struct err *err, const char *what)
{
    return err_set(err, ERR_INPUT, "BAD_ZIP", "the ZIP archive cannot be read: %s", what);
}

bool zip_is(const char *bytes, size_t len)
{
    return len >= 4 &&
           (memcmp(bytes, "PK\x03\x04", 4) == 0 || memcmp(bytes, "PK\x05\x06", 4) == 0);
}

/* The record at the end of the archive; there may be a comment behind it. */
static const char *end_find(const char *bytes, size_t len)
{
    for (size_t back = END_BYTES; back <= len && back <= END_BYTES + COMMENT_MAX;
         back++) {
        const char *p = bytes + len - back;

        if (memcmp(p, "PK\x05\x06", 4) == 0 && u16(p + 20) == back - END_BYTES)
            return p;
    }
    return NULL;
}

/* --- one file --- */

struct entry {
    uint32_t flags, method, crc, packed, size, name_len, local;
    const char *name;
};

static bool unpack(const struct entry *e, const char *from, struct zip_file *f,
                   struct err *err)
{
    z_stream z = {0};
    int code;

    f->len = e->size;
    f->data = mem_zalloc((size_t)e->size + 1, 1);
    if (e->method == 0) {
        if (e->packed != e->size)
            return bad(err, "a length is wrong");
        memcpy(f->data, from, e->size);
        return true;
    }
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return bad(err, "zlib does not start");
    z.next_in = (Bytef *)(uintptr_t)from;
    z.avail_in = e->packed;
    z.next_out = (Bytef *)f->data;
    z.avail_out = e->size + 1; /* one more, to see that there is no more */
    code = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return (code == Z_STREAM_END && z.total_out == e->size) ||
           bad(err, "a file in it is damaged");
}

static bool file_read(const char *bytes, size_t len, const struct entry *e,
                      struct zip_file *f, struct err *err)
{
    const char *local;
    size_t at;

    if ((e->flags & 1) != 0)
        return bad(err, "it is encrypted; unpack it first");
    if (e->method != 0 && e->method != 8)
        return bad(err, "it is packed in another way; unpack it first");
    if (e->packed == UINT32_MAX || e->size == UINT32_MAX || e->local == UINT32_MAX)
        return bad(err, "it is ZIP64; unpack it first");
    if (e->size > ZIP_FILE_BYTES)
        return bad(err, "a file in it is too large; unpack it first");
    if (e->local > len || len - e->local < LOCAL_BYTES)
        return bad(err, "it is cut");
    local = bytes + e->local;
    if (memcmp(local, "PK\x03\x04", 4) != 0)
        return bad(err, "its directory is wrong");
    at = (size_t)e->local + LOCAL_BYTES + u16(local + 26) + u16(local + 28);
    if (at > len || len - at < e->packed)
        return bad(err, "it is cut");
    memcpy(f->name, e->name, e->name_len);
    f->name[e->name_len] = '\0';
    if (!unpack(e, bytes + at, f, err))
        return false;
    return crc32(0, (const Bytef *)f->data, (uInt)f->len) == e->crc ||
           bad(err, "a file in it is damaged (CRC)");
}

/* --- the directory --- */

static bool is_file(const struct entry *e)
{
    const char *slash;

    if (e->name_len == 0 || e->name[e->name_len - 1] == '/')
        return false;
    if (e->name_len >= 9 && memcmp(e->name, "__MACOSX/", 9) == 0)
        return false;
    slash = memrchr(e->name, '/', e->name_len);
    slash = slash != NULL ? slash + 1 : e->name;
    return strncmp(slash, ".DS_Store", (size_t)(e->name + e->name_len - slash)) != 0;
}

static bool directory_read(struct zip *z, const char *bytes, size_t len, struct err *err)
{
    const char *end = end_find(bytes, len);
    uint32_t n, at;
    uint64_t all = 0;

    if (end == NULL)
        return bad(err, "it is cut");
    n = u16(end + 10);
    at = u32(end + 16);
    for (uint32_t i = 0; i < n; i++) {
        const char *p = bytes + at;
        struct entry e;

        if (at > len || len - at < ENTRY_BYTES || memcmp(p, "PK\x01\x02", 4) != 0)
            return bad(err, "its directory is wrong");
        e = (struct entry){.flags = u16(p + 8),
                           .method = u16(p + 10),
                           .crc = u32(p + 16),
                           .packed = u32(p + 20),
                           .size = u32(p + 24),
                           .name_len = u16(p + 28),
                           .local = u32(p + 42),
                           .name = p + ENTRY_BYTES};
        if (len - at - ENTRY_BYTES < e.name_len)
            return bad(err, "its directory is wrong");
        at += ENTRY_BYTES + e.name_len + u16(p + 30) + u16(p + 32);
        if (!is_file(&e))
            continue;
        if (e.name_len >= ZIP_NAME_BYTES || memchr(e.name, '\0', e.name_len) != NULL)
            return bad(err, "a name in it is too long");
        all += e.size;
        if (z->n == ZIP_FILES_MAX || all > ALL_BYTES)
            return bad(err, "it holds too many files; unpack it first");
        if (!file_read(bytes, len, &e, &z->files[z->n++], err))
            return false;
    }
    return z->n > 0 || bad(err, "there is no file in it");
}

bool zip_open(const char *bytes, size_t len, struct zip **ret, struct err *err)
{
    struct zip *z = mem_zalloc(1, sizeof(*z));

    if (!directory_read(z, bytes, len, err)) {
        zip_close(z);
        return false;
    }
    *ret = z;
    return true;
}

void zip_close(struct zip *z)
{
    if (z == NULL)
        return;
    for (size_t i = 0; i < z->n; i++)
        free(z->files[i].data);
    free(z);
}
