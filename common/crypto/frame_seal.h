/*
 * frame_seal.h - a file in pieces, each compressed and sealed, under a key of that file.
 *
 *   K     = HMAC-SHA-256(seal key of version v, "frame" || salt)
 *   piece = AES-256-GCM(K, nonce = number of the piece, zstd(bytes)) || tag(16)
 *
 * The salt is random, 16 bytes, and stands in the file. Additional authenticated data is
 * the caller's, who puts into it what a piece must not be parted from.
 */
#ifndef CONSENT_CRYPTO_FRAME_SEAL_H
#define CONSENT_CRYPTO_FRAME_SEAL_H

#include "base/buf.h"
#include "crypto/seal.h"

#define FRAME_SALT_BYTES 16
#define FRAME_TEXT_BYTES ((size_t)64 << 20) /* of one piece, at most */

struct frame_sealer;

/* For a new file: salt and *ret_version are filled in. ERR_FATAL with SEAL_FAILED. */
struct frame_sealer *frame_sealer_new(struct seal *seal, uint8_t salt[FRAME_SALT_BYTES],
                                      uint8_t *ret_version, struct err *err);

/* For a file that is there. ERR_CONFIG with SEAL_KEY_UNKNOWN: its key was not given. */
struct frame_sealer *frame_sealer_open(struct seal *seal,
                                       const uint8_t salt[FRAME_SALT_BYTES],
                                       uint8_t version, struct err *err);
void frame_sealer_close(struct frame_sealer *f); /* NULL is fine; wipes the key */

/* What a piece of so many bytes may become at most. */
size_t frame_sealed_most(size_t len);

/* Appends to out; no two pieces of a file have one number. ERR_FATAL with SEAL_FAILED. */
bool frame_seal(struct frame_sealer *f, uint64_t number, const void *aad, size_t aad_len,
                const void *text, size_t len, struct buf *out, struct err *err);

/* Appends to out. ERR_INPUT with SEAL_BROKEN. */
bool frame_unseal(struct frame_sealer *f, uint64_t number, const void *aad,
                  size_t aad_len, const void *sealed, size_t len, struct buf *out,
                  struct err *err);

#endif
