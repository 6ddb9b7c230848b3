/* digest.h - SHA-256 of one or two runs of bytes. */
#ifndef CONSENT_CRYPTO_DIGEST_H
#define CONSENT_CRYPTO_DIGEST_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32

/* Of a followed by b, without a mark between them; b may be NULL with b_len 0. Safe from
 * any thread. ERR_FATAL with DIGEST_FAILED when the library will not. */
bool digest_sha256(const void *a, size_t a_len, const void *b, size_t b_len,
                   uint8_t ret[DIGEST_BYTES], struct err *err);

struct evp_md_st;

/* SHA-256 as OpenSSL wants it, found once for the whole process: finding it again, as
 * EVP_sha256() does, costs half as much as hashing an event. NULL: it is not available.
 * For common/crypto alone. */
const struct evp_md_st *digest_md(void);

#endif
