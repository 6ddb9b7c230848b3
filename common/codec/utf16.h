/*
 * utf16.h - UTF-16 as UTF-8, in pieces of any size: what a spreadsheet calls "Unicode
 * text". Half a character, as at the end of a file that was cut, stays visible as U+FFFD.
 */
#ifndef CONSENT_CODEC_UTF16_H
#define CONSENT_CODEC_UTF16_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct utf16 {
    bool big; /* the high byte comes first */
    bool odd; /* a byte waits for its other half */
    uint8_t byte;
    uint16_t high; /* a high surrogate that waits for a low one; 0: none */
};

void utf16_begin(struct utf16 *u, bool big);
/* Adds what is complete. */
void utf16_feed(struct utf16 *u, const void *data, size_t len, struct buf *out);
/* No more comes: what waits is half a character. */
void utf16_end(struct utf16 *u, struct buf *out);

#endif
