/*
 * rows_json.h - a table that somebody wrote as JSON: an array of flat objects.
 *
 * Taken: an array, an object that holds one ({"items": [...], "paging": {...}}), and
 * objects one a line. A member that is an object or an array itself is an empty text.
 */
#ifndef CONSENT_CODEC_ROWS_JSON_H
#define CONSENT_CODEC_ROWS_JSON_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define ROWS_JSON_CELLS 32

/* A text as it is; a number in digits; true, false; null is "". */
struct json_cell {
    const char *name;
    const char *text;
    size_t len;
};

/* number: of the object, from 1. cells is NULL for an element that is no object. */
typedef bool rows_json_each(void *arg, int64_t number, const struct json_cell *cells,
                            size_t n, struct err *err);

/* ERR_INPUT with NOT_JSON and the line of the first fault, NO_ROWS when there is no array
 * of rows; or what each said. Nothing is given unless the whole can be read. */
bool rows_from_json(const char *text, size_t len, rows_json_each *each, void *arg,
                    struct err *err);

#endif
