/*
 * secret.h - memory for keys: locked, so that it is never written to swap, left out of
 * core dumps, between pages that nobody may touch, and wiped when it is freed.
 *
 * It is OpenSSL's secure heap, where OpenSSL also keeps the keys it copies. When it is
 * full, or the kernel locks nothing for us, the memory is plain, and wiped all the same:
 * the units forbid swap and cores anyway.
 */
#ifndef CONSENT_CRYPTO_SECRET_H
#define CONSENT_CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* From now on OpenSSL's own copies of keys are kept there, too. Any thread, any number of
 * times. */
void secret_ready(void);

/* n bytes, zeroed. */
void *secret_zalloc(size_t n);
void secret_free(void *p, size_t n); /* NULL is fine */

/* Whether two texts are the same, in a time that says nothing of where they differ. */
bool secret_same(const char *a, const char *b);

#endif
