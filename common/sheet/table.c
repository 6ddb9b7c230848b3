/* parts.h: from bytes to records. A CSV's delimiter and its line of names are found by
 * looking at its first records in each way there is. */
#include "sheet/parts.h"

#include "sheet/names.h"

#include "base/mem.h"
#include "codec/csv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_BYTES ((size_t)64 << 10)
#define FEED_BYTES ((size_t)256 << 10)
#define LOOKED_AT  20 /* records, for names and delimiter */

/* --- one record, as far as it can be told alone --- */

static struct cell field_cell(const struct csv_field *f)
{
    return cell_plain((struct cell){f->s, f->len});
}

bool cell_is_datum(struct cell c)
{
    size_t digits = 0;

    for (size_t i = 0; i < c.len; i++)
        digits += isdigit((unsigned char)c.s[i]) != 0;
    return memchr(c.s, '@', c.len) != NULL || digits >= 5;
}

bool name_is_given(const struct sheet *s, struct cell c)
{
    for (size_t i = 0; i < s->o.n_given; i++)
        if (strlen(s->o.given[i].column) == c.len &&
            strncasecmp(s->o.given[i].column, c.s, c.len) == 0)
            return true;
    return s->o.time_column != NULL && strlen(s->o.time_column) == c.len && c.len > 1 &&
           strncasecmp(s->o.time_column, c.s, c.len) == 0;
}

struct glance {
    size_t known; /* fields that are names of columns */
    size_t data;  /* fields that are none, for sure */
    size_t filled;
};

static struct glance glance_at(const struct sheet *s, const struct csv_record *rec)
{
    struct glance g = {0};

    for (size_t i = 0; i < rec->n; i++) {
        const struct cell c = field_cell(&rec->fields[i]);
        enum contact_kind kind;

        g.filled += c.len > 0;
        g.data += cell_is_datum(c);
        if (c.len > 0 && !cell_is_datum(c) &&
            (name_is_given(s, c) ||
             name_meaning(s->o.form, c.s, c.len, &kind) != SHEET_UNKNOWN))
            g.known++;
    }
    return g;
}

/* --- the first records --- */

struct first {
    size_t known, fields, width; /* of the line of names; of all records */
    int64_t header_line;         /* 0: none */
    bool unknown_names;          /* the first line looks like names that nobody knows */
};

/* How far a reader is. */
struct place {
    size_t at; /* of the text */
    int64_t records;
};

static struct csv_reader *reader_open(const struct sheet *s, char delimiter,
                                      struct place *at)
{
    struct csv_reader *r =
        csv_open(s->book != NULL ? 2 * BOOK_ROW_BYTES : LINE_BYTES, delimiter);

    *at = (struct place){.at = s->body};
    return r;
}

/* CSV_END: there is no more. */
static enum csv_got reader_next(const struct sheet *s, struct csv_reader *r,
                                struct place *at, struct csv_record *rec)
{
    enum csv_got got;

    while ((got = csv_next(r, rec)) == CSV_MORE) {
        const size_t left = s->text.len - at->at;
        const size_t n = left < FEED_BYTES ? left : FEED_BYTES;

        if (n == 0)
            csv_feed_end(r);
        else
            csv_feed(r, s->text.s + at->at, n);
        at->at += n;
    }
    if (got == CSV_RECORD) {
        at->records++;
        rec->line = s->book != NULL ? at->records : rec->line + s->lines_before;
    }
    return got;
}

static struct first first_look(const struct sheet *s, char delimiter)
{
    struct first f = {0};
    struct place at;
    size_t seen = 0;
    struct csv_reader *r = reader_open(s, delimiter, &at);
    struct csv_record rec;
    bool data = false, names = false;

    while (seen < LOOKED_AT && reader_next(s, r, &at, &rec) == CSV_RECORD) {
        struct glance g;

        if (rec.fault != CSV_FINE || (rec.n == 1 && rec.fields[0].len == 0))
            continue;
        g = glance_at(s, &rec);
        f.fields += rec.n;
        if (f.header_line == 0 && !data && g.known > 0 && g.data == 0) {
            f.header_line = rec.line;
            f.known = g.known;
            f.width = rec.n;
        }
        if (seen == 0)
            names = g.data == 0 && g.filled >= 2;
        data = data || g.data > 0;
        seen++;
    }
    csv_close(r);
    f.unknown_names = f.header_line == 0 && names && data;
    return f;
}

