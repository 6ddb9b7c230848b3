/*
 * receipt_json.h - the value of a record on receipts.<source>: what became of an event.
 *
 *   {"event_id":"AH-2026-001002","outcome":"quarantined","reason":"FUTURE_DATED",
 *    "pointer":"/time","ledger_id":65537,"known_at":"2026-04-21T07:00:00Z"}
 */
#ifndef CONSENT_CODEC_RECEIPT_JSON_H
#define CONSENT_CODEC_RECEIPT_JSON_H

#include "base/buf.h"
#include "core/vocab.h"

struct receipt_text {
    const char *event_id;
    enum outcome outcome;
    const char *reason;  /* "": none */
    const char *pointer; /* "": left out */
    int64_t ledger_id;   /* 0: left out */
    int64_t known_us;
};

/* Appends to out; false when it is full. */
bool receipt_to_json(const struct receipt_text *receipt, struct buf *out);

#endif
