/* unpack.h - a snapshot's file read again: hashed as it lies, then uncompressed. */
#ifndef CONSENT_EXPORT_UNPACK_H
#define CONSENT_EXPORT_UNPACK_H

#include "codec/lists/manifest_json.h"
#include "crypto/digest_stream.h"

struct unpack;

/* fd becomes the unpack's. */
bool unpack_open(int fd, enum list_packing packing, struct unpack **ret, struct err *err);

/* The next bytes, borrowed; *ret_len 0: the end, and it is a proper one. ERR_INPUT
 * SNAPSHOT_CUT: what is there is damaged or cut short; ERR_RETRY: it cannot be read. */
bool unpack_next(struct unpack *u, const void **ret, size_t *ret_len, struct err *err);

/* After the end: of the file as it lies. */
bool unpack_end(struct unpack *u, int64_t *ret_bytes, char ret_sha256[DIGEST_HEX_BYTES],
                struct err *err);

void unpack_close(struct unpack *u); /* NULL is fine */

#endif
