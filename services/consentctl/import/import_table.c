#include "import.h"

#include "base/stop.h"
#include "codec/csv.h"
#include "codec/casework/rows_json.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES   ((size_t)64 << 10)
#define FEED_BYTES   ((size_t)256 << 10)
#define JSON_BYTES   ((size_t)1 << 30)
#define NAME_BYTES   24
#define PROGRESS_ROW 64

/* Compared without case, and without what is neither letter nor digit. */
static const struct {
    const char *name;
    enum import_column column;
} names[] = {
    {"emailaddress", COLUMN_ADDRESS},
    {"email", COLUMN_ADDRESS},
    {"address", COLUMN_ADDRESS},
    {"recipient", COLUMN_ADDRESS},
    {"phone", COLUMN_PHONE},
    {"phonenumber", COLUMN_PHONE},
    {"lastupdatetime", COLUMN_TIME},
    {"created", COLUMN_TIME},
    {"createdat", COLUMN_TIME},
    {"date", COLUMN_TIME},
    {"time", COLUMN_TIME},
    {"timestamp", COLUMN_TIME},
    {"reason", COLUMN_REASON},
    {"status", COLUMN_STATUS},
    {"code", COLUMN_STATUS},
    {"error", COLUMN_ERROR},
    {"tags", COLUMN_TAGS},
    {"tag", COLUMN_TAGS},
    {"ip", COLUMN_IP},
    {"hash", COLUMN_HASH},
    {"emailhash", COLUMN_HASH},
    {"phonehash", COLUMN_HASH},
    {"id", COLUMN_ID},
    {"listtype", COLUMN_LIST_TYPE},
};

static enum import_column column_of(const char *s, size_t len)
{
    char name[NAME_BYTES];
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)s[i]))
            continue;
        if (n == sizeof(name) - 1)
            return COLUMNS_N;
        name[n++] = (char)tolower((unsigned char)s[i]);
    }
    name[n] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].column;
    return COLUMNS_N;
}

/* --- a row ----------------------------------------------------------------------------
 */

static bool row_take(struct import *im, int64_t line, const struct import_cell *cells,
                     const char *raw, size_t raw_len, struct err *err)
{
    struct import_row row;
    struct fault why;

    if (!import_row_read(im, line, cells, &row, &why)) {
        import_bad(im, line, why.reason, why.pointer);
        return true;
    }
    if (row.silent) {
        im->n_silent++;
        return true;
    }
    import_event_write(im, line, raw, raw_len, &row);
    if (!import_check(im, im->line.data, im->line.len, &why)) {
        import_bad(im, line, why.reason, why.pointer);
        return true;
    }
    return import_send(im, err);
}

/* --- CSV ------------------------------------------------------------------------------
 */

/* Which cell is which column. A file that needs no header has its only column first. */
static bool header_read(struct import *im, const struct csv_record *rec, int8_t *where,
                        bool *ret_header, struct err *err)
{
    memset(where, -1, COLUMNS_N);
    *ret_header = false;
    if (rec->fault != CSV_FINE && im->format != IMPORT_PLAIN)
        return err_set(err, ERR_INPUT, csv_fault_code(rec->fault), "line %lld: %s",
                       (long long)rec->line, csv_fault_text(rec->fault));
    for (size_t i = 0; rec->fault == CSV_FINE && i < rec->n && i < IMPORT_CELLS; i++) {
        const enum import_column c = column_of(rec->fields[i].s, rec->fields[i].len);

        if (c != COLUMNS_N && where[c] < 0) {
            where[c] = (int8_t)i;
            im->has[c] = *ret_header = true;
        }
    }
    if (!*ret_header && im->format == IMPORT_HASHED) {
        where[COLUMN_HASH] = 0;
        im->has[COLUMN_HASH] = true;
    }
    if (!*ret_header && im->format == IMPORT_PLAIN) {
        where[COLUMN_ADDRESS] = 0;
        im->has[COLUMN_ADDRESS] = true;
    }
    return import_columns_fit(im, err);
}

