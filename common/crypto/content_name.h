/*
 * content_name.h - an event's id that is made of what it says.
 *
 * A row of a file that somebody exported has no id. It gets one from its content and its
 * source, so that the same row counts once: in a copy of the file, in next month's, under
 * a newer date, from standard input. What belongs to the file and not to the row (its
 * digest, the line, the batch, the file's own date where the row says no time) is not in
 * it, and may differ between two events of one name: ingest makes the name again from the
 * event, and only where it is the same takes the second for a duplicate.
 *
 *   "import-" and the first 16 bytes in hex of SHA-256 over, each with a NUL behind:
 * source, type, contact, controllers, website, scope, via, whether a bounce is confirmed,
 * and the time in microseconds, or "-" when it is the file's
 */
#ifndef CONSENT_CRYPTO_CONTENT_NAME_H
#define CONSENT_CRYPTO_CONTENT_NAME_H

#include "base/err.h"
#include "core/event/event.h"

#define CONTENT_NAME_PREFIX "import-"
#define CONTENT_NAME_BYTES  (sizeof(CONTENT_NAME_PREFIX) + 32)

/* email: the event's address in its canonical form, "" when it has none. A number counts
 * by its digits and its country, a hash by its one form. own_time: the row said it.
 * ERR_FATAL with DIGEST_FAILED. */
bool content_name(const struct event *e, const char *email, bool own_time,
                  char ret[CONTENT_NAME_BYTES], struct err *err);

/* Is the event's id one of its own content, with its time or without? */
bool content_named(const struct event *e, const char *email, bool *ret, struct err *err);

#endif
