/*
 * link_token.h - what stands behind /u/ in the link of a message: who may be opted out by
 * it, or whose consent it confirms.
 *
 *   base64url, without padding, of
 *     0x01  key number(2, big end first)  nonce(12)  encrypted text(n)  tag(16)
 *
 * AES-256-GCM under the key of a mailing system, with the first three bytes as additional
 * authenticated data, so that a token names nobody and cannot be made or changed by who
 * lacks the key. The text is UTF-8, fields in this order with a line feed between them;
 * fields at the end may be left out, and more than these are passed over:
 *
 *   1 "o" opt out, "c" confirm     5 purposes, commas between; "": *promotional
 *   2 issued, seconds since 1970   6 channels, commas between; "": email
 *   3 e-mail address or +number    7 campaign or message, as its sender calls it
 *   4 controller
 *   and of a confirmation:
 *   8 language    9 policy   10 its version   11 the words agreed to
 *   12 SHA-256 of the form as it was captured, 64 hexadecimal digits
 *
 * Mailing systems make tokens themselves: services/gateway/UNSUBSCRIBE.md is written for
 * them.
 */
#ifndef CONSENT_CRYPTO_LINK_TOKEN_H
#define CONSENT_CRYPTO_LINK_TOKEN_H

#include "base/err.h"
#include "crypto/digest.h"

#include <stddef.h>
#include <stdint.h>

#define LINK_TOKEN_BYTES    1024 /* with its NUL */
#define LINK_TEXT_MAX_BYTES 736  /* so much fits */
#define LINK_NONCE_BYTES    12
#define LINK_KEY_BYTES      32
#define LINK_SYSTEM_BYTES   64

enum link_kind { LINK_OPTOUT = 'o', LINK_CONFIRM = 'c' };

struct link {
    enum link_kind kind;
    uint16_t key;
    int64_t issued_us;
    uint8_t digest[DIGEST_BYTES]; /* SHA-256 of the token's bytes before base64url */
    char address[320];
    char controller[64];
    char purposes[256];
    char channels[64];
    char message[256];
    char language[36];
    char policy[64];
    char version[64];
    char statement[512];
    char form[2 * DIGEST_BYTES + 1];
};

struct link_keys;

/* Reads every key of a directory: a file for each, named NUMBER-SYSTEM (1-mta-eu1), of 32
 * raw bytes or 64 hexadecimal digits, not readable by others. Numbers are 1 to 65535 and
 * never used twice. A file of another name is passed over. ERR_CONFIG with LINK_KEYS, or
 * what is wrong with a key's file. */
bool link_keys_open(const char *directory, struct link_keys **ret, struct err *err);
void link_keys_close(struct link_keys *keys); /* NULL is fine; the last wipes them */

/* Once more the same, to be closed once more. From any thread. */
struct link_keys *link_keys_share(struct link_keys *keys);

/* The number of the system's newest key, the one with the highest number; 0: none. system
 * NULL: the highest of all. */
uint16_t link_keys_newest(const struct link_keys *keys, const char *system);
/* "" when there is no such key. */
const char *link_keys_system(const struct link_keys *keys, uint16_t number);

/* Makes the token under link->key; digest is set. nonce NULL: a random one. ERR_INPUT
 * with LINK_FIELD (a field that is missing, or has a control character) or LINK_TOO_LONG;
 * ERR_CONFIG with LINK_KEYS when there is no such key. */
bool link_token_make(const struct link_keys *keys, struct link *link,
                     const uint8_t nonce[LINK_NONCE_BYTES], char ret[LINK_TOKEN_BYTES],
                     struct err *err);

/* For whatever is wrong with a token one answer, ERR_INPUT with LINK_BAD. Safe from any
 * thread. ret is touched on success only. */
bool link_token_read(const struct link_keys *keys, const char *token, struct link *ret,
                     struct err *err);

/* The same for what has become of a token on its way (link_find.c): wrapped, encoded once
 * too often, with punctuation or a tracker's words at its end, its hyphens made pretty.
 * Every reading that comes to mind is tried, and the seal says which is right, so that no
 * reading can be somebody else's. Of more than one token the first counts. */
bool link_token_find(const struct link_keys *keys, const char *text, struct link *ret,
                     struct err *err);

#endif