static bool record_take(struct import *im, const struct csv_record *rec,
                        const int8_t *where, struct err *err)
{
    struct import_cell cells[COLUMNS_N] = {{0}};

    if (rec->fault != CSV_FINE) {
        import_bad(im, rec->line, csv_fault_code(rec->fault), "");
        return true;
    }
    if (rec->n == 1 && rec->fields[0].len == 0)
        return true; /* an empty line says nothing */
    for (int c = 0; c < COLUMNS_N; c++)
        if (where[c] >= 0 && (size_t)where[c] < rec->n)
            cells[c] =
                (struct import_cell){rec->fields[where[c]].s, rec->fields[where[c]].len};
    return row_take(im, rec->line, cells, rec->raw, rec->raw_len, err);
}

/* A line end inside an address is a stray quotation mark's doing. */
static bool runs_on(const struct csv_record *rec, const int8_t *where)
{
    static const enum import_column flat[] = {COLUMN_ADDRESS, COLUMN_PHONE, COLUMN_TIME,
                                              COLUMN_HASH, COLUMN_ID};

    for (size_t i = 0; rec->fault == CSV_FINE && i < sizeof(flat) / sizeof(flat[0]);
         i++) {
        const int at = where[flat[i]];

        if (at >= 0 && (size_t)at < rec->n &&
            memchr(rec->fields[at].s, '\n', rec->fields[at].len) != NULL)
            return true;
    }
    return false;
}

static bool records_take(struct import *im, struct csv_reader *r, struct err *err)
{
    int8_t where[COLUMNS_N];
    bool first = true, header;
    size_t at = 0;

    for (;;) {
        struct csv_record rec;
        enum csv_got got = csv_next(r, &rec);

        if (got == CSV_END || stop_asked())
            return true;
        if (got == CSV_MORE) {
            const size_t n = im->len - at < FEED_BYTES ? im->len - at : FEED_BYTES;

            if (n == 0)
                csv_feed_end(r);
            else
                csv_feed(r, im->bytes + at, n);
            at += n;
            progress_step(&im->bar, (int64_t)n, im->sent, im->n_bad);
            continue;
        }
        im->lines++;
        if (first) {
            first = false;
            if (!header_read(im, &rec, where, &header, err))
                return false;
            if (header)
                continue;
        }
        if (runs_on(&rec, where) && csv_take_back(r)) {
            im->lines--;
            continue;
        }
        if (!record_take(im, &rec, where, err))
            return false;
    }
}

/* --- JSON -----------------------------------------------------------------------------
 */

static bool object_take(void *arg, int64_t number, const struct json_cell *in, size_t n,
                        struct err *err)
{
    struct import *im = arg;
    struct import_cell cells[COLUMNS_N] = {{0}};

    im->lines++;
    if (stop_asked())
        return err_set(err, ERR_RETRY, "STOPPED", "stopped at row %lld",
                       (long long)number);
    if (in == NULL) {
        import_bad(im, number, "TYPE_MISMATCH", "");
        return true;
    }
    memset(im->has, 0, sizeof(im->has));
    for (size_t i = 0; i < n; i++) {
        const enum import_column c = column_of(in[i].name, strlen(in[i].name));

        if (c != COLUMNS_N && cells[c].s == NULL) {
            cells[c] = (struct import_cell){in[i].text, in[i].len};
            im->has[c] = true;
        }
    }
    progress_step(&im->bar, 0, im->sent, im->n_bad);
    return row_take(im, number, cells, "", 0, err);
}

bool import_table(struct import *im, struct err *err)
{
    size_t at = 0;
    bool ok;

    progress_begin_count(&im->bar, (int64_t)im->len, "events", "bad");
    while (at < im->len && isspace((unsigned char)im->bytes[at]))
        at++;
    if (at == im->len)
        return err_set(err, ERR_INPUT, "EMPTY", "line 1: the file is empty");
    if ((im->bytes[at] == '{' || im->bytes[at] == '[') && im->len <= JSON_BYTES)
        return rows_from_json(im->bytes + at, im->len - at, object_take, im, err);

    struct csv_reader *r = csv_open(LINE_BYTES, '\0');
    ok = records_take(im, r, err);
    csv_close(r);
    return ok;
}
