/* base64.h - bytes as text of the standard alphabet, padded (RFC 4648 part 4). */
#ifndef CONSENT_CRYPTO_BASE64_H
#define CONSENT_CRYPTO_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters for n bytes, without a NUL. */
#define BASE64_CHARS(n) (((n) + 2) / 3 * 4)

/* ret has room for BASE64_CHARS(n) + 1. */
void base64_write(const uint8_t *raw, size_t n, char *ret);

/* False: a character that is none, a length that none has, bits set beyond the last byte,
 * or more than cap bytes. */
bool base64_read(const char *text, size_t len, uint8_t *ret, size_t cap, size_t *ret_n);

#endif
