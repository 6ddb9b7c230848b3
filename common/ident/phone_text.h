/* phone_text.h - the digits of a telephone number as people write it; for phone.c. */
#ifndef CONSENT_IDENT_PHONE_TEXT_H
#define CONSENT_IDENT_PHONE_TEXT_H

#include "base/err.h"

#include <stddef.h>

#define PHONE_TEXT_DIGITS                                                                \
    24 /* an international prefix, a trunk prefix, room to be wrong */

struct phone_text {
    char digits[PHONE_TEXT_DIGITS + 1]; /* ASCII, at least one */
    bool plus;
    size_t trunk_at; /* digits before the first "(0)"; 0: there is none */
    bool extension;  /* one was cut off */
    bool lone_eight; /* "+8 (495) 123-45-67": an 8 and then a code, as Russians dial */
};

/* ERR_INPUT with PHONE_EMPTY, PHONE_NOT_UTF8, PHONE_CHARACTER, PHONE_NUMBER. */
bool phone_text_read(const char *raw, struct phone_text *ret, struct err *err);

#endif
