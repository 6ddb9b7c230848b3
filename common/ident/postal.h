/*
 * postal.h - a postal address as one canonical line.
 *
 * Conservative on purpose: NFC, lower case, runs of white space (line ends too) become
 * one blank. No abbreviations are opened and no words reordered; two spellings of one
 * house stay two contacts, which is why a denial by post is also keyed by the other
 * contact points.
 */
#ifndef CONSENT_IDENT_POSTAL_H
#define CONSENT_IDENT_POSTAL_H

#include "base/err.h"

#define IDENT_POSTAL_BYTES 1025 /* 1024 octets and a NUL */

/* On failure ret is untouched; ERR_INPUT with POSTAL_EMPTY, POSTAL_NOT_UTF8,
 * POSTAL_CHARACTER or POSTAL_TOO_LONG. Idempotent. */
bool ident_postal(const char *raw, char ret[IDENT_POSTAL_BYTES], struct err *err);

#endif
