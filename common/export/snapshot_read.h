/*
 * snapshot_read.h - a snapshot read back, and held against its manifest.
 *
 * In constant memory, whatever the format and compression.
 */
#ifndef CONSENT_EXPORT_SNAPSHOT_READ_H
#define CONSENT_EXPORT_SNAPSHOT_READ_H

#include "codec/lists/manifest_json.h"

struct snapshot_entry {
    const char *token; /* borrowed; not NUL-terminated */
    size_t token_len;
    enum list_status status; /* a plain file has only those on the list */
    int64_t version;         /* 0: a plain file does not say */
};

/* Calls each for every entry of the file that the manifest at path names, which lies
 * beside it; its false ends the reading with its err. True only when bytes, rows,
 * SHA-256, count and digest are those of the manifest. ERR_INPUT BAD_MANIFEST,
 * SNAPSHOT_CUT, SNAPSHOT_WRONG; ERR_CONFIG or ERR_RETRY DISK_FAILED: it cannot be read.
 */
bool snapshot_read(const char *path, struct manifest *ret,
                   bool (*each)(void *arg, const struct snapshot_entry *entry,
                                struct err *err),
                   void *arg, struct err *err);

#endif
