/*
 * record_json.h - a grant as a consent record of ISO/IEC TS 27560:2023, with the terms of
 * the Data Privacy Vocabulary, and as a Kantara consent receipt 1.1.
 *
 * Made from the event as it stands in the ledger, the register, and what the rules say
 * has become of the grant (core/people/record.h); schemas/records describe both. What the
 * register does not know is left empty, never invented.
 */
#ifndef CONSENT_CODEC_RECORD_JSON_H
#define CONSENT_CODEC_RECORD_JSON_H

#include "base/buf.h"
#include "core/people/record.h"

enum record_format { RECORD_27560 = 0, RECORD_KANTARA };

bool record_format_parse(const char *name, enum record_format *ret);
const char *record_format_name(enum record_format format); /* "27560", "kantara" */

/* The register in force, as {kind: {id: body}}. */
struct record_book;

/* NULL when the text is no such object. Free with record_book_done, which accepts NULL.
 */
struct record_book *record_book_make(const char *json, size_t len);
void record_book_done(struct record_book *book);

struct record_input {
    const struct record_book *book;
    const struct rulebook *rb;
    const char *source;   /* id of the source whose feed it came on */
    const char *event_id; /* with source: the record's id */
    int64_t occurred_us;
    const char *raw; /* of the ledger; NULL: redacted */
    size_t raw_len;
    bool binary;
    char principal[37]; /* the contact's key: a pseudonym */
    const struct record_state *states;
    size_t n_states; /* at least one */
};

/* Appends one object; false when out is full. */
bool record_to_json(enum record_format format, const struct record_input *in,
                    struct buf *out);

#endif
