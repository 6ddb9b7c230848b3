/*
 * cursor.h - how far a list has been read.
 *
 * A list's versions rise in the order of commits within a shard (one fenced writer each,
 * store/lists/lease.h) and only there, so a place on the list is 16 versions, one a
 * shard. To a recipient it is opaque text: 16 numbers with dots between them, safe in a
 * URL.
 */
#ifndef CONSENT_CORE_CURSOR_H
#define CONSENT_CORE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A version is an epoch and a number: a restore of the database to an earlier time begins
 * a new epoch (consentctl restored), so that versions rise although the numbers go back.
 * As one integer it is exact where numbers are doubles, for 8,192 epochs. */
#define LIST_EPOCH_BITS 40
static inline int64_t list_epoch(int64_t version)
{
    return version >> LIST_EPOCH_BITS;
}

#define CURSOR_SHARDS     16
#define CURSOR_TEXT_BYTES (CURSOR_SHARDS * 20) /* with the NUL */

struct cursor {
    int64_t version[CURSOR_SHARDS]; /* the highest that was read, 0: nothing */
};

/* Exactly what cursor_format writes, and nothing else. ret is touched on success only. */
bool cursor_parse(const char *text, size_t len, struct cursor *ret);
void cursor_format(const struct cursor *c, char ret[CURSOR_TEXT_BYTES]);

/* Is everything up to b within a? A cursor covers itself. */
bool cursor_covers(const struct cursor *a, const struct cursor *b);
bool cursor_equal(const struct cursor *a, const struct cursor *b);

#endif
