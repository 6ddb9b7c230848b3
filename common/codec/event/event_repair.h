/*
 * event_repair.h - any bytes into JSON that says what they still say.
 *
 * For broken denials only (see event_json.h). What cannot be meant is dropped, what is
 * open at the end is closed, a text that was cut off is null (half an address is somebody
 * else's), a byte that is no UTF-8 and the character NUL become U+FFFD, which the decoder
 * takes in no name and no identifier.
 */
#ifndef CONSENT_CODEC_EVENT_REPAIR_H
#define CONSENT_CODEC_EVENT_REPAIR_H

#include "base/buf.h"

#include <stdint.h>

/* Members standing twice in one object: the last one is read, so say which. */
enum repair_twice {
    MEND_TWICE_SCOPE = 1,       /* scope, purpose, channels, data, or a name in escapes */
    MEND_TWICE_CONTROLLERS = 2, /* controllers, website, data, or a name in escapes     */
};

/* Appends one JSON value to out (whose limit must be 8 * len + 64 or more); it is no
 * deeper than depth. *ret_twice: bits of enum repair_twice. */
void event_repair(const char *in, size_t len, int depth, struct buf *out,
                  uint32_t *ret_twice);

#endif
