/*
 * rights_json.h - a person's request as consentctl and the look-up show it.
 *
 *   "request":"R-7","source":"privacy-mailbox","state":"open","kinds":["erase"],
 *   "due":"2026-05-04","days_left":12,...
 */
#ifndef CONSENT_CODEC_RIGHTS_JSON_H
#define CONSENT_CODEC_RIGHTS_JSON_H

#include "base/buf.h"
#include "core/casework/rights.h"

/* The members, without braces around them; false when out is full. source: its id. */
bool rights_to_json(const struct rights_request *r, const char *id, const char *source,
                    int64_t now_us, struct buf *out);

/* One event about it, as an object; id: its own, source: the id of whose feed it came on.
 */
bool rights_event_to_json(const struct rights_event *e, const char *id,
                          const char *source, struct buf *out);

/* What a person wrote, as one object; null when there is nothing. */
bool rights_letter_to_json(const char *subject, const char *words, const char *reply_to,
                           struct buf *out);

#endif
