/*
 * event_pack.h - events made small: zstd with a dictionary of what they all have in
 * common; for event_seal.c.
 *
 * The dictionary's number stands in each frame's header. The program has every dictionary
 * that was ever shipped (schemas/events/dict-NUMBER.zstd); the last one is for writing.
 */
#ifndef CONSENT_CRYPTO_EVENT_PACK_H
#define CONSENT_CRYPTO_EVENT_PACK_H

#include "base/buf.h"

struct event_pack;

struct event_pack *event_pack_open(void); /* NULL: the library will not */
void event_pack_close(struct event_pack *p);

/* *ret is borrowed until the next call. */
bool event_pack(struct event_pack *p, const void *data, size_t len, const void **ret,
                size_t *ret_len);

/* Appends to out. False: it is no such frame, or larger than out may be. */
bool event_unpack(struct event_pack *p, const void *packed, size_t len, struct buf *out);

#endif
