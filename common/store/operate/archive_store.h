/*
 * archive_store.h - ranges of rows that leave the database (165): which is next, what it
 * holds, and that it has left.
 *
 * Rights: EXECUTE on archive_next, archive_page, archive_proof, archive_done; SELECT on
 * archive_file (consent_operator).
 */
#ifndef CONSENT_STORE_ARCHIVE_STORE_H
#define CONSENT_STORE_ARCHIVE_STORE_H

#include "pg/pg.h"

#define ARCHIVE_TABLES 6

/* Borrowed from the result. */
struct archive_due {
    const char *what, *low, *high;
    const char *why; /* what it waits for; "": it can go */
};
struct archive_dues {
    size_t n;
    struct archive_due v[ARCHIVE_TABLES];
    struct pg_result *result;
};
/* The next range of every table that the register lets go. */
bool archive_due_load(struct pg *pg, struct archive_dues *ret, struct err *err);
void archive_due_done(struct archive_dues *d);

/* Rows in the order of their keys. Begin with a zeroed place. */
struct archive_place {
    int64_t key[3];
};
typedef bool archive_emit(void *context, int64_t id, const char *line, size_t len,
                          struct err *err);
bool archive_rows(struct pg *pg, const struct archive_due *due, struct archive_place *at,
                  int32_t most, archive_emit *emit, void *context, int64_t *ret_n,
                  struct err *err);

/* Where these rows are in the log, as lines. */
bool archive_proofs(struct pg *pg, const struct archive_due *due, archive_emit *emit,
                    void *context, struct err *err);

/* In one transaction: the rows are still those that were counted, and go. ERR_INPUT or
 * ERR_FATAL when they are not. */
bool archive_leave(struct pg *pg, const struct archive_due *due, int64_t rows,
                   int64_t checksum, const char *file, const uint8_t sha256[32],
                   uint8_t version, struct err *err);

/* What has left, the last first. */
struct archive_kept {
    const char *what, *low, *high, *file;
    int64_t rows, at_us;
    int16_t version;
};
bool archive_list_load(struct pg *pg, struct pg_result **ret, struct err *err);
void archive_list_row(const struct pg_result *r, int row, struct archive_kept *ret);

/* Has a row of this range of a log (store/proof/range.h) left the database? */
bool archive_has(struct pg *pg, int16_t log, int64_t from, bool *ret, struct err *err);

/* How many files are under another version of the sealing key. */
bool archive_other_keys(struct pg *pg, int16_t version, int64_t *ret_n, struct err *err);

extern const struct pg_stmt *const archive_statements[];
extern const size_t archive_statements_n;

#endif
