/*
 * signed.h - what somebody has signed, out of the wrapping that carries it (CMS, RFC
 * 5652, which S/MIME puts opaque signatures into). Whose signature it is, and whether it
 * holds, is not asked: who reads it here believes it no more than unsigned text.
 */
#ifndef CONSENT_CRYPTO_SIGNED_H
#define CONSENT_CRYPTO_SIGNED_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Adds the content to out. False, and nothing added, if it is none: encrypted, signed
 * apart from its content, or broken. */
bool signed_content(const uint8_t *data, size_t len, struct buf *out);

#endif
