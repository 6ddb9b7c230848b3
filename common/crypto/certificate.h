/*
 * certificate.h - when do the certificates in a file end?
 */
#ifndef CONSENT_CRYPTO_CERTIFICATE_H
#define CONSENT_CRYPTO_CERTIFICATE_H

#include "base/err.h"

#include <stdint.h>

/* The first end of all that stand in a file in PEM, a chain say. ERR_CONFIG: it cannot be
 * read, or has none. */
bool certificate_end(const char *path, int64_t *ret_us, struct err *err);

#endif
