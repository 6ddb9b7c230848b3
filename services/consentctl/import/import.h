/*
 * import.h - a file into events on a source's feed.
 *
 *   import.c          the command: what is said before, and its order
 *   import_options.c  its options
 *   import_lines.c    a file of events, one a line
 *   import_sheet.c    a file of rows (common/sheet), or a ZIP of such
 *   import_event.c    the event that a row becomes
 *   import_report.c   what is said after, and that the sum is right
 *   import_effect.c   what would come of it (--dry-run)
 *   import_hashed.c   which contacts known here a file of hashes means
 *
 * Every line is read as ingest will read it before it is sent; what ingest would put into
 * quarantine as a whole is not sent but named. Nothing is overwritten: events are added.
 *
 * The id of an event made here is made of its content (crypto/content_name.h): the same
 * row counts once, whichever file it stands in and whenever that is imported.
 */
#ifndef CONSENT_CTL_IMPORT_H
#define CONSENT_CTL_IMPORT_H

#include "ctl.h"
#include "progress.h"

#include "codec/event/event_json.h"
#include "kafka/producer.h"
#include "sheet/sheet.h"
#include "store/register/register_store.h"

#define IMPORT_WAIT_MS 60000
#define IMPORT_TYPES   32  /* room for every event type */
#define IMPORT_REASONS 200 /* why rows say nothing: told apart up to these */
#define IMPORT_SHOWN   5   /* rows that --dry-run shows */

struct effect;
struct hashed_file;

struct import_reason {
    char text[96];
    int64_t n;
};

struct import {
    struct ctl *ctl;
    bool events; /* a file of events, and no table */
    struct sheet_options options;
    FILE *file;
    struct producer *producer; /* NULL: only checked (--dry-run) */
    int topic;
    struct register_snapshot *reg;
    const struct source *source;
    char batch[65];
    const char *controller; /* NULL: the register's default, or all */

    const char *bytes; /* of a table: the file, mapped */
    size_t len;
    char digest[65];     /* of the file at hand: of one in a ZIP its own */
    const char *file_in; /* a ZIP: the name of the one at hand; NULL: it is none */
    const struct sheet *sheet;
    size_t file_n; /* which of several */
    int64_t list_us;
    char list_day[11]; /* of the oldest of the lists in it */
    int list_days;     /* how old it may be; 0: it has no day */

    struct event event;         /* the line at hand */
    struct buf line;            /* as it is sent */
    struct buf bad;             /* JSON */
    struct buf read;            /* how the files were read, JSON */
    struct buf shown;           /* the same, for a person */
    struct buf rows, rows_json; /* the first of them */
    size_t n_shown;

    int64_t lines, names, blank, said, partly, bad_lines,
        silent; /* lines: all together */
    int64_t sent, n_bad, n_noted;
    int64_t every_channel; /* of said: no channel stands in the column for it */
    char channel_column[64];
    int64_t by_type[IMPORT_TYPES];
    size_t n_reasons;
    struct import_reason reasons[IMPORT_REASONS + 1];
    struct effect *effect;      /* --dry-run */
    struct hashed_file *hashed; /* for --dry-run and --status-file */
    struct progress bar;
};

/* Names a line, or a part of it, that is not sent: code and place. */
void import_bad(struct import *im, int64_t line, const char *reason, const char *pointer);
/* One that is sent all the same. */
void import_note(struct import *im, int64_t line, const char *reason, const char *what);

/* Reads it as ingest will; on success it is in im->event. */
bool import_check(struct import *im, const char *text, size_t len, struct fault *ret);
/* im->line goes out. */
bool import_send(struct import *im, struct err *err);

bool import_lines(struct import *im, struct err *err);
bool import_sheets(struct import *im, struct err *err);

/* --format and what goes with it. */
bool import_options(struct ctl *ctl, struct import *im, struct err *err);

/* Writes im->line with the id of its content. False: *ret_why says what is wrong with it,
 * or it is "" and err is set. */
bool import_event_write(struct import *im, const struct sheet_row *row,
                        const struct sheet_said *said, struct fault *ret_why,
                        struct err *err);

/* The exit code. */
int import_report(const struct ctl *ctl, struct import *im);

#endif
