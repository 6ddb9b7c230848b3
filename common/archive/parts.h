/* parts.h - the form of the files, for archive.c, write.c and read.c. */
#ifndef CONSENT_ARCHIVE_PARTS_H
#define CONSENT_ARCHIVE_PARTS_H

#include "archive/archive.h"
#include "crypto/frame_seal.h"

#define ARCHIVE_MAGIC       "cqarch1\n"
#define ARCHIVE_MAGIC_BYTES 8
#define ARCHIVE_BEGIN_BYTES (ARCHIVE_MAGIC_BYTES + 1 + FRAME_SALT_BYTES)
#define ARCHIVE_HEAD_BYTES  32
#define ARCHIVE_AAD_BYTES   (ARCHIVE_BEGIN_BYTES + ARCHIVE_HEAD_BYTES + ARCHIVE_NAME_BYTES)
#define ARCHIVE_TMP         ".tmp"

/* A piece's head. */
struct archive_head {
    uint32_t number, len, kind, lines;
    int64_t first, last;
};
void archive_head_write(const struct archive_head *h, uint8_t ret[ARCHIVE_HEAD_BYTES]);
void archive_head_read(const uint8_t from[ARCHIVE_HEAD_BYTES], struct archive_head *ret);

/* The file's beginning, the name, and the piece's head, whose length stays 0: it is not
 * known before the piece is sealed. */
void archive_aad(const uint8_t begin[ARCHIVE_BEGIN_BYTES], const char *name,
                 const struct archive_head *h, uint8_t ret[ARCHIVE_AAD_BYTES]);

bool archive_disk(struct err *err, const char *doing, const char *name);
bool archive_broken(struct err *err, const char *name, const char *why);

/* "WHAT.LOW.HIGH.cqa"; false: it is none. */
bool archive_name_read(const char *name, struct archive_range *ret);

#endif
