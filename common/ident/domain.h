/*
 * domain.h - a domain name as DNS has it: in ASCII, lower case, without a final dot.
 *
 * A name in ASCII is taken as it stands: letters, digits, inner hyphens, and underscores,
 * which mail servers let pass. Whether an A-label ("xn--...") in it can be decoded is not
 * asked, for they do not ask either: it is one name, and no other spelling of it exists.
 *
 * Any other name goes through UTS 46 (ICU; non-transitional, CheckBidi, CheckJoiners), so
 * that a U-label and its A-label are one. Emoji pass, as they do at the registries that
 * sell them. 'ẞ' is 'ß', as in the tables since Unicode 15.1: older ones make it "ss",
 * and one person's opt-out would fall on another.
 *
 * A later table only lets pass what this one refuses, so no contact's key moves with the
 * library. tests/golden/ident/domains.py says where we differ from Unicode's own test
 * file.
 */
#ifndef CONSENT_IDENT_DOMAIN_H
#define CONSENT_IDENT_DOMAIN_H

#include "ident/text.h"

#define IDENT_DOMAIN_BYTES 256 /* 255 octets and a NUL */

/* t is UTF-8 of at most TEXT_NFC_BYTES. False: no domain name; ret holds anything. */
bool ident_domain(struct text t, char ret[IDENT_DOMAIN_BYTES]);

#endif
