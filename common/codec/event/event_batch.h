/*
 * event_batch.h - the events of a batch, one by one: of an array
 * (application/cloudevents-batch+json), or of objects behind each other, as log shippers
 * write them, one a line.
 *
 * Each is the bytes of one element, for event_from_json in structured mode: what is wrong
 * with one is no fault of another. What is wrong with the array itself (no element, junk
 * behind it, its end missing), or more than EVENT_BATCH_MAX elements, is said once, at
 * the end, of the whole record. Anything else, or more bytes than `most`, is one element.
 */
#ifndef CONSENT_CODEC_EVENT_BATCH_H
#define CONSENT_CODEC_EVENT_BATCH_H

#include "event_json.h"

/* More than a record of EVENT_SALVAGE_BYTES can hold of events that are any. */
#define EVENT_BATCH_MAX 8000

struct event_batch {
    const char *start, *end; /* of the record's value */
    const char *p;
    size_t n;
    enum event_fault fault; /* of the array, told when its elements are through */
    bool open;              /* within the array */
    bool lines;             /* objects, without an array around them */
    bool one;               /* the record is one element, yet to be given */
};

/* Borrows the value for as long as the elements are asked for. */
void event_batch_open(struct event_batch *b, const char *value, size_t len, size_t most);

/* The next element's bytes into ret, which has no headers. *ret_fault: not NONE, then
 * ret is the whole record, whose array has this fault. False: that was all. */
bool event_batch_next(struct event_batch *b, struct event_input *ret,
                      enum event_fault *ret_fault);

#endif
