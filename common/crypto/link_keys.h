/* link_keys.h - the bytes of a key; for link_token.c. */
#ifndef CONSENT_CRYPTO_LINK_KEYS_H
#define CONSENT_CRYPTO_LINK_KEYS_H

#include "crypto/link_token.h"

/* LINK_KEY_BYTES of them; NULL: there is no such key. */
const uint8_t *link_key_find(const struct link_keys *keys, uint16_t number);

#endif
