/* base64url.h - bytes as text that may stand in a URL (RFC 4648 part 5), unpadded. */
#ifndef CONSENT_BASE_BASE64URL_H
#define CONSENT_BASE_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters for n bytes, without a NUL. */
#define BASE64URL_CHARS(n) (((n)*4 + 2) / 3)

/* ret has room for BASE64URL_CHARS(n) + 1. */
void base64url_write(const uint8_t *raw, size_t n, char *ret);

/* False: a character that is none, a length that none has, bits set beyond the last byte,
 * or more than cap bytes. */
bool base64url_read(const char *text, size_t len, uint8_t *ret, size_t cap,
                    size_t *ret_n);

/* How many characters a text that is to be read by somebody else begins with; 0: none, or
 * a length that no bytes have. */
size_t base64url_span(const char *text);

#endif
