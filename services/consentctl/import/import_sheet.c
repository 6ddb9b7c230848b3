/*
 * import.h: a file of rows (a workbook as well), or a ZIP of such files. All of them are
 * opened before anything is sent: one that cannot be read with certainty leaves nothing
 * half done.
 */
#include "import.h"

#include "import_hashed.h"

#include "base/hex.h"
#include "base/mem.h"
#include "base/stop.h"
#include "codec/put.h"
#include "crypto/digest.h"
#include "book/book.h"
#include "book/zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES ((size_t)16 << 20)

struct files {
    struct zip *zip; /* NULL: one file */
    size_t n;
    struct sheet *sheets[ZIP_FILES_MAX];
    const char *names[ZIP_FILES_MAX];
    char digests[ZIP_FILES_MAX][65];
};

/* --- opening --- */

static bool digest_of(const char *bytes, size_t len, char ret[65], struct err *err)
{
    uint8_t digest[DIGEST_BYTES];

    if (!digest_sha256(bytes, len, NULL, 0, digest, err))
        return false;
    hex_print(digest, DIGEST_BYTES, ret);
    return true;
}

static bool one_open(struct import *im, struct files *f, const char *name,
                     const char *bytes, size_t len, struct err *err)
{
    struct err why;

    f->names[f->n] = name;
    if (!digest_of(bytes, len, f->digests[f->n], err))
        return false;
    if (sheet_open(&im->options, name, bytes, len, &f->sheets[f->n], &why)) {
        f->n++;
        return true;
    }
    if (f->zip == NULL) {
        *err = why;
        return false;
    }
    return err_set(err, why.kind, why.code, "%.60s in it: %s", name, why.text);
}

static bool files_open(struct import *im, struct files *f, struct err *err)
{
    const char *what = charset_binary(im->bytes, im->len);

    if (!zip_is(im->bytes, im->len) || book_is(im->bytes, im->len) ||
        (what != NULL && strstr(what, "spreadsheet") != NULL))
        return one_open(im, f, im->ctl->args[0], im->bytes, im->len, err);
    if (!zip_open(im->bytes, im->len, &f->zip, err))
        return false;
    for (size_t i = 0; i < f->zip->n; i++) {
        const struct zip_file *file = &f->zip->files[i];

        if (!one_open(im, f, file->name, file->data, file->len, err))
            return false;
    }
    return true;
}

static void files_close(struct files *f)
{
    for (size_t i = 0; i < f->n; i++)
        sheet_close(f->sheets[i]);
    zip_close(f->zip);
}

/* --- a row --- */

static void reason_count(struct import *im, const char *text)
{
    size_t i = 0;

    while (i < im->n_reasons && strcmp(im->reasons[i].text, text) != 0)
        i++;
    if (i == im->n_reasons && im->n_reasons < IMPORT_REASONS)
        snprintf(im->reasons[im->n_reasons++].text, sizeof(im->reasons[0].text), "%s",
                 text);
    else if (i == im->n_reasons) { /* too many to tell apart */
        snprintf(im->reasons[i].text, sizeof(im->reasons[0].text), "other reasons");
        im->n_reasons += im->n_reasons == IMPORT_REASONS;
    }
    im->reasons[i].n++;
}

static const char *said_text(const struct sheet_row *row, const struct sheet_said *said)
{
    switch (said->scopes) {
    case SHEET_OF_SALE: return "no sale or sharing";
    case SHEET_OF_TRACKING: return "no tracking";
    case SHEET_OF_SALE | SHEET_OF_TRACKING: return "no sale or sharing, no tracking";
    case SHEET_OF_PROMOTION: return row->feedback != NULL ? row->feedback : "opted out";
    default: return "opted out, and of sale or tracking";
    }
}

static void scopes_json(const struct sheet_said *said, struct buf *out)
{
    static const char *const names[] = {"promotion", "sale", "tracking"};
    bool first = true;

    buf_add_str(out, "[");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((said->scopes & (1u << i)) == 0)
            continue;
        buf_add_str(out, first ? "" : ",");
        put_text(out, names[i]);
        first = false;
    }
    buf_add_str(out, "]");
}

static void row_show(struct import *im, const struct sheet_row *row)
{
    char time[WHEN_TEXT_BYTES];

    if (im->n_shown++ >= IMPORT_SHOWN)
        return;
    when_format(row->at_us, time);
    buf_addf(&im->rows_json, "%s{\"line\":%lld,\"says\":[", im->n_shown > 1 ? "," : "",
             (long long)row->line);
    for (size_t i = 0; i < row->n_said; i++) {
        const struct sheet_said *said = &row->said[i];

        buf_addf(&im->rows, "  line %lld: %s %s%s, %s at %s (%s)\n", (long long)row->line,
                 said->profile != TOKEN_NONE ? "hash of" : contact_kind_name(said->kind),
                 said->profile != TOKEN_NONE ? contact_kind_name(said->kind)
                                             : said->contact,
                 said->profile != TOKEN_NONE ? said->contact : "", said_text(row, said),
                 time, row->time_of != NULL ? row->time_of : "the file's own time");
        buf_add_str(&im->rows_json, i > 0 ? ",{" : "{");
        put_name(&im->rows_json, contact_kind_name(said->kind));
        put_text(&im->rows_json, said->contact);
        put_name(&im->rows_json, ",type");
        put_text(&im->rows_json, event_type_name(sheet_said_type(row, said)));
        put_name(&im->rows_json, ",of");
        scopes_json(said, &im->rows_json);
        put_name(&im->rows_json, ",time");
        put_text(&im->rows_json, time);
        put_name(&im->rows_json, ",time_of");
        put_text(&im->rows_json, row->time_of != NULL ? row->time_of : "file");
        buf_add_str(&im->rows_json, "}");
    }
    for (size_t i = 0; i < row->n_faults; i++)
        buf_addf(&im->rows, "  line %lld: bad, %s\n", (long long)row->line,
                 row->faults[i].reason);
    if (row->verdict == SHEET_SILENT)
        buf_addf(&im->rows, "  line %lld: says nothing, %s\n", (long long)row->line,
                 row->silent);
    buf_add_str(&im->rows_json, "],\"silent\":");
    put_text(&im->rows_json, row->silent);
    buf_add_str(&im->rows_json, ",\"bad\":");
    put_text(&im->rows_json, row->n_faults > 0 ? row->faults[0].reason : "");
    buf_add_str(&im->rows_json, "}");
}

