/*
 * zip_write.h - a ZIP archive for people: stored, without compression, so that any
 * program of any time opens it. zip.h reads. Kept in memory, or given out piece by piece.
 * One of more than 65,534 files or 4 GiB has the fields of ZIP64 (PKWARE's
 * APPNOTE, 4.3.14, 4.3.15 and 4.5.3), which programs of this century read; a smaller one
 * has none of them.
 */
#ifndef CONSENT_EXPORT_ZIP_WRITE_H
#define CONSENT_EXPORT_ZIP_WRITE_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct zip_writer {
    struct buf files, directory;
    uint64_t sent; /* bytes that were there before those in files */
    uint64_t n;
};

/* limit_bytes: of what is kept at a time, and of the directory. */
void zip_writer_init(struct zip_writer *z, size_t limit_bytes);
void zip_writer_done(struct zip_writer *z);

/* name: ASCII, folders with "/". */
void zip_writer_add(struct zip_writer *z, const char *name, const void *data, size_t len);

/* Its head alone: whoever gives the archive out adds the len bytes of that CRC-32. */
void zip_writer_head(struct zip_writer *z, const char *name, uint32_t crc, uint64_t len);

/* What z->files holds has been given out: the next bytes begin an empty one. */
void zip_writer_sent(struct zip_writer *z);

/* False: more was to be kept than limit_bytes, and it is no archive. */
bool zip_writer_fits(const struct zip_writer *z);

/* The archive, or the last of it, is z->files then. As zip_writer_fits. */
bool zip_writer_end(struct zip_writer *z);

#endif
