/*
 * zip_write.h - a ZIP archive for people: stored, without compression, so that any
 * program of any time opens it. zip.h reads. Kept in memory, or given out piece by piece.
 */
#ifndef CONSENT_EXPORT_ZIP_WRITE_H
#define CONSENT_EXPORT_ZIP_WRITE_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct zip_writer {
    struct buf files, directory;
    uint64_t sent; /* bytes that were there before those in files */
    unsigned n;
};

/* limit_bytes: of what is kept at a time. An archive has 4 GiB, and 65,535 files, at
 * most. */
void zip_writer_init(struct zip_writer *z, size_t limit_bytes);
void zip_writer_done(struct zip_writer *z);

/* name: ASCII, folders with "/". */
void zip_writer_add(struct zip_writer *z, const char *name, const void *data, size_t len);

/* Its head alone: whoever gives the archive out adds the len bytes of that CRC-32. */
void zip_writer_head(struct zip_writer *z, const char *name, uint32_t crc, uint64_t len);

/* What z->files holds has been given out: the next bytes begin an empty one. */
void zip_writer_sent(struct zip_writer *z);

/* False: it has become too large, and is no archive. */
bool zip_writer_fits(const struct zip_writer *z);

/* The archive, or the last of it, is z->files then. As zip_writer_fits. */
bool zip_writer_end(struct zip_writer *z);

#endif
