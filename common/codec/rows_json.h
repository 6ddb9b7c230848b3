/*
 * rows_json.h - a table that somebody wrote as JSON: where its rows are, and their
 * cells.
 *
 * Taken: an array of objects, wherever it stands ({"items": [...], "paging": {...}}), an
 * object of objects by number ({"1": {...}, "2": {...}}), an array of texts, one object
 * alone, and several of these behind each other (pages, NDJSON). Objects within a row
 * give columns with a dot in their name ("properties.email"); an array within a row is
 * one text, its elements separated by commas, and an array of objects a column for each
 * of their members as well ("lists[].status").
 *
 * The rows are where the contacts are; the caller says which members name one. Contacts
 * in several places are an error, because nobody can know what each of them means. The
 * text is read again for every pass, so that memory is that of one document.
 */
#ifndef CONSENT_CODEC_ROWS_JSON_H
#define CONSENT_CODEC_ROWS_JSON_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define ROWS_JSON_CELLS 512

/* A text as it is; a number in digits; true, false; null is "". s NULL: the row has no
 * such member. */
struct json_cell {
    const char *s;
    size_t len;
};

/* Does a member of this name, with this text, name a contact? The name is "" for a text
 * that is an element of an array; the text is "" for a number. */
typedef bool rows_json_contact(void *arg, const char *name, const char *text, size_t len);

/* number: of the row, from 1. cells: by column; NULL for an element that is no object.
 * They are the reader's, until the function returns. */
typedef bool rows_json_each(void *arg, int64_t number, const struct json_cell *cells,
                            struct err *err);

struct rows_json;

/* The text must stay until the end. ERR_INPUT with NOT_JSON and the line of the first
 * fault, NO_ROWS, ROWS_UNSURE (contacts in several places), or TOO_MANY_FIELDS. Nothing
 * is given unless the whole can be read. */
bool rows_json_open(const char *text, size_t len, rows_json_contact *is_contact,
                    void *arg, struct rows_json **ret, struct err *err);
void rows_json_close(struct rows_json *r); /* NULL is fine */

/* Columns: every member that a row has, in the order of their first appearance. */
size_t rows_json_columns(const struct rows_json *r);
const char *rows_json_column(const struct rows_json *r, size_t i);

/* Where the rows are ("items[]"), and how many texts with an '@' are elsewhere. */
const char *rows_json_place(const struct rows_json *r);
int64_t rows_json_outside(const struct rows_json *r);

/* Names of what the owners of lists of rows say beside them, where these are themselves
 * elements of an array. NULL: no more. */
const char *rows_json_beside(const struct rows_json *r, size_t i);

bool rows_json_walk(struct rows_json *r, rows_json_each *each, void *arg,
                    struct err *err);

#endif
