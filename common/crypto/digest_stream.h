/* digest_stream.h - SHA-256 of bytes that come piece by piece. */
#ifndef CONSENT_CRYPTO_DIGEST_STREAM_H
#define CONSENT_CRYPTO_DIGEST_STREAM_H

#include "crypto/digest.h"

#define DIGEST_HEX_BYTES (2 * DIGEST_BYTES + 1) /* with the NUL */

struct digest_stream;

/* ERR_FATAL with DIGEST_FAILED, here and below. */
bool digest_stream_open(struct digest_stream **ret, struct err *err);
void digest_stream_close(struct digest_stream *d); /* NULL is fine */

bool digest_stream_add(struct digest_stream *d, const void *data, size_t len,
                       struct err *err);

/* In lower-case hexadecimal digits; nothing may be added any more. */
bool digest_stream_end(struct digest_stream *d, char ret[DIGEST_HEX_BYTES],
                       struct err *err);

#endif
