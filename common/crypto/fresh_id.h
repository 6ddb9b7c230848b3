/* fresh_id.h - an id that no other event has, for what a person says at a desk or by
 * consentctl. What a program may say twice gets one made of its content: content_name.h.
 */
#ifndef CONSENT_CRYPTO_FRESH_ID_H
#define CONSENT_CRYPTO_FRESH_ID_H

#define FRESH_ID_BYTES 48

/* The prefix, "desk-" or "ctl-", and a random UUID. */
void fresh_id(const char *prefix, char ret[FRESH_ID_BYTES]);

#endif