/* Its events. *ret_sent: how many went; what does not go is named. */
static bool said_send(struct import *im, const struct sheet_row *row, size_t *ret_sent,
                      struct err *err)
{
    *ret_sent = 0;
    for (size_t i = 0; i < row->n_said; i++) {
        const struct sheet_said *said = &row->said[i];
        struct fault why = {"", ""};

        err_clear(err);
        if (!import_event_write(im, row, said, &why, err)) {
            if (err->kind != ERR_NONE)
                return false;
            import_bad(im, row->line, why.reason, why.pointer);
            continue;
        }
        if (im->hashed != NULL && !hashed_add(im, row, said, err))
            return false;
        if (!import_send(im, err))
            return false;
        ++*ret_sent;
    }
    return true;
}

static bool row_take(void *arg, const struct sheet_row *row, struct err *err)
{
    struct import *im = arg;
    size_t sent = 0;

    im->lines++;
    if (stop_asked())
        return err_set(err, ERR_RETRY, "STOPPED", "stopped at line %lld",
                       (long long)row->line);
    if (row->verdict == SHEET_HEADER || row->verdict == SHEET_BLANK) {
        im->names += row->verdict == SHEET_HEADER;
        im->blank += row->verdict == SHEET_BLANK;
        return true;
    }
    row_show(im, row);
    for (size_t i = 0; i < row->n_faults; i++)
        import_bad(im, row->line, row->faults[i].reason, row->faults[i].where);
    if (row->bad_time)
        import_note(im, row->line, "BAD_TIME",
                    row->own_time ? "another of its times was taken"
                                  : "taken to be as old as the file");
    if (row->two_numbers)
        import_note(im, row->line, "PHONE_AMBIGUOUS",
                    "it can be two numbers: both are opted out");
    if (!said_send(im, row, &sent, err))
        return false;
    if (row->verdict == SHEET_SILENT) {
        im->silent++;
        reason_count(im, row->silent);
        if (im->hashed != NULL && !hashed_left(im, row, err))
            return false;
    } else if (sent == 0) {
        im->bad_lines++;
    } else {
        im->said++;
        im->partly += row->n_faults > 0 || sent < row->n_said;
        if (row->every_channel != NULL && im->every_channel++ == 0)
            snprintf(im->channel_column, sizeof(im->channel_column), "%s",
                     row->every_channel);
    }
    progress_step(&im->bar, 1, im->sent, im->n_bad);
    return true;
}

/* --- a file --- */

static void file_show(struct import *im, const struct sheet *s)
{
    if (im->file_in != NULL)
        buf_addf(&im->shown, "%s\n", im->file_in);
    sheet_show(s, im->file_in != NULL ? "  " : "", &im->shown);
    buf_add_str(&im->read, im->read.len > 0 ? ",{" : "{");
    put_name(&im->read, "file");
    put_text(&im->read, im->file_in != NULL ? im->file_in : "");
    buf_add_str(&im->read, ",");
    sheet_show_json(s, &im->read);
    buf_add_str(&im->read, "}");
}

/* All of it was given: do the sheet's own counts agree with ours? */
static bool file_take(struct import *im, struct sheet *s, struct err *err)
{
    const char *day;
    int64_t day_us;
    int days;

    file_show(im, s);
    im->sheet = s;
    day = sheet_list_day(s, &day_us, &days);
    if (day != NULL && (im->list_days == 0 || day_us < im->list_us)) {
        snprintf(im->list_day, sizeof(im->list_day), "%s", day);
        im->list_us = day_us;
        im->list_days = days;
    }
    return hashed_begin(im, err) && sheet_walk(s, row_take, im, err) &&
           hashed_end(im->ctl, im, err);
}

bool import_sheets(struct import *im, struct err *err)
{
    struct files *f = mem_zalloc(1, sizeof(*f));
    int64_t records = 0;
    bool ok;

    buf_init(&im->read, SHOWN_BYTES);
    buf_init(&im->shown, SHOWN_BYTES);
    buf_init(&im->rows, SHOWN_BYTES);
    buf_init(&im->rows_json, SHOWN_BYTES);
    ok = files_open(im, f, err);
    for (size_t i = 0; i < f->n; i++)
        records += sheet_counts(f->sheets[i])->records;
    progress_begin_count(&im->bar, records, "events", "bad");
    for (size_t i = 0; ok && i < f->n; i++) {
        im->file_in = f->zip != NULL ? f->names[i] : NULL;
        im->file_n = i;
        memcpy(im->digest, f->digests[i], sizeof(im->digest));
        ok = file_take(im, f->sheets[i], err);
    }
    if (ok && im->lines != records)
        ok = err_set(err, ERR_FATAL, "SUM",
                     "%lld records, and %lld taken: this is a fault "
                     "of ours",
                     (long long)records, (long long)im->lines);
    files_close(f);
    free(f);
    return ok;
}
