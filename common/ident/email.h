/*
 * email.h - one e-mail address, as people write it, to its one canonical form.
 *
 * Two spellings of one address must meet in one contact key, and two people must never:
 * so the text is brought to Unicode NFC, taken out of its wrapping (white space, byte
 * order mark, "mailto:", one pair of angle brackets), split at the last '@'; the domain
 * becomes lower-case A-labels (UTS 46, non-transitional, no final dot) and the local part
 * is lower- cased character by character, the same in every locale. Dots and +tags stay,
 * 'ß' stays.
 *
 * The answer is idempotent: the canonical form of a canonical form is itself.
 */
#ifndef CONSENT_IDENT_EMAIL_H
#define CONSENT_IDENT_EMAIL_H

#include "base/err.h"

#define IDENT_EMAIL_BYTES                                                                \
    255 /* 254 octets and a NUL (RFC 5321 path less its brackets)                        \
         */

/* raw is any NUL-ended bytes. On failure ret is untouched and err is ERR_INPUT with one
 * of EMAIL_EMPTY      nothing left once the wrapping is off EMAIL_NOT_UTF8   the bytes
 * are not UTF-8 EMAIL_CHARACTER  a control, invisible, direction-changing or unassigned
 * character EMAIL_NO_AT      no '@' EMAIL_LOCAL      local part empty, or neither plain
 * nor quoted EMAIL_DOMAIN     not a domain name (empty label, bad character, false
 * A-label) EMAIL_TOO_LONG   over 64 octets of local part, 255 of domain or 254 in all The
 * text never quotes the address. */
bool ident_email(const char *raw, char ret[IDENT_EMAIL_BYTES], struct err *err);

#endif
