/*
 * verp.h - an envelope's sender that only who has the key can write: a report that comes
 * to it speaks of mail of ours to that recipient, and of nobody else's.
 *
 *   bounces+v1-3-5f1c...@bounces.example.com
 *           |  |  first 16 bytes of HMAC-SHA-256, 32 hexadecimal digits
 *           |  number of the key, one of the link keys (link_token.h)
 *           the format
 *
 * The HMAC is of "consent-verp-1", a line feed, and the recipient's address in its
 * canonical form (ident/email.h). Who gets our mail learns the address that is for them,
 * and could forge reports of themselves alone. Mailing systems make them:
 * services/gateway/UNSUBSCRIBE.md is written for them.
 */
#ifndef CONSENT_CRYPTO_VERP_H
#define CONSENT_CRYPTO_VERP_H

#include "crypto/link_token.h"

#define VERP_BYTES 48 /* "v1-65535-" and 32 digits, with its NUL */

/* What stands behind the "+". ERR_CONFIG with LINK_KEYS when there is no such key. */
bool verp_make(const struct link_keys *keys, uint16_t key, const char *canonical,
               char ret[VERP_BYTES], struct err *err);

/* Whether text is that, in capitals or not. Safe from any thread. */
bool verp_fits(const struct link_keys *keys, const char *text, const char *canonical);

#endif
