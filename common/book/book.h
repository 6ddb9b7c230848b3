/*
 * book.h - one sheet of a workbook (XLSX, ECMA-376) as a table of text.
 *
 *   zip.c      the files in it
 *   xml.c      their elements
 *   book.c     which sheet
 *   strings.c  the texts that cells share
 *   styles.c   what a style makes of a number: a date, ...
 *   number.c   a number as the text that it stands for
 *   sheet.c    the cells
 *
 * Two things in a workbook are not what they seem, and both are told: rows and columns
 * that are hidden (they are given like the others), and cells of which the file does not
 * hold what they stand for: a formula that failed, a number of which digits are gone.
 *
 * Refused as a whole: cells that are merged, a formula whose value was never worked out,
 * rows on more than one sheet when nobody says which, whatever is damaged or too large.
 */
#ifndef CONSENT_BOOK_BOOK_H
#define CONSENT_BOOK_BOOK_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define BOOK_NAME_BYTES 128
#define BOOK_COLUMNS    1024
#define BOOK_ROWS       1048576
#define BOOK_PART_BYTES ((size_t)1 << 30)  /* of a file in it, unpacked */
#define BOOK_TEXT_BYTES ((size_t)1 << 30)  /* of the table */
#define BOOK_ROW_BYTES  ((size_t)16 << 20) /* of a row of it */

/* code, and a sentence for who has the workbook */
#define BOOK_FAULTS(X)                                                                   \
    X(FORMULA_ERROR, "the formula of this cell failed")                                  \
    X(ROUNDED_NUMBER,                                                                    \
      "digits of this number are gone (4.91E+11): take it, as text, from "               \
      "where it came from")                                                              \
    X(NUMBER_FORMAT, "this number is shown with other digits than it has, or is not "    \
                     "whole: write it as text")

/* A cell whose text is not what it stands for. */
struct book_fault {
    int64_t row; /* from 1 */
    size_t column;
    const char *code;
};

struct book {
    char sheet[BOOK_NAME_BYTES];
    struct buf table; /* CSV with commas: the n-th record is the n-th row */
    int64_t hidden_rows, hidden_columns; /* with something in them; as told */
    size_t n_faults;
    struct book_fault *faults; /* by row and column */
};

/* Does it look like a file of Office? */
bool book_is(const char *bytes, size_t len);

/* sheet: its name; NULL: the only one that has rows. ERR_INPUT with BAD_WORKBOOK,
 * BAD_ZIP, SEVERAL_SHEETS or EMPTY; ERR_CONFIG with NO_SHEET. */
bool book_open(const char *bytes, size_t len, const char *sheet, struct book **ret,
               struct err *err);
void book_close(struct book *b); /* NULL is fine */

const char *book_fault_text(const char *code); /* NULL: no code of a workbook's */

#endif
