/*
 * archive.h - rows that have left the database, as files: one file a range.
 *
 *   name    WHAT.LOW.HIGH.cqa, HIGH not in it: "ledger.1048576.2097152.cqa"
 *   file    "cqarch1\n", version of the sealing key(1), salt(16), then pieces
 *   piece   number(4) length(4) kind(4) lines(4) first id(8) last id(8), then so many
 *           bytes, sealed (crypto/frame_seal.h); numbers are big-endian
 *
 * The file's beginning, the range and the piece's own head are additional authenticated
 * data, so that no piece can stand elsewhere. Inside are lines of JSON: the rows as
 * PostgreSQL's to_jsonb says them, then where they stand in the log, and at the end how
 * many there were. A file without its end is no archive.
 *
 * What an event said is sealed once more within, under the salt that stays in the
 * database: without it the archive says nothing of it, to whoever has every key.
 */
#ifndef CONSENT_ARCHIVE_ARCHIVE_H
#define CONSENT_ARCHIVE_ARCHIVE_H

#include "base/buf.h"
#include "crypto/digest_stream.h"
#include "crypto/seal.h"

#define ARCHIVE_WHAT_BYTES  24
#define ARCHIVE_BOUND_BYTES 40
#define ARCHIVE_NAME_BYTES  128

struct archive_range {
    char what[ARCHIVE_WHAT_BYTES]; /* "ledger", the table's name */
    char low[ARCHIVE_BOUND_BYTES], high[ARCHIVE_BOUND_BYTES];
};

enum archive_kind { ARCHIVE_ROWS = 1, ARCHIVE_PROOF = 2, ARCHIVE_END = 3 };

void archive_name(const struct archive_range *range, char ret[ARCHIVE_NAME_BYTES]);

/* What two readings of the same rows agree on: their number, and the exclusive or of the
 * first eight bytes of each line's SHA-256, as archive_sum of 165 has it. */
struct archive_count {
    int64_t rows, checksum;
};
bool archive_count_line(struct archive_count *c, const char *line, size_t len,
                        struct err *err);

/* --- writing --- */

struct archive_writer;

/* A temporary file in dir; one that was left over is written again from its beginning.
 * Errors, here and below: ERR_RETRY DISK_FULL, ERR_CONFIG DISK_FAILED, ERR_FATAL
 * SEAL_FAILED. */
bool archive_create(const char *dir, const struct archive_range *range, struct seal *seal,
                    struct archive_writer **ret, struct err *err);

/* One line without its end. id: of a row of ledger or quarantine, rising; else 0. */
bool archive_put(struct archive_writer *w, enum archive_kind kind, int64_t id,
                 const char *line, size_t len, struct err *err);

/* On disk (fsync), read again from there as a whole, and only then under its name. What
 * was read: the count, the file's digest. */
bool archive_finish(struct archive_writer *w, struct archive_count *ret,
                    uint8_t ret_sha256[DIGEST_BYTES], uint8_t *ret_version,
                    struct err *err);
void archive_discard(struct archive_writer *w); /* NULL is fine; after either */

/* --- reading --- */

struct archive_file;

/* path NULL: name in dir. ERR_CONFIG DISK_FAILED, ERR_INPUT ARCHIVE_BROKEN, ERR_CONFIG
 * SEAL_KEY_UNKNOWN. */
bool archive_open(const char *dir, const char *name, struct seal *seal,
                  struct archive_file **ret, struct err *err);
void archive_close(struct archive_file *f); /* NULL is fine */

/* Lines one after the other, those of pieces that cannot have the id left out (0: none
 * are). *ret_line NULL: that was the end. Borrowed until the next call. */
bool archive_next(struct archive_file *f, int64_t id, enum archive_kind *ret_kind,
                  const char **ret_line, size_t *ret_len, struct err *err);

/* --- a directory of them --- */

struct archive_dir;

/* seal is borrowed. ERR_CONFIG ARCHIVE_DIR. */
bool archive_dir_open(const char *dir, struct seal *seal, struct archive_dir **ret,
                      struct err *err);
void archive_dir_close(struct archive_dir *d); /* NULL is fine */

/* The row of that id; the line goes to the end of out. *ret_found false: no file has it,
 * and those that should have it are whole.
 */
bool archive_find(struct archive_dir *d, const char *what, int64_t id, struct buf *out,
                  bool *ret_found, struct err *err);

/* Every row that has this text in it, such as a contact's key, of every file but those of
 * ledger and quarantine: a line each, {"archive":FILE,"row":{...}}. */
bool archive_search(struct archive_dir *d, const char *text, struct buf *out,
                    int64_t *ret_n, struct err *err);

/* Every row of the files of a table whose ranges of numbers touch from..to (to not in it;
 * from == to: of all its files), until *stop. The line is borrowed. */
typedef bool archive_each(void *context, const char *line, size_t len, bool *stop,
                          struct err *err);
bool archive_walk(struct archive_dir *d, const char *what, int64_t from, int64_t to,
                  archive_each *each, void *context, struct err *err);

/* What a row has in a column of whole numbers from 0 on; false: it has none. */
bool archive_number(const char *line, size_t len, const char *column, int64_t *ret);

#endif
