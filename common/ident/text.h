/* text.h - what the three normalisers share: NFC, invisible ends, lower case. */
#ifndef CONSENT_IDENT_TEXT_H
#define CONSENT_IDENT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define TEXT_RAW_BYTES 1024 /* longest input looked at                 */
#define TEXT_NFC_BYTES (3 * TEXT_RAW_BYTES + 1) /* NFC grows UTF-8 at most threefold */

/* A run of bytes inside someone else's text. */
struct text {
    const char *s;
    size_t n;
};

bool text_is_ascii(struct text t);

char text_lower_ascii(char c);

/* UTF-8 to NFC, NUL-ended. False: not UTF-8. raw.n must be at most TEXT_RAW_BYTES. */
bool text_nfc(struct text raw, char ret[TEXT_NFC_BYTES], size_t *ret_n);

/* t without white space, byte order marks and zero-width characters at its ends. */
struct text text_trim(struct text t);

/* May these characters stand inside an identifier? Not controls, line ends, white space
 * beyond ASCII, bidi controls, default-ignorable, unassigned or private characters.
 * joiners: let ZWJ and ZWNJ pass (they carry meaning in Persian and Indic words). */
bool text_is_plain(struct text t, bool joiners);

/* Lower case, the same in every locale, then NFC again, until neither changes anything.
 * A final sigma is a sigma, for a capital one does not say which it was; 'İ' becomes "i"
 * and a dot above (U+0307), so that it is not 'i'; 'ß' stays. */
bool text_lower(struct text t, char ret[TEXT_NFC_BYTES], size_t *ret_n);

/* White space by the Unicode property, for folding; *ret_n: its length in bytes. */
bool text_is_space(const char *s, size_t n, size_t *ret_n);

#endif
