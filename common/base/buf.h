/*
 * buf.h - a growable run of bytes with an obligatory limit.
 *
 * The bytes are always followed by a NUL that does not count, so that text can be used as
 * a string. A write past the limit changes nothing, returns false and marks the buffer as
 * overrun: check once at the end.
 */
#ifndef CONSENT_BASE_BUF_H
#define CONSENT_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len;
    size_t cap;
    size_t limit_bytes;
    bool overrun;
};

void buf_init(struct buf *b, size_t limit_bytes);
void buf_done(struct buf *b);
void buf_reset(struct buf *b); /* empty, keeps its memory, clears overrun */

bool buf_add(struct buf *b, const void *data, size_t len);
/* len bytes more, for the caller to fill in at data + the former len. */
bool buf_room(struct buf *b, size_t len);
bool buf_add_str(struct buf *b, const char *s);
bool buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
