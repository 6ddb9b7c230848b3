/*
 * event_load.h - the bytes that a sender calls JSON, as JSON.
 *
 * A CloudEvents library writes what its language thinks fit: a byte order mark, numbers
 * beyond 64 bits, half of a surrogate pair, the escape \u0000. RFC 8259 allows all of it.
 * jansson does not, and no member that we read needs it: such a number is loaded as a
 * fraction, which no member of ours may be, and such a character as U+FFFD and its four
 * digits, which no name and no identifier may hold. So they fault where they matter and
 * nowhere else.
 */
#ifndef CONSENT_CODEC_EVENT_LOAD_H
#define CONSENT_CODEC_EVENT_LOAD_H

#include "base/buf.h"
#include "event_json.h"

#include <jansson.h>

#define EVENT_BOM      "\xef\xbb\xbf"
#define EVENT_NUL_MARK "\xef\xbf\xbd" /* U+FFFD */ "0000" /* what \u0000 is loaded as */

/* One JSON value of any kind; no member twice, no raw NUL anywhere. NULL: *ret says why.
 */
json_t *event_load(const char *s, size_t len, enum event_fault *ret);

/* The data of an event in the ledger, by its bytes: an object, and the caller's to let
 * go; NULL when there is none to be read. binary: the bytes are the data itself. */
json_t *event_load_data(const char *raw, size_t len, bool binary);

/* UTF-16, told by its mark or by the NUL beside the first character: appended to out as
 * UTF-8. False: it is none. */
bool event_from_utf16(const char *s, size_t len, struct buf *out);

/* Base64 (RFC 4648, with its padding) appended to out. False: it is none; what could be
 * read stands in out. */
bool event_from_base64(const char *s, size_t len, struct buf *out);

#endif
