/*
 * import.h - a file into events on a source's feed.
 *
 *   import.c         the command: what is said before, and what after
 *   import_lines.c   a file of events, one a line
 *   import_table.c   a file of rows, CSV or JSON: from bytes to cells
 *   import_row.c     what a row of each format says
 *   import_event.c   and the event that it becomes
 *   import_effect.c  what would come of it (--dry-run)
 *   import_hashed.c  which contacts known here a file of hashes means
 *
 * Every line is read as ingest will read it before it is sent; what ingest would put into
 * quarantine as a whole is not sent but named. Nothing is overwritten: events are added.
 *
 * The id of an event made here follows from the source, the digest of the file, the line
 * and the time it is given, and its bytes from the same: so a file that is imported twice
 * counts once, and next month's file, which repeats most rows of this one, is no reuse of
 * an id but says the same again with its own evidence.
 */
#ifndef CONSENT_CTL_IMPORT_H
#define CONSENT_CTL_IMPORT_H

#include "ctl.h"
#include "progress.h"

#include "codec/event/event_json.h"
#include "kafka/producer.h"
#include "store/register/register_store.h"

#define IMPORT_WAIT_MS 60000
#define IMPORT_CELLS   64
#define IMPORT_TYPES   32 /* room for every event type */

#define IMPORT_FORMATS(X)                                                                \
    X(EVENTS, "events")                                                                  \
    X(SES, "ses")                                                                        \
    X(SENDGRID, "sendgrid")                                                              \
    X(MAILGUN, "mailgun")                                                                \
    X(PLAIN, "plain")                                                                    \
    X(HASHED, "hashed")                                                                  \
    X(DROP, "drop")

enum import_format {
#define X(id, name) IMPORT_##id,
    IMPORT_FORMATS(X)
#undef X
        IMPORT_FORMATS_N,
};

/* What a column is for, whatever its name. */
enum import_column {
    COLUMN_ADDRESS,
    COLUMN_PHONE,
    COLUMN_TIME,
    COLUMN_REASON,
    COLUMN_STATUS,
    COLUMN_ERROR,
    COLUMN_TAGS,
    COLUMN_IP,
    COLUMN_HASH,
    COLUMN_ID,
    COLUMN_LIST_TYPE,
    COLUMNS_N,
};

struct import_cell {
    const char *s; /* NULL: the row has no such column */
    size_t len;
};

/* What a row says, ready to become an event. */
struct import_row {
    enum contact_kind kind;
    char contact[512];          /* an address or a number as written, or a hash */
    enum token_profile profile; /* TOKEN_NONE: it is no hash */
    enum event_type type;
    const char *via;
    const char *feedback; /* of a bounce: its kind */
    char status[16];      /* RFC 3463 or SMTP code, "": none */
    bool confirmed;
    bool silent; /* read, and nothing to send: noted and counted only */
    int64_t at_us;
};

struct effect;
struct hashed_file;

struct import {
    struct ctl *ctl;
    enum import_format format;
    FILE *file;
    struct producer *producer; /* NULL: only checked (--dry-run) */
    int topic;
    struct register_snapshot *reg;
    const struct source *source;
    char batch[65];
    const char *controller; /* NULL: the register's default, or all */
    enum event_type as;     /* EVENT_NONE: as the file tells */
    enum token_profile profile;
    enum contact_kind hash_kind; /* of a file of hashes */
    bool removed;                /* DROP's file of requests taken back */

    const char *bytes; /* of a table: the file, mapped */
    size_t len;
    char digest[65];
    int64_t file_us; /* where a row says no time */
    bool has[COLUMNS_N];

    struct event event; /* the line at hand */
    struct buf line;    /* as it is sent */
    struct buf bad;     /* JSON */
    int64_t lines, sent, n_bad, n_noted, n_silent;
    int64_t by_type[IMPORT_TYPES];
    struct effect *effect;      /* --dry-run */
    struct hashed_file *hashed; /* for --dry-run and --status-file */
    struct progress bar;
};

/* Names a line that is not sent: code and place in it. */
void import_bad(struct import *im, int64_t line, const char *reason, const char *pointer);
/* One that is sent all the same. */
void import_note(struct import *im, int64_t line, const char *reason, const char *what);

/* Reads it as ingest will; on success it is in im->event. */
bool import_check(struct import *im, const char *text, size_t len, struct fault *ret);
/* im->line goes out. */
bool import_send(struct import *im, struct err *err);

bool import_lines(struct import *im, struct err *err);
bool import_table(struct import *im, struct err *err);

/* False: the row says nothing usable, for the reason in *ret_why. */
bool import_row_read(struct import *im, int64_t line, const struct import_cell *cells,
                     struct import_row *row, struct fault *ret_why);
/* Can such a file be read by the columns it has? */
bool import_columns_fit(const struct import *im, struct err *err);

/* Writes im->line. */
void import_event_write(struct import *im, int64_t line, const char *raw, size_t raw_len,
                        const struct import_row *row);

#endif
