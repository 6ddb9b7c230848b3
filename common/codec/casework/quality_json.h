/*
 * quality_json.h - what a source's events were worth, as consentctl report quality and
 * the look-up show it.
 *
 *   {"source":"leadmart","events":9,"accepted":7,"duplicates":1,"quarantined":1,...,
 *    "contacts":6,"contacts_complained":1,"quarantined_as":{"FUTURE_DATED":1}}
 */
#ifndef CONSENT_CODEC_QUALITY_JSON_H
#define CONSENT_CODEC_QUALITY_JSON_H

#include "base/buf.h"
#include "core/casework/quality.h"

/* Appends the figures of one source; false when out is full. */
bool quality_to_json(const struct quality *q, int32_t source, const char *name,
                     struct buf *out);

#endif
