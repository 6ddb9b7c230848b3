/* rows_json_parts.h - a JSON text being walked for its rows; for its two files. */
#ifndef CONSENT_CODEC_ROWS_JSON_PARTS_H
#define CONSENT_CODEC_ROWS_JSON_PARTS_H

#include "codec/rows_json.h"

#include "base/buf.h"

#include <jansson.h>

#define PLACE_BYTES 256
#define PLACES      32
#define DEPTH       12
#define SEVERAL     16   /* contacts of one row */
#define BESIDE      64   /* names of what stands beside lists of rows */
#define LISTED      1000 /* elements of an array in a row */

/* Where rows may be: an array, or an object by itself. */
struct place {
    char path[PLACE_BYTES];
    int64_t rows;
    size_t n, cap;
    char **names;
};

struct rows_json {
    const char *text;
    size_t len;
    rows_json_contact *is_contact;
    void *asked;
    size_t n_places;
    struct place places[PLACES];
    struct place *rows; /* the one chosen; NULL: still looking */
    int64_t outside;    /* texts with an '@' that are in no row */
    bool too_many;
    size_t n_beside;
    char beside[BESIDE][PLACE_BYTES];

    /* a row, and whom it is given to */
    struct json_cell cells[ROWS_JSON_CELLS];
    size_t offset[ROWS_JSON_CELLS]; /* of a text in texts */
    bool in_texts[ROWS_JSON_CELLS];
    struct buf texts;
    rows_json_each *each;
    void *arg;
    int64_t number;
};

/* {"1": {...}, "2": {...}} */
bool rows_json_numbered(json_t *o);

/* Does it name a contact? Adds its names to the place, when one is given. */
bool rows_json_look(struct rows_json *r, json_t *row, struct place *place);

/* Gives it to r->each. */
bool rows_json_give(struct rows_json *r, json_t *row, struct err *err);

#endif
