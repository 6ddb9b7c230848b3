/* retention_json.h - a date of retention and what it was counted from. */
#ifndef CONSENT_CODEC_RETENTION_JSON_H
#define CONSENT_CODEC_RETENTION_JSON_H

#include "base/buf.h"
#include "core/casework/retention.h"

/* The members, without braces around them. anchors: those the result was found with. */
void retention_to_json(const struct retention_rule *rule, const char *controller,
                       const struct anchor *anchors, const struct retention_result *r,
                       struct buf *out);

#endif
