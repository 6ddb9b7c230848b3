/*
 * event_mode.h - how a record carries its event, or its events.
 *
 * CloudEvents over Kafka: structured mode (the value is the event), binary mode (ce_
 * headers, the value is its data), and a batch (an array of events, or one a line). The
 * content-type decides where it speaks of CloudEvents, else the headers do. A
 * content-type is read by one rule wherever it stands: letters of any case, blanks around
 * it, parameters ignored.
 */
#ifndef CONSENT_CODEC_EVENT_MODE_H
#define CONSENT_CODEC_EVENT_MODE_H

#include "event_json.h"

enum event_mode {
    EVENT_MODE_STRUCTURED,
    EVENT_MODE_BINARY,
    EVENT_MODE_BATCH,
    EVENT_MODE_OTHER, /* CloudEvents in another format than JSON */
};

enum event_mode event_mode_of(const struct event_input *in);

/* Is it an attribute of binary mode: ce_ in any case, or ce-, as it is over HTTP? Beside
 * one with ce_ those with ce- are other people's (event_other_binding). */
bool event_is_attribute(const struct record_header *h);
/* Are all that may be attributes written as over HTTP? */
bool event_other_binding(const struct record_header *headers, size_t n);
bool event_is_content_type(const struct record_header *h);

/* The content-type among the headers; NULL: none, or without a value. */
const struct record_header *event_content_type(const struct event_input *in);

/* Does the content-type say JSON: a subtype json, or one that ends with +json? */
bool event_type_is_json(const char *type, size_t len);

#endif
