/*
 * quarantine_json.h - what waits for a person, as consentctl and the look-up show it.
 *
 *   {"id":17,"state":"waiting","source":"leadmart","reason":"FUTURE_DATED",
 *    "pointer":"/time","event_id":"LM-7","ledger_id":0,"known":...,"topic":...,
 *    "partition":0,"offset":4,"state_at":null,"state_by":null,"note":null}
 *
 * and, when it is asked for as a whole, its bytes as a text "raw", or as "raw_hex" when
 * they are more than printable ASCII, and "headers".
 */
#ifndef CONSENT_CODEC_QUARANTINE_JSON_H
#define CONSENT_CODEC_QUARANTINE_JSON_H

#include "base/buf.h"
#include "core/event/quarantine.h"

/* Appends to out; false when it is full. became: NULL, not looked for. */
bool quarantine_to_json(const struct quarantined *q, bool whole,
                        const struct quarantine_became *became, struct buf *out);

#endif
