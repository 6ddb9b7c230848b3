/*
 * event_json.h - a record of a feed into a struct event: whole, or with a fault.
 *
 * CloudEvents 1.0 over Kafka in structured mode (the value is the event) and binary mode
 * (ce_ headers, the value is its data). What is accepted is what schemas/events
 * describes; tests/integration/test_schema_vs_decoder.py holds the two against each
 * other.
 *
 * One pass serves two masters. Each field is read by itself and the first fault found is
 * reported, so that after a fault *ret still holds everything readable: core/admit
 * applies a denial whose contact could be read, however broken the rest is. A part of a
 * scope that could not be read is left empty, which is its widest meaning. Bytes that are
 * not JSON at all are first repaired (event_repair.h) for that purpose only.
 */
#ifndef CONSENT_CODEC_EVENT_JSON_H
#define CONSENT_CODEC_EVENT_JSON_H

#include "base/record_header.h"
#include "core/event/event.h"

#define EVENT_RECORD_BYTES (64 * 1024) /* a record; binary mode: with its ce_ headers */
#define EVENT_SALVAGE_BYTES                                                              \
    (1024 * 1024)      /* of a larger one nothing is read             */
#define EVENT_DEPTH 16 /* arrays and objects within each other        */

/* Every reason this decoder can give; core/event/fault_codes.h has what each says. */
// clang-format off
#define EVENT_FAULTS(X)                                                                  \
    X(TOMBSTONE) X(EMPTY) X(TOO_LARGE) X(TOO_DEEP) X(CONTENT_TYPE) X(BAD_UTF8)           \
    X(NUL_CHARACTER) X(DUPLICATE_KEY) X(NOT_JSON) X(NOT_CLOUDEVENT) X(UNKNOWN_TYPE)      \
    X(MISSING) X(TYPE_MISMATCH) X(TOO_LONG) X(BAD_TEXT) X(BAD_VALUE) X(BAD_TIME)         \
    X(WILDCARD) X(CARD_NUMBER)
// clang-format on

enum event_fault {
    EVENT_FAULT_NONE = 0,
#define X(id) EVENT_FAULT_##id,
    EVENT_FAULTS(X)
#undef X
};

const char *event_fault_name(enum event_fault code); /* "TOO_LARGE" */

/* One record. Borrowed for the call; nothing of it is kept. */
struct event_input {
    const char *value;
    size_t value_len;
    bool has_value; /* false: a null value */
    const struct record_header *headers;
    size_t n_headers;
};

/* One event; the elements of a batch come from event_batch.h. True: *ret is the whole
 * event and *fault is empty. False: *fault says what is wrong,
 * *ret what could be read. A pointer is at most EVENT_POINTER_BYTES and never holds a
 * member name that is not of the schemas, for it could be somebody's address. */
bool event_from_json(const struct event_input *in, struct event *ret,
                     struct fault *fault);

#endif
