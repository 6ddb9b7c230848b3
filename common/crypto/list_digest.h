/*
 * list_digest.h - a list in 64 hex digits, so that two sides can tell whether they have
 * the same one.
 *
 * The XOR of SHA-256(token as printed) of all tokens that are on the list (suppressed on
 * a deny list, permitted on a permit list), beside their number. The order does not
 * matter, and a token that leaves is taken out as it was put in, so it can be kept while
 * deltas come. It is kept in 16 buckets, by the first hex digit of SHA-256(token): where
 * two sides differ, the buckets narrow it down.
 *
 * XOR finds accidents, not forgers: whoever holds the list can make another with the same
 * digest. The recipient is the one that would be fooled.
 */
#ifndef CONSENT_CRYPTO_LIST_DIGEST_H
#define CONSENT_CRYPTO_LIST_DIGEST_H

#include "crypto/digest.h"

#define LIST_DIGEST_CHARS      (2 * DIGEST_BYTES)
#define LIST_DIGEST_TEXT_BYTES (LIST_DIGEST_CHARS + 1)
#define LIST_DIGEST_BUCKETS    16

struct evp_md_ctx_st;

struct list_digest {
    int64_t entries;
    uint8_t bucket[LIST_DIGEST_BUCKETS][DIGEST_BYTES];
    struct evp_md_ctx_st *hasher; /* NULL until used */
};

/* An empty list. To copy one, copy entries and bucket. */
void list_digest_init(struct list_digest *d);
void list_digest_done(struct list_digest *d);

/* Puts a token on the list, or takes it off. ERR_FATAL with DIGEST_FAILED. */
bool list_digest_add(struct list_digest *d, const char *token, size_t len,
                     struct err *err);
bool list_digest_remove(struct list_digest *d, const char *token, size_t len,
                        struct err *err);

/* Of the whole list; lower case, NUL at the end. */
void list_digest_format(const struct list_digest *d, char ret[LIST_DIGEST_TEXT_BYTES]);

#endif
