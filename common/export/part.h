/*
 * part.h - a file of an archive while it is being written: it grows in a file without a
 * name, so that it may be of any length, and is sent from there.
 */
#ifndef CONSENT_EXPORT_PART_H
#define CONSENT_EXPORT_PART_H

#include "base/buf.h"
#include "crypto/digest_stream.h"

struct part {
    const char *folder;
    int fd;
    uint64_t bytes;
    uint32_t crc; /* CRC-32 */
    struct digest_stream *digest;
};

/* Closes it too when it is false. ERR_INPUT NO_ROOM. */
bool part_open(struct part *p, const char *folder, struct err *err);
void part_close(struct part *p); /* twice is harmless */

/* What out has goes into the part, and out is empty. A person_out's spill: context is the
 * part. ERR_INPUT NO_ROOM. */
bool part_spill(void *context, struct buf *out, struct err *err);

/* The SHA-256 of the whole, and reading begins at its first byte. Nothing is added then.
 */
bool part_end(struct part *p, char ret[DIGEST_HEX_BYTES], struct err *err);

/* The next bytes of it, appended to out; *ret_more false: there are none. */
bool part_read(struct part *p, struct buf *out, bool *ret_more, struct err *err);

#endif
