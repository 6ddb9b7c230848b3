/*
 * provenance_json.h - a contact's provenance as consentctl trace and the look-up show it.
 *
 *   {"contact":{"kind":"email","key":"0123..."},
 *    "events":[{"ledger_id":65537,"event_id":"0005","source":...,"facts":[...],
 *               "effect":[...],"data":{...}}],
 *    "answers":[{"controller":...,"purpose":...,"channel":...,"decision":{...}}]}
 */
#ifndef CONSENT_CODEC_PROVENANCE_JSON_H
#define CONSENT_CODEC_PROVENANCE_JSON_H

#include "base/buf.h"
#include "core/people/provenance.h"

/* Beside an event, where proofs are asked for. */
struct provenance_proof {
    const char *state; /* "proved", "not_yet", "altered" */
    char *text;        /* of the proved: a JSON object */
};

/* What the reader may see; what it may not is empty or null, in the same shape. */
struct provenance_view {
    int32_t source; /* events of this source only; 0: all */
    bool effects;   /* what events did to the answer, and the answers of today */
    bool data;      /* what the events' data say */
    const struct provenance_proof *proofs; /* one an event; NULL: without */
};

/* All of it, events in the order in which they became known. False when out is full. */
bool provenance_to_json(const struct provenance *p, const struct provenance_view *view,
                        struct buf *out);

/* The same in pieces, for as many events as there may be: what is in out between two
 * calls may be taken away. proof: NULL without; first: none has been written yet. */
void provenance_begin_json(const struct provenance *p, struct buf *out);
void provenance_event_json(const struct provenance *p, const struct provenance_view *view,
                           const struct trace_event *e,
                           const struct provenance_proof *proof, bool first,
                           struct buf *out);
bool provenance_end_json(const struct provenance *p, const struct provenance_view *view,
                         struct buf *out);

#endif
