#include "book/zip.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#define END_BYTES    22u
#define ENTRY_BYTES  46u
#define LOCAL_BYTES  30u
#define COMMENT_MAX  65535u
#define DEFLATE_MOST 1032u               /* bytes out of one: zlib's own word */
#define ALL_BYTES    ((uint64_t)4 << 30) /* of all files, unpacked */

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
    if (e->size / DEFLATE_MOST > e->packed)
        return bad(err, "a length is wrong"); /* before memory is taken for it */
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

struct directory {
    const char *bytes;
    size_t len;
    uint32_t at, left;
};

static bool directory_open(const char *bytes, size_t len, struct directory *ret,
                           struct err *err)
{
    const char *end = end_find(bytes, len);

    if (end == NULL)
        return bad(err, "it is cut");
    *ret = (struct directory){bytes, len, u32(end + 16), u16(end + 10)};
    return true;
}

/* False without an error in err: there are no more. */
static bool directory_next(struct directory *d, struct entry *ret, struct err *err)
{
    const char *p;

    err_clear(err);
    if (d->left == 0)
        return false;
    d->left--;
    if (d->at > d->len || d->len - d->at < ENTRY_BYTES)
        return bad(err, "its directory is wrong");
    p = d->bytes + d->at;
    if (memcmp(p, "PK\x01\x02", 4) != 0)
        return bad(err, "its directory is wrong");
    *ret = (struct entry){.flags = u16(p + 8),
                          .method = u16(p + 10),
                          .crc = u32(p + 16),
                          .packed = u32(p + 20),
                          .size = u32(p + 24),
                          .name_len = u16(p + 28),
                          .local = u32(p + 42),
                          .name = p + ENTRY_BYTES};
    if (d->len - d->at - ENTRY_BYTES < ret->name_len)
        return bad(err, "its directory is wrong");
    d->at += ENTRY_BYTES + ret->name_len + u16(p + 30) + u16(p + 32);
    return true;
}

static bool all_read(struct zip *z, const char *bytes, size_t len, struct err *err)
{
    struct directory d;
    struct entry e;
    uint64_t all = 0;

    if (!directory_open(bytes, len, &d, err))
        return false;
    while (directory_next(&d, &e, err)) {
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
    return err->kind == ERR_NONE && (z->n > 0 || bad(err, "there is no file in it"));
}

bool zip_open(const char *bytes, size_t len, struct zip **ret, struct err *err)
{
    struct zip *z = mem_zalloc(1, sizeof(*z));

    if (!all_read(z, bytes, len, err)) {
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

/* --- one of them --- */

static bool is_named(const struct entry *e, const char *name)
{
    return e->name_len == strlen(name) && e->name_len < ZIP_NAME_BYTES &&
           strncasecmp(e->name, name, e->name_len) == 0;
}

bool zip_has(const char *bytes, size_t len, const char *name)
{
    struct directory d;
    struct entry e;
    struct err err;

    if (!zip_is(bytes, len) || !directory_open(bytes, len, &d, &err))
        return false;
    while (directory_next(&d, &e, &err))
        if (is_named(&e, name))
            return true;
    return false;
}

bool zip_take(const char *bytes, size_t len, const char *name, size_t most,
              struct zip_file *ret, struct err *err)
{
    struct entry e, found = {0};
    struct directory d;

    *ret = (struct zip_file){0};
    if (!directory_open(bytes, len, &d, err))
        return false;
    while (directory_next(&d, &e, err)) {
        if (!is_named(&e, name))
            continue;
        if (found.name != NULL)
            return bad(err, "two files in it have one name");
        found = e;
    }
    if (err->kind != ERR_NONE || found.name == NULL)
        return err->kind == ERR_NONE;
    if (found.size > most)
        return bad(err, "a file in it is too large");
    if (file_read(bytes, len, &found, ret, err))
        return true;
    free(ret->data);
    ret->data = NULL;
    return false;
}