static void delimiter_choose(struct sheet *s)
{
    static const char marks[] = {',', ';', '\t', '|'};
    struct first best = {0};
    char found = s->delimiter;

    for (size_t i = 0; i < sizeof(marks); i++) {
        const struct first f =
            first_look(s, s->delimiter != '\0' ? s->delimiter : marks[i]);
        const bool better = f.known != best.known   ? f.known > best.known
                            : best.header_line != 0 ? f.width > best.width
                                                    : f.fields > best.fields;

        if (i == 0 || better) {
            best = f;
            found = s->delimiter != '\0' ? s->delimiter : marks[i];
        }
    }
    s->delimiter = found;
    s->header_line = best.header_line != 0 ? best.header_line
                     : best.unknown_names  ? -1
                                           : 0;
}

/* "sep=;" is a word to the spreadsheet, and no record. */
static void sep_read(struct sheet *s)
{
    const char *p = s->text.s;

    if (s->text.len < 5 || strncasecmp(p, "sep=", 4) != 0 || p[4] == '\r' || p[4] == '\n')
        return;
    s->delimiter = p[4];
    if (s->text.len == 5 || p[5] == '\r' || p[5] == '\n') {
        s->lines_before = 1;
        s->body = s->text.len == 5 ? 5 : 6;
        if (s->text.len > 6 && p[5] == '\r' && p[6] == '\n')
            s->body = 7;
    } else {
        s->delimiter = '\0';
    }
}

/* --- columns --- */

void column_name_set(struct sheet *s, size_t i, struct cell c)
{
    struct column *col = &s->columns[i];
    size_t n = c.len < COLUMN_NAME_BYTES - 1 ? c.len : COLUMN_NAME_BYTES - 1;

    while (n < c.len && n > 0 && ((unsigned char)c.s[n] & 0xc0) == 0x80)
        n--; /* not half a character */
    for (size_t k = 0; k < n; k++)
        col->name[k] = (unsigned char)c.s[k] < 0x20 ? ' '
                       : (unsigned char)c.s[k] >= 0x80 && !charset_is_utf8(c.s, n)
                           ? '?'
                           : c.s[k];
    col->name[n] = '\0';
    if (n == 0)
        snprintf(col->name, sizeof(col->name), "column %zu", i + 1);
    if (i >= s->n_columns)
        s->n_columns = i + 1;
}

/* The line of names, or as many columns as the widest record has. */
static bool names_read(struct sheet *s, struct err *err)
{
    struct place at;
    struct csv_reader *r = reader_open(s, s->delimiter, &at);
    struct csv_record rec;
    enum csv_fault fault = CSV_FINE;
    bool done = false;

    while (!done && reader_next(s, r, &at, &rec) == CSV_RECORD) {
        fault = rec.fault;
        if (fault != CSV_FINE || (rec.n == 1 && rec.fields[0].len == 0))
            continue;
        if (s->header_line == -1)
            s->header_line = rec.line; /* the first */
        if (s->header_line != 0 && rec.line != s->header_line)
            continue;
        for (size_t i = 0; i < rec.n; i++)
            if (s->header_line != 0)
                column_name_set(s, i, field_cell(&rec.fields[i]));
            else if (i >= s->n_columns)
                column_name_set(s, i, (struct cell){"", 0});
        done = s->header_line != 0;
    }
    csv_close(r);
    s->named = s->header_line != 0;
    if (s->n_columns == 0 && fault != CSV_FINE)
        return err_set(err, ERR_INPUT, csv_fault_code(fault), "no line can be read: %s",
                       csv_fault_text(fault));
    return s->n_columns > 0 ||
           err_set(err, ERR_INPUT, "EMPTY", "line 1: the file has no line to read");
}

bool table_open(struct sheet *s, struct err *err)
{
    size_t at = 0;

    s->columns = mem_zalloc(SHEET_COLUMNS, sizeof(*s->columns));
    while (at < s->text.len && isspace((unsigned char)s->text.s[at]))
        at++;
    if (at == s->text.len)
        return err_set(err, ERR_INPUT, "EMPTY", "line 1: the file is empty");
    if (s->book == NULL && (s->text.s[at] == '{' || s->text.s[at] == '['))
        return table_json_open(s, err);
    if (s->book == NULL)
        sep_read(s);
    delimiter_choose(s);
    return names_read(s, err);
}

/* --- walking --- */

struct walk {
    struct sheet *s;
    record_each *each;
    void *arg;
    size_t fault; /* of a workbook: the next */
    struct cell cells[SHEET_COLUMNS];
};

