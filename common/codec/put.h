/*
 * put.h - writing JSON straight into a buf, for the small objects that we say often.
 *
 * Text must be UTF-8; it is what the decoder let in or our own. Errors are the buf's:
 * check its overrun once at the end.
 */
#ifndef CONSENT_CODEC_PUT_H
#define CONSENT_CODEC_PUT_H

#include "base/buf.h"

#include <stdint.h>

/* "text", escaped. */
void put_text(struct buf *out, const char *text);

void put_int(struct buf *out, int64_t n);

/* "2026-03-02T10:15:30.123Z" as when_format has it; null for WHEN_ALWAYS and WHEN_NEVER.
 */
void put_time(struct buf *out, int64_t us);

/* The punctuation and name before a member: put_name(out, "list") after `{`, then
 * put_name(out, ",version") with its comma in the name. */
void put_name(struct buf *out, const char *name);

/* A whole member. put_member: null for NULL and "". */
void put_member(struct buf *out, const char *name, const char *text);
void put_member_int(struct buf *out, const char *name, int64_t n);
void put_member_time(struct buf *out, const char *name, int64_t us);
void put_member_bool(struct buf *out, const char *name, bool value);

#endif
