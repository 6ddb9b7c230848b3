/*
 * webhook_key.h - the signature of a webhook, as Standard Webhooks has it (1.0.0): the
 * receiver knows by it who sends, that nothing was changed, and when it was sent.
 */
#ifndef CONSENT_CRYPTO_WEBHOOK_KEY_H
#define CONSENT_CRYPTO_WEBHOOK_KEY_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* 24 to 64 bytes. */
struct webhook_key {
    uint8_t bytes[64];
    size_t len;
};

/* "whsec_" and Base64. ERR_CONFIG WEBHOOK_KEY: it is none. */
bool webhook_key_read(const char *text, struct webhook_key *ret, struct err *err);

#define WEBHOOK_SIGNATURE_BYTES 64

/* Of id, a dot, the time of sending in seconds, a dot and the body: "v1,<Base64>".
 * ERR_FATAL: the library will not. */
bool webhook_sign(const struct webhook_key *key, const char *id, int64_t sent_s,
                  const char *body, size_t len, char ret[WEBHOOK_SIGNATURE_BYTES],
                  struct err *err);

#endif
