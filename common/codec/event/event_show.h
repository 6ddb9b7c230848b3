/*
 * event_show.h - a stored event for whoever may see it: its data as it came, its
 * evidence.
 *
 * For provenance (trace): the bytes are those of the ledger, whole or not.
 */
#ifndef CONSENT_CODEC_EVENT_SHOW_H
#define CONSENT_CODEC_EVENT_SHOW_H

#include "base/buf.h"

/* Appends the event's data as JSON, without its "contact", or null when the bytes are no
 * JSON. binary: raw is the data itself. Formatting and order of members may differ from
 * the bytes. */
void event_show_data(const char *raw, size_t len, bool binary, struct buf *out);

/* Appends one line for each piece of provenance.evidence: "form_capture s3://... sha256
 * aaaaaaaa..."; nothing when there is none. Lines end with '\n' and begin with indent. */
void event_show_evidence(const char *raw, size_t len, bool binary, const char *indent,
                         struct buf *out);

#endif
