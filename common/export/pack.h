/*
 * pack.h - a file being written: compressed on the way, hashed as it lands, on disk at
 * its end.
 *
 * Inside a directory that is already open, so that whoever renames the directory does not
 * part the file from its manifest. What is written is a temporary file of the caller's
 * name, which the caller renames or removes.
 */
#ifndef CONSENT_EXPORT_PACK_H
#define CONSENT_EXPORT_PACK_H

#include "codec/lists/manifest_json.h"
#include "crypto/digest_stream.h"

struct pack;

/* ERR_RETRY DISK_FULL: no room left, or none that we may have; ERR_CONFIG or ERR_RETRY
 * DISK_FAILED: anything else that the file system refuses. Here and below. A file of that
 * name must not be there. */
bool pack_open(int dir, const char *name, enum list_packing packing, struct pack **ret,
               struct err *err);

bool pack_add(struct pack *p, const void *data, size_t len, struct err *err);

/* Everything is on disk (fsync) when it returns true. */
bool pack_end(struct pack *p, int64_t *ret_bytes, char ret_sha256[DIGEST_HEX_BYTES],
              struct err *err);

void pack_close(struct pack *p); /* NULL is fine */

/* err from errno, for what is done to files: "while writing PLACE". */
bool disk_failed(struct err *err, const char *doing, const char *name);

#endif
