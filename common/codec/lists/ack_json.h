/*
 * ack_json.h - a recipient's word on what it has of a list.
 *
 *   {"version":"<cursor>","digest":"<64 hex>","entries":1234,
 *    "applied_at"?:"...","buckets"?:["<64 hex>", ... 16 of them]}
 */
#ifndef CONSENT_CODEC_ACK_JSON_H
#define CONSENT_CODEC_ACK_JSON_H

#include "core/lists/cursor.h"
#include "core/event/event.h"

#define ACK_JSON_BUCKETS      16
#define ACK_JSON_DIGEST_BYTES 32

struct ack_text {
    struct cursor cursor;
    uint8_t digest[ACK_JSON_DIGEST_BYTES];
    int64_t entries;
    int64_t applied_us; /* WHEN_ALWAYS: not said */
    bool has_buckets;
    uint8_t buckets[ACK_JSON_BUCKETS][ACK_JSON_DIGEST_BYTES];
};

/* False: *fault has the reason (as in lookup_json.h) and the pointer. */
bool ack_from_json(const char *body, size_t len, struct ack_text *ret,
                   struct fault *fault);

#endif
