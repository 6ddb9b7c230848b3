#include "archive/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX ".cqa"

void archive_name(const struct archive_range *range, char ret[ARCHIVE_NAME_BYTES])
{
    snprintf(ret, ARCHIVE_NAME_BYTES, "%s.%s.%s" SUFFIX, range->what, range->low,
             range->high);
    for (char *c = ret; *c != '\0'; c++)
        if (*c == ' ')
            *c = 'T'; /* of a time */
}

bool archive_name_read(const char *name, struct archive_range *ret)
{
    char rest[8];
    const size_t len = strlen(name);

    *ret = (struct archive_range){0};
    return len > strlen(SUFFIX) && strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0 &&
           sscanf(name, "%23[a-z_].%39[^.].%39[^.].%7s", ret->what, ret->low, ret->high,
                  rest) == 4 &&
           strcmp(rest, &SUFFIX[1]) == 0;
}

bool archive_count_line(struct archive_count *c, const char *line, size_t len,
                        struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    uint64_t first = 0;

    if (!digest_sha256(line, len, NULL, 0, digest, err))
        return false;
    for (int i = 0; i < 8; i++)
        first = first << 8 | digest[i];
    c->checksum = (int64_t)((uint64_t)c->checksum ^ first);
    c->rows++;
    return true;
}

static void put_be(uint8_t *out, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        out[i] = (uint8_t)(v >> 8 * (bytes - 1 - i));
}

static uint64_t get_be(const uint8_t *from, int bytes)
{
    uint64_t v = 0;

    for (int i = 0; i < bytes; i++)
        v = v << 8 | from[i];
    return v;
}

void archive_head_write(const struct archive_head *h, uint8_t ret[ARCHIVE_HEAD_BYTES])
{
    put_be(ret, h->number, 4);
    put_be(ret + 4, h->len, 4);
    put_be(ret + 8, h->kind, 4);
    put_be(ret + 12, h->lines, 4);
    put_be(ret + 16, (uint64_t)h->first, 8);
    put_be(ret + 24, (uint64_t)h->last, 8);
}

void archive_head_read(const uint8_t from[ARCHIVE_HEAD_BYTES], struct archive_head *ret)
{
    ret->number = (uint32_t)get_be(from, 4);
    ret->len = (uint32_t)get_be(from + 4, 4);
    ret->kind = (uint32_t)get_be(from + 8, 4);
    ret->lines = (uint32_t)get_be(from + 12, 4);
    ret->first = (int64_t)get_be(from + 16, 8);
    ret->last = (int64_t)get_be(from + 24, 8);
}

void archive_aad(const uint8_t begin[ARCHIVE_BEGIN_BYTES], const char *name,
                 const struct archive_head *h, uint8_t ret[ARCHIVE_AAD_BYTES])
{
    struct archive_head head = *h;

    head.len = 0;
    memset(ret, 0, ARCHIVE_AAD_BYTES);
    memcpy(ret, begin, ARCHIVE_BEGIN_BYTES);
    archive_head_write(&head, ret + ARCHIVE_BEGIN_BYTES);
    snprintf((char *)ret + ARCHIVE_BEGIN_BYTES + ARCHIVE_HEAD_BYTES, ARCHIVE_NAME_BYTES,
             "%s", name);
}

bool archive_disk(struct err *err, const char *doing, const char *name)
{
    const int why = errno;

    if (why == ENOSPC || why == EDQUOT || why == EFBIG)
        return err_set(err, ERR_RETRY, "DISK_FULL",
                       "no room left on the disk while %s %.100s", doing, name);
    return err_set(err, why == EIO || why == EINTR ? ERR_RETRY : ERR_CONFIG,
                   "DISK_FAILED", "%s %.100s failed: %s", doing, name,
                   why == EACCES || why == EPERM ? "we may not"
                   : why == ENOENT               ? "there is no such place"
                   : why == EIO                  ? "an I/O error"
                                                 : "the file system refuses");
}

bool archive_broken(struct err *err, const char *name, const char *why)
{
    return err_set(err, ERR_INPUT, "ARCHIVE_BROKEN", "archive %.100s: %s", name, why);
}
