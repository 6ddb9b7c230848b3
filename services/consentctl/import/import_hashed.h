/*
 * import_hashed.h - files of hashes: which contacts known here they mean, and the answer
 * to California's deletion platform (DROP).
 *
 * The events of such a file take effect without this: it only tells. Every contact is
 * unsealed and hashed once for each file, which needs seal_secret_file and takes some
 * microseconds each.
 *
 * DROP gives a ZIP with one CSV a kind of identifier, <day>_<broker>_<type>.csv with the
 * columns ID and Hash, later on only what is new, and a file of requests that were taken
 * back. Of its types we hold Email and Phone. The answer is "Id,Status" in a file of the
 * same name: 5 not found, 4 opted out. 2 (exempt) and 3 (deleted) are for whoever deletes
 * to say, for nothing is deleted here: amend the answer then.
 */
#ifndef CONSENT_CTL_IMPORT_HASHED_H
#define CONSENT_CTL_IMPORT_HASHED_H

#include "import.h"

struct hashed_file;

void hashed_open(struct ctl *ctl, struct import *im);
void hashed_close(struct hashed_file *h); /* NULL is fine */

/* Before each file; after it, the walk over the contacts where that is asked for, and the
 * answer. Nothing where im->hashed is NULL. */
bool hashed_begin(struct import *im, struct err *err);
bool hashed_end(struct ctl *ctl, struct import *im, struct err *err);

/* im->event is sent of this hash; a row that says nothing. */
bool hashed_add(struct import *im, const struct sheet_row *row,
                const struct sheet_said *said, struct err *err);
bool hashed_left(struct import *im, const struct sheet_row *row, struct err *err);

void hashed_json(const struct import *im, struct buf *out);
void hashed_print(const struct import *im);

#endif
