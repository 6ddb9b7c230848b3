/*
 * line_json.h - one line of NDJSON that names a contact, and the same line with an answer
 * in it.
 */
#ifndef CONSENT_CODEC_LINE_JSON_H
#define CONSENT_CODEC_LINE_JSON_H

#include "base/buf.h"

#include <stddef.h>

#define LINE_TEXT_BYTES 1100 /* longer than any contact that is looked at */

struct line_contact {
    char text[LINE_TEXT_BYTES];
    char country[8]; /* the member "country", "" when there is none */
};

/* A code for what is wrong, NULL when nothing is: BAD_JSON, NO_MEMBER, TWO_MEMBERS,
 * BAD_TYPE, TOO_LONG. The contact is the text in the object's member of that name, in any
 * letter case; two such members that differ ("email", "Email") are a fault. */
const char *line_read(const char *line, size_t len, const char *member,
                      struct line_contact *ret);

/* The object with one member more, "scrub", whose value is the JSON text given; a member
 * of that name that it has already is replaced. */
void line_put(struct buf *out, const char *line, size_t len, const char *value);

/* For a line that is none: {"scrub":value,"line":text}; bytes that are not UTF-8 make it
 * "line_hex" instead. Nothing of the line is lost. */
void line_put_bad(struct buf *out, const char *line, size_t len, const char *value);

#endif
