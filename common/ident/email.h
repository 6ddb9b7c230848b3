/*
 * email.h - one e-mail address, as people write it, to its one canonical form.
 *
 * Two spellings of one mailbox must meet in one contact key, and two people must never:
 * so the text is brought to Unicode NFC, taken out of its wrapping (white space, byte
 * order mark, "mailto:", one pair of angle brackets), split at the last '@'. The domain
 * becomes what DNS has (domain.h). The local part is lower-cased, the same in every
 * locale (text.h), and loses quotation marks and backslashes that it does not need:
 * "bob"@example.com is bob@example.com, "a\ b"@example.com is "a b"@example.com. Dots and
 * +tags stay.
 *
 * The answer is idempotent: the canonical form of a canonical form is itself.
 */
#ifndef CONSENT_IDENT_EMAIL_H
#define CONSENT_IDENT_EMAIL_H

#include "base/err.h"

#define IDENT_EMAIL_BYTES                                                                \
    255 /* 254 octets and a NUL: RFC 5321's path less its brackets */

// clang-format off
/*
 * raw is any NUL-ended bytes. On failure ret is untouched and err is ERR_INPUT with one of
 *
 *   EMAIL_EMPTY      nothing left once the wrapping is off
 *   EMAIL_NOT_UTF8   the bytes are not UTF-8
 *   EMAIL_CHARACTER  a control, invisible, direction-changing or unassigned character
 *   EMAIL_NO_AT      no '@'
 *   EMAIL_LOCAL      local part empty, or neither plain nor quoted
 *   EMAIL_DOMAIN     not a domain name
 *   EMAIL_TOO_LONG   over 64 octets of local part, 255 of domain or 254 in all
 *
 * The text never quotes the address.
 */
// clang-format on
bool ident_email(const char *raw, char ret[IDENT_EMAIL_BYTES], struct err *err);

#endif
