/*
 * receipts.h - what became of a source's events, a page at a time, for who asks over
 * HTTP:
 *
 *   {"source":"acme-hosting","receipts":[{...}],"after":"0.17-3.4","more":false}
 */
#ifndef CONSENT_INTAKE_RECEIPTS_H
#define CONSENT_INTAKE_RECEIPTS_H

#include "base/buf.h"
#include "store/event/feed_store.h"

/* The cursor: "partition.offset-partition.offset", nothing when nothing was read. What is
 * opaque to callers is plain to us. False: it is none. */
bool receipts_place(const char *text, struct feed_place *ret);

/* As text. False: there is no room. */
bool receipts_place_format(const struct feed_place *place, char *ret, size_t bytes);

/* Appends the page; place moves on to its end. limit: that the set was loaded with. */
void receipts_put(struct buf *out, const char *source, const struct feed_receipts *set,
                  int32_t limit, struct feed_place *place);

#endif
