/*
 * decision_json.h - a decision as the look-up and consentctl show it.
 *
 *   {"verdict":"DENY","reason":"OPTOUT","rule":"P9","obligations":[],
 *    "evidence":[{"ledger_id":65537,"event_id":"0005","source":"urn:consent:src:..."}],
 *    "valid_until":null}
 *
 * and, when explained, a last member:
 *
 *    "trace":[{"rule":"P1","source":"...","decided":false,"reason":"","evidence":[]},
 * ...]
 *
 * The rules know events by their number in the ledger only; the names come from the
 * caller, who has the ledger. One that is not among them is shown by its number alone.
 */
#ifndef CONSENT_CODEC_DECISION_JSON_H
#define CONSENT_CODEC_DECISION_JSON_H

#include "base/buf.h"
#include "core/decision/decide.h"

struct evidence_name {
    int64_t ledger_id;
    const char *event_id;
    const char *source; /* URN */
};

/* Appends to out; trace may be NULL (not explained). False when out is full. */
bool decision_to_json(const struct decision *decision, const struct trace *trace,
                      const struct evidence_name *names, size_t n_names, struct buf *out);

#endif
