/*
 * header_bytes.h - Kafka headers in a fixed binary form, for what must be the same bytes
 * whoever writes them: the commitment to an event, and the ledger.
 *
 *   number of headers (4), then of each: length of its name (4), name, length of its
 * value (4; ffffffff: it has none), value
 *
 * Numbers are big-endian. Headers stand in the order of the record; only those that
 * headers_to_json tells of: attributes and content-type, and none of a record whose value
 * says everything (structured mode).
 */
#ifndef CONSENT_CODEC_HEADER_BYTES_H
#define CONSENT_CODEC_HEADER_BYTES_H

#include "base/buf.h"
#include "event_json.h"

/* out is emptied first, and stays empty when there are none. False: they are too large.
 */
bool headers_to_bytes(const struct event_input *event, struct buf *out);

/* All headers of the event, whatever its mode. */
bool headers_put_bytes(const struct event_input *event, struct buf *out);

/* The other way round, into the JSON of headers_to_json, appended. False: they are none.
 */
bool headers_bytes_to_json(const void *bytes, size_t len, struct buf *out);

#endif
