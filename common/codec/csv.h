/*
 * csv.h - CSV as it comes (RFC 4180 and what spreadsheets make of it), and as we write
 * it.
 *
 * The reader is fed bytes and gives records, with embedded line ends, without growing
 * past its limit. Whatever it is fed, nothing is lost: a record that is none comes out as
 * a fault with its line number and its bytes, and the next line is read as if nothing had
 * happened. A quote in the wrong place costs only the line that it stands on: when it
 * opens a field that never ends properly, the lines after the first are read again.
 *
 * Line ends are LF, CRLF and a lone CR. A byte order mark of UTF-8 at the beginning
 * belongs to no field. Bytes are not otherwise looked at: whether a field is UTF-8 is for
 * whoever reads it.
 */
#ifndef CONSENT_CODEC_CSV_H
#define CONSENT_CODEC_CSV_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSV_FIELDS_MAX 1024

/* Code and sentence of what can be wrong with a record. */
#define CSV_FAULTS(X)                                                                    \
    X(QUOTE, "BAD_QUOTE", "a quotation mark in the wrong place")                         \
    X(OPEN, "OPEN_QUOTE", "a quotation mark that is never closed")                       \
    X(NUL, "NUL", "a zero byte")                                                         \
    X(LONG, "TOO_LONG", "the line is too long")                                          \
    X(FIELDS, "TOO_MANY_FIELDS", "too many fields in a line")                            \
    X(UTF16, "UTF16", "this is UTF-16: save it as UTF-8")

enum csv_fault {
    CSV_FINE = 0,
#define X(id, code, text) CSV_##id,
    CSV_FAULTS(X)
#undef X
};

const char *csv_fault_code(enum csv_fault fault); /* "BAD_QUOTE"; "" for CSV_FINE */
const char *csv_fault_text(enum csv_fault fault);

struct csv_field {
    const char *s; /* not NUL-ended */
    size_t len;
    bool quoted;
};

/* Everything is borrowed from the reader, until it is fed or asked again. */
struct csv_record {
    enum csv_fault fault; /* not CSV_FINE: there are no fields */
    bool cut;             /* CSV_LONG: raw is only the beginning */
    int64_t line;         /* where it begins, from 1 */
    const char *raw;      /* as it stands, without its line end */
    size_t raw_len;
    const char *eol; /* its line end; eol_len 0: the input ended */
    size_t eol_len;
    const struct csv_field *fields;
    size_t n; /* an empty line has one field, which is empty */
};

enum csv_got {
    CSV_MORE,   /* feed it, or say that there is no more */
    CSV_RECORD, /* a record, or a fault */
    CSV_END,
};

struct csv_reader;

/* limit_bytes: of one record. delimiter: ',' ';' '\t' '|' ...; '\0': whichever of these
 * four stands most often in the first line. plain: no quotes and no delimiter, a line is
 * a field. */
struct csv_reader *csv_open(size_t limit_bytes, char delimiter);
struct csv_reader *csv_open_plain(size_t limit_bytes);
void csv_close(struct csv_reader *r); /* NULL is fine */

void csv_feed(struct csv_reader *r, const void *data, size_t len);
void csv_feed_end(struct csv_reader *r);
enum csv_got csv_next(struct csv_reader *r, struct csv_record *ret);

/* The record just given spans lines, and what stands in it says that a stray quote made
 * it so (a line end inside an address, say): it is taken back, its first line comes next
 * as a fault CSV_QUOTE, and the lines after it again. False: it is one line, and stays.
 */
bool csv_take_back(struct csv_reader *r);

/* The delimiter, once the first record was read; whether the input began with a byte
 * order mark. */
char csv_delimiter(const struct csv_reader *r);
bool csv_bom(const struct csv_reader *r);

/* --- writing --- */

/* One field, quoted where it must be. Delimiters and line ends are the caller's. */
void csv_put(struct buf *out, char delimiter, const char *s, size_t len);
/* Quoted in any case: for a reader that does not know the delimiter yet. */
void csv_put_quoted(struct buf *out, const char *s, size_t len);

#endif
