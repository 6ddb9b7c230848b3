/*
 * zip_write.h - a ZIP archive in memory, for files that go to people: stored, without
 * compression, so that any program of any time opens it. zip.h reads.
 */
#ifndef CONSENT_EXPORT_ZIP_WRITE_H
#define CONSENT_EXPORT_ZIP_WRITE_H

#include "base/buf.h"

#include <stddef.h>

struct zip_writer {
    struct buf files, directory;
    unsigned n;
};

/* limit_bytes: of the archive; with 65,535 files at most. */
void zip_writer_init(struct zip_writer *z, size_t limit_bytes);
void zip_writer_done(struct zip_writer *z);

/* name: ASCII, folders with "/". */
void zip_writer_add(struct zip_writer *z, const char *name, const void *data, size_t len);

/* The archive is z->files then. False: it would be too large. */
bool zip_writer_end(struct zip_writer *z);

#endif
