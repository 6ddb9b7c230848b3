/*
 * phone.h - one telephone number, as people write it, to E.164.
 *
 * "+49 (0)30 1234567", "0049 30 1234567" and "030/1234567" with country DE are one
 * number, +49301234567. A number that no country code makes whole ("5550100", US: an area
 * code is missing) is refused rather than guessed at. The plans (calling codes, trunk
 * prefixes, lengths, first digits) are data in phone_plans.inc: a length or first digit
 * that a plan does not have is refused, whether a number is assigned to somebody is not
 * asked.
 *
 * The answer is idempotent, with any country.
 */
#ifndef CONSENT_IDENT_PHONE_H
#define CONSENT_IDENT_PHONE_H

#include "base/err.h"

#define IDENT_PHONE_BYTES 17 /* '+', 15 digits, NUL */

/* country: ISO 3166 alpha-2, any case, or "": then only "+" and "00" numbers have a
 * reading. On failure ret is untouched and err is ERR_INPUT with one of PHONE_EMPTY no
 * digits PHONE_NOT_UTF8   the bytes are not UTF-8 PHONE_CHARACTER  a character no number
 * is written with (letters, '*', '#', extensions) PHONE_COUNTRY    no international
 * prefix, and the country is missing or unknown PHONE_CODE       no calling code begins
 * like this PHONE_NUMBER     not a number of that plan: too short, too long, or begins
 * wrongly The text never quotes the number. */
bool ident_phone(const char *raw, const char *country, char ret[IDENT_PHONE_BYTES],
                 struct err *err);

#endif
