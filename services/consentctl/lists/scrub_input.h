/* scrub_input.h - a mailing list's bytes: of a file, of standard input, or of a sheet of
 * a workbook, which is CSV then. */
#ifndef CONSENT_CTL_SCRUB_INPUT_H
#define CONSENT_CTL_SCRUB_INPUT_H

#include "base/buf.h"
#include "book/book.h"

struct scrub_input {
    int fd;
    int64_t bytes;     /* of the whole, for a progress bar; 0: nobody knows */
    struct buf head;   /* what was read already */
    struct book *book; /* NULL: it is none */
    size_t given;      /* of head, or of the book's table */
};

/* path: "-" for standard input. sheet: of a workbook, NULL: the only one that has rows.
 * ERR_CONFIG NO_FILE, NO_SHEET; ERR_INPUT as book_open has it. */
bool scrub_input_open(struct scrub_input *in, const char *path, const char *sheet,
                      struct err *err);
void scrub_input_close(struct scrub_input *in);

/* The next bytes, to be used before the next call; *ret_n 0: there are no more. */
bool scrub_input_next(struct scrub_input *in, const char **ret, size_t *ret_n,
                      struct err *err);

/* What is wrong with that cell of a workbook; NULL: nothing. record: from 1. */
const char *scrub_input_fault(const struct scrub_input *in, int64_t record,
                              size_t column);

#endif
