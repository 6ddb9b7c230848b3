/*
 * phone.h - a telephone number, as people write it, to E.164.
 *
 * "+49 (0)30 1234567", "0049 30 1234567" and "030/1234567" with country DE are one
 * number, +49301234567. A number that no country makes whole ("5550100", US: an area code
 * is missing) is refused rather than guessed at.
 *
 * Without '+' a text may have more than one reading: as dialled abroad, with the
 * country's own prefix (0011 in AU, 010 in JP, 011 in US) or with 00; as dialled at home;
 * as an international number whose '+' was left out ("4930123456", DE). Readings that are
 * numbers in use by the plans beat those that merely have a possible length. Where two
 * remain it depends on what is at stake: a no is taken for both, a yes for neither.
 *
 * The plans (phone_plans.inc, phone_numbers.inc) are data of ours, so no key moves when a
 * library is updated. Whether a number is assigned to somebody is not asked, and after
 * '+' only length and first digit must fit: new ranges are opened all the time.
 *
 * The answer is idempotent, with any country.
 */
#ifndef CONSENT_IDENT_PHONE_H
#define CONSENT_IDENT_PHONE_H

#include "base/err.h"

#include <stddef.h>

#define IDENT_PHONE_BYTES    17 /* '+', 15 digits, NUL */
#define IDENT_PHONE_READINGS 2

struct ident_phones {
    size_t n; /* 1 or 2 */
    char e164[IDENT_PHONE_READINGS][IDENT_PHONE_BYTES];
    bool extension; /* the text names one; the numbers are without it */
};

// clang-format off
/*
 * country: ISO 3166 alpha-2, any case, or "": then only numbers with "+" or "00" have a
 * reading. On failure ret is untouched and err is ERR_INPUT with one of
 *
 *   PHONE_EMPTY      no digits
 *   PHONE_NOT_UTF8   the bytes are not UTF-8
 *   PHONE_CHARACTER  a character no number is written with (letters, '*')
 *   PHONE_COUNTRY    no international prefix, and the country is missing or unknown
 *   PHONE_CODE       no calling code begins like this
 *   PHONE_NUMBER     not a number of that plan: too short, too long, or begins wrongly
 *   PHONE_AMBIGUOUS  more than two readings
 *
 * The text never quotes the number.
 */
// clang-format on
bool ident_phones(const char *raw, const char *country, struct ident_phones *ret,
                  struct err *err);

/* The one number that is meant, for whatever lets somebody be called. Also fails with
 * PHONE_AMBIGUOUS where there are two, and PHONE_EXTENSION: consent to be called at an
 * extension is not the switchboard's. */
bool ident_phone(const char *raw, const char *country, char ret[IDENT_PHONE_BYTES],
                 struct err *err);

#endif