static bool json_row(void *arg, int64_t number, const struct json_cell *in,
                     struct err *err)
{
    struct walk *w = arg;
    struct record rec = {.line = number, .n = w->s->n_columns, .cells = w->cells};

    if (in == NULL)
        rec.fault = "TYPE_MISMATCH";
    for (size_t i = 0; in != NULL && i < rec.n; i++)
        w->cells[i] = (struct cell){in[i].s, in[i].len};
    return w->each(w->arg, &rec, err);
}

static bool is_names_again(const struct sheet *s, const struct csv_record *rec)
{
    bool some = false;

    if (!s->named || rec->n < s->n_columns)
        return false;
    for (size_t i = 0; i < rec->n; i++) {
        const struct cell c = field_cell(&rec->fields[i]);

        some = some || c.len > 0;
        if (c.len > 0 && (i >= s->n_columns || !column_is(&s->columns[i], c.s, c.len)))
            return false;
    }
    return some;
}

/* A stray quotation mark joins lines. What it swallowed looks like records, or stands
 * where no line end can be. */
static bool runs_on(const struct sheet *s, const struct csv_record *rec)
{
    for (size_t i = 0; rec->fault == CSV_FINE && i < rec->n && i < s->n_columns; i++) {
        const struct csv_field *f = &rec->fields[i];
        const char *p = memchr(f->s, '\n', f->len), *end = f->s + f->len;

        if (p == NULL)
            continue;
        if (s->columns[i].flat)
            return true;
        while (p != NULL) {
            const char *next =
                p + 1 < end ? memchr(p + 1, '\n', (size_t)(end - p - 1)) : NULL;
            const char *stop = next != NULL ? next : end;
            size_t marks = 1;

            for (const char *q = p; q < stop; q++)
                marks += *q == s->delimiter;
            if (marks >= s->n_columns && memchr(p, '@', (size_t)(stop - p)) != NULL)
                return true;
            p = next;
        }
    }
    return false;
}

const char *record_fault(const struct record *rec, size_t column)
{
    for (size_t i = 0; i < rec->n_faults; i++)
        if (rec->faults[i].column == column)
            return rec->faults[i].code;
    return NULL;
}

/* Of a workbook: what is wrong with the row's cells. */
static void faults_find(struct walk *w, struct record *rec)
{
    const struct book *b = w->s->book;

    if (b == NULL)
        return;
    while (w->fault < b->n_faults && b->faults[w->fault].row < rec->line)
        w->fault++;
    rec->faults = b->faults + w->fault;
    while (w->fault + rec->n_faults < b->n_faults &&
           rec->faults[rec->n_faults].row == rec->line)
        rec->n_faults++;
}

static bool csv_take(struct walk *w, const struct csv_record *in, struct err *err)
{
    struct sheet *s = w->s;
    struct record rec = {
        .line = in->line, .unended = in->eol_len == 0, .cells = w->cells};

    if (in->fault != CSV_FINE)
        rec.fault = csv_fault_code(in->fault);
    else if (in->n == 1 && in->fields[0].len == 0)
        rec.what = RECORD_BLANK;
    else if (in->line == s->header_line || is_names_again(s, in))
        rec.what = RECORD_HEADER;
    rec.n = in->n < SHEET_COLUMNS ? in->n : SHEET_COLUMNS;
    for (size_t i = 0; i < s->n_columns || i < rec.n; i++)
        w->cells[i] = i < rec.n ? (struct cell){in->fields[i].s, in->fields[i].len}
                                : (struct cell){NULL, 0};
    faults_find(w, &rec);
    return w->each(w->arg, &rec, err);
}

bool table_walk(struct sheet *s, record_each *each, void *arg, struct err *err)
{
    struct walk *w = mem_zalloc(1, sizeof(*w));
    struct csv_record rec;
    struct csv_reader *r;
    struct place at;
    bool ok = true;

    *w = (struct walk){.s = s, .each = each, .arg = arg};
    if (s->json != NULL) {
        ok = rows_json_walk(s->json, json_row, w, err);
        free(w);
        return ok;
    }
    r = reader_open(s, s->delimiter, &at);
    while (ok && reader_next(s, r, &at, &rec) == CSV_RECORD)
        if (s->book != NULL || !runs_on(s, &rec) || !csv_take_back(r))
            ok = csv_take(w, &rec, err);
    csv_close(r);
    free(w);
    return ok;
}
