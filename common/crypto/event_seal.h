/*
 * event_seal.h - an event's bytes at rest, each event under a key of its own, and the
 * commitment that says what they were.
 *
 *   K      = HMAC-SHA-256(seal key of version v, "event" || salt)
 *   sealed = v || AES-256-GCM(K, zstd(bytes)) || tag(16)
 *
 * The salt is random, 16 bytes, one an event, and stands in a table of its own: whoever
 * deletes it has forgotten the event, in every copy of what was sealed. Additional
 * authenticated data is part, version, source, partition and offset, so that no blob can
 * stand for another. K is used for one value of each part and never again, so the nonce
 * is the part's letter and eleven zeros.
 *
 * The commitment (schemas/proof/EVENTS.md has its layout) shows later that an event is
 * the one that was taken in, to whoever has it and its salt, and nothing without the
 * salt.
 */
#ifndef CONSENT_CRYPTO_EVENT_SEAL_H
#define CONSENT_CRYPTO_EVENT_SEAL_H

#include "base/buf.h"
#include "crypto/seal.h"

#define EVENT_SALT_BYTES       16
#define EVENT_COMMITMENT_BYTES 32

struct event_sealer;

/* Where a record is from: its blobs open nowhere else. */
struct event_place {
    int32_t source; /* register number; 0: none */
    int32_t partition;
    int64_t offset;
};

enum event_part {
    EVENT_PART_RAW = 'r',     /* the record's value      */
    EVENT_PART_HEADERS = 'h', /* codec/event/header_bytes */
};

/* seal is borrowed for the sealer's life. NULL on failure: ERR_FATAL with SEAL_FAILED.
 * One handle, one thread at a time. */
struct event_sealer *event_sealer_open(struct seal *seal, struct err *err);
void event_sealer_close(struct event_sealer *s); /* NULL is fine; wipes what it held */

bool event_salt_make(struct event_sealer *s, uint8_t ret[EVENT_SALT_BYTES],
                     struct err *err);

/* Appends the sealed bytes to out. ERR_FATAL with SEAL_FAILED. */
bool event_seal(struct event_sealer *s, const struct event_place *place,
                const uint8_t salt[EVENT_SALT_BYTES], enum event_part part,
                const void *data, size_t len, struct buf *out, struct err *err);

/* Appends the bytes to out. ERR_CONFIG with SEAL_KEY_UNKNOWN when the key's version was
 * not given; for everything else that does not fit one answer, ERR_INPUT with
 * SEAL_BROKEN. */
bool event_unseal(struct event_sealer *s, const struct event_place *place,
                  const uint8_t salt[EVENT_SALT_BYTES], enum event_part part,
                  const void *sealed, size_t len, struct buf *out, struct err *err);

/* raw NULL: the record had no value. headers: as codec/event/header_bytes writes them. */
bool event_commit(const uint8_t salt[EVENT_SALT_BYTES], const void *raw, size_t raw_len,
                  const void *headers, size_t headers_len,
                  uint8_t ret[EVENT_COMMITMENT_BYTES], struct err *err);

#endif
