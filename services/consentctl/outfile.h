/* outfile.h - a file that is there whole, or not at all: written beside its place,
 * synced, and put there by a rename. */
#ifndef CONSENT_CTL_OUTFILE_H
#define CONSENT_CTL_OUTFILE_H

#include "base/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct outfile {
    int fd; /* -1: not open */
    char path[PATH_MAX], part[PATH_MAX + 16];
};

/* path NULL: standard output, at once. ERR_CONFIG. */
bool outfile_open(struct outfile *f, const char *path, struct err *err);

/* All of it, to any descriptor. False: errno says why not. */
bool outfile_put(int fd, const void *data, size_t len);

/* ERR_RETRY when there is no room, and the like. */
bool outfile_write(struct outfile *f, const void *data, size_t len, struct err *err);

/* In its place, on disk. */
bool outfile_keep(struct outfile *f, struct err *err);

/* Gone, if it was not kept. Harmless after outfile_keep. */
void outfile_drop(struct outfile *f);

/* Where files without a name are made, of what is too long for the memory: TMPDIR, or
 * /tmp. */
const char *outfile_folder(void);

/* A key and a line end, on disk, readable by its owner alone; made by root, by the owner
 * of its folder, and by the folder's group where that may read there. Never over a file
 * that is there: a key cannot be had again. ERR_CONFIG. */
bool outfile_secret(const char *path, const char *text, struct err *err);

#endif
