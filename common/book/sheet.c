/* parts.h: the cells of a sheet, as CSV. A row that is not there is an empty line. */
#include "book/parts.h"

#include "base/mem.h"
#include "codec/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULTS_MAX ((size_t)1 << 20)
#define TYPE_BYTES 12

/* --- is there anything? --- */

static void value_seen(void *arg, const char *s, size_t len)
{
    int *depth = arg;

    (void)s;
    if (*depth > 0 && len > 0)
        *depth = -1;
}

static void value_start(void *arg, struct xml *x, const char *name,
                        const char **attributes)
{
    int *depth = arg;

    (void)attributes;
    if (*depth < 0)
        xml_stop(x);
    else if (strcmp(name, "v") == 0 || strcmp(name, "is") == 0)
        *depth = 1;
    else if (strcmp(name, "mergeCells") == 0)
        xml_stop(x); /* behind the rows */
}

static void value_end(void *arg, struct xml *x, const char *name)
{
    int *depth = arg;

    if (*depth < 0)
        xml_stop(x);
    else if (strcmp(name, "v") == 0 || strcmp(name, "is") == 0)
        *depth = 0;
}

bool sheet_has_rows(const char *bytes, size_t len, bool *ret, struct err *err)
{
    static const struct xml_reader reader = {value_start, value_end, value_seen};
    int depth = 0; /* 1: within a value; -1: one was seen */
    const bool ok = xml_read(bytes, len, &reader, &depth, err);

    *ret = depth < 0;
    return ok;
}

/* --- the cells --- */

struct cell_at {
    int64_t row;
    size_t column; /* from 1 */
};

struct reading {
    const struct sheet_source *from;
    struct book *b;
    size_t width, first_width; /* of the widest row, of the first */
    int64_t lines;             /* of the table, so far */
    bool in_rows;

    /* the row at hand */
    struct buf line;
    int64_t row;
    size_t column, fields; /* the cell's; written so far */
    bool hidden, filled;

    /* the cell at hand: what stands in it */
    struct buf value;
    char type[TYPE_BYTES];
    size_t style;
    bool in_cell, in_value, in_inline, in_text, has_formula;
    int phonetic;

    bool column_hidden[BOOK_COLUMNS + 1], column_filled[BOOK_COLUMNS + 1];
};

/* "AB12". False: it is none. */
static bool place_read(const char *s, struct cell_at *ret)
{
    *ret = (struct cell_at){0};
    for (; *s >= 'A' && *s <= 'Z' && ret->column <= BOOK_COLUMNS * 26; s++)
        ret->column = 26 * ret->column + (size_t)(*s - 'A') + 1;
    for (; *s >= '0' && *s <= '9' && ret->row <= BOOK_ROWS; s++)
        ret->row = 10 * ret->row + (*s - '0');
    return *s == '\0' && ret->column > 0 && ret->row > 0;
}

/* As people name it: "C7". */
static const char *place_text(const struct reading *r, char ret[32])
{
    char letters[8];
    size_t n = 0, column = r->column;

    for (; column > 0 && n < sizeof(letters); column = (column - 1) / 26)
        letters[n++] = (char)('A' + (column - 1) % 26);
    for (size_t i = 0; i < n; i++)
        ret[i] = letters[n - 1 - i];
    snprintf(ret + n, 32 - n, "%lld", (long long)r->row);
    return ret;
}

static void fault_add(struct reading *r, struct xml *x, const char *code)
{
    struct book *b = r->b;

    if (b->n_faults == FAULTS_MAX) {
        xml_fail(x, "too many of its cells cannot be read");
        return;
    }
    if ((b->n_faults & (b->n_faults - 1)) == 0)
        b->faults = mem_resize(b->faults, b->n_faults > 0 ? 2 * b->n_faults : 1,
                               sizeof(*b->faults));
    b->faults[b->n_faults++] = (struct book_fault){r->row, r->column - 1, code};
}

/* --- a row --- */

static void row_begin(struct reading *r, struct xml *x, const char **attributes)
{
    const char *number = xml_attribute(attributes, "r");
    const int64_t row = number != NULL ? strtoll(number, NULL, 10) : r->row + 1;

    if (row <= r->row || row > BOOK_ROWS) {
        xml_fail(x, "its rows are out of order after row %lld", (long long)r->row);
        return;
    }
    r->row = row;
    r->column = r->fields = 0;
    r->hidden = xml_is_true(xml_attribute(attributes, "hidden"));
    r->filled = false;
    buf_reset(&r->line);
}

/* The field at hand is that of the column: what lies between is empty. */
static void fields_until(struct reading *r, size_t column)
{
    for (; r->fields < column; r->fields++)
        if (r->fields > 0)
            buf_add_str(&r->line, ",");
}

static void row_end(struct reading *r, struct xml *x)
{
    struct buf *out = &r->b->table;

    if (!r->filled)
        return;
    for (; r->lines + 1 < r->row; r->lines++)
        buf_add_str(out, "\n");
    if (r->fields > r->width)
        r->width = r->fields;
    if (r->first_width == 0)
        r->first_width = r->width;
    fields_until(r, r->width);
    buf_add(out, r->line.data, r->line.len);
    buf_add_str(out, "\n");
    r->lines++;
    r->b->hidden_rows += r->hidden;
    if (out->overrun || r->line.overrun)
        xml_fail(x, "row %lld is too large, or has more than %d columns",
                 (long long)r->row, BOOK_COLUMNS);
}

/* --- a cell --- */

static void cell_begin(struct reading *r, struct xml *x, const char **attributes)
{
    const char *place = xml_attribute(attributes, "r");
    const char *type = xml_attribute(attributes, "t");
    const char *style = xml_attribute(attributes, "s");
    struct cell_at at = {r->row, r->column + 1};

    if (place != NULL &&
        (!place_read(place, &at) || at.row != r->row || at.column <= r->column)) {
        xml_fail(x, "its cells are out of order in row %lld", (long long)r->row);
        return;
    }
    r->column = at.column;
    snprintf(r->type, sizeof(r->type), "%s", type != NULL ? type : "n");
    r->style = style != NULL ? (size_t)strtoul(style, NULL, 10) : 0;
    r->in_cell = true;
    r->has_formula = false;
    buf_reset(&r->value);
}

static void text_put(struct reading *r, const char *s, size_t len)
{
    if (len == 0)
        return;
    r->filled = true;
    if (r->column > BOOK_COLUMNS) {
        r->line.overrun = true;
        return;
    }
    r->column_filled[r->column] = true;
    fields_until(r, r->column);
    csv_put_quoted(&r->line, s, len);
}

static void shared_put(struct reading *r, struct xml *x)
{
    const struct strings *s = r->from->strings;
    char *end, where[32];
    const unsigned long i = strtoul(r->value.data, &end, 10);

    if (*end != '\0' || i >= s->n) {
        xml_fail(x, "cell %s names a text that is not there", place_text(r, where));
        return;
    }
    text_put(r, s->text.data + s->at[i], strlen(s->text.data + s->at[i]));
}

static void number_put(struct reading *r, struct xml *x)
{
    const struct styles *styles = r->from->styles;
    const struct style plain = {.kind = NUMBER_PLAIN};
    const struct style style = r->style < styles->n ? styles->of[r->style] : plain;
    char text[NUMBER_BYTES], where[32];
    const char *fault;

    if (!number_text(r->value.data, style, r->from->from_1904, text, &fault)) {
        xml_fail(x, "cell %s holds no number", place_text(r, where));
        return;
    }
    if (fault != NULL)
        fault_add(r, x, fault);
    text_put(r, text, strlen(text));
}

static void cell_end(struct reading *r, struct xml *x)
{
    char where[32];

    r->in_cell = false;
    if (r->value.overrun)
        r->line.overrun = true;
    if (r->has_formula && r->value.len == 0 && strcmp(r->type, "str") != 0) {
        xml_fail(x,
                 "cell %s holds a formula without its value: open the workbook and save "
                 "it again",
                 place_text(r, where));
        return;
    }
    if (r->value.len == 0)
        return;
    if (strcmp(r->type, "s") == 0) {
        shared_put(r, x);
    } else if (strcmp(r->type, "n") == 0) {
        number_put(r, x);
    } else if (strcmp(r->type, "b") == 0) {
        const char *word = xml_is_true(r->value.data) ? "true" : "false";

        text_put(r, word, strlen(word));
    } else {
        if (strcmp(r->type, "e") == 0)
            fault_add(r, x, "FORMULA_ERROR");
        if (strcmp(r->type, "d") != 0)
            r->value.len = text_unescape(r->value.data, r->value.len);
        text_put(r, r->value.data, r->value.len);
    }
}

/* --- what stands around the rows --- */

static void columns_hide(struct reading *r, const char **attributes)
{
    const char *from = xml_attribute(attributes, "min");
    const char *to = xml_attribute(attributes, "max");

    if (from == NULL || to == NULL || !xml_is_true(xml_attribute(attributes, "hidden")))
        return;
    for (unsigned long i = strtoul(from, NULL, 10), end = strtoul(to, NULL, 10);
         i <= end && i <= BOOK_COLUMNS; i++)
        r->column_hidden[i] = true;
}

static void on_start(void *arg, struct xml *x, const char *name, const char **attributes)
{
    struct reading *r = arg;

    if (!r->in_rows) {
        const char *where;

        if (strcmp(name, "sheetData") == 0)
            r->in_rows = true;
        else if (strcmp(name, "col") == 0)
            columns_hide(r, attributes);
        else if (strcmp(name, "mergeCell") == 0) {
            where = xml_attribute(attributes, "ref");
            xml_fail(x,
                     "cells are merged in it (%.40s), so that nobody knows which rows "
                     "they speak of: unmerge them and save it again",
                     where != NULL ? where : "?");
        }
    } else if (strcmp(name, "row") == 0) {
        row_begin(r, x, attributes);
    } else if (strcmp(name, "c") == 0) {
        cell_begin(r, x, attributes);
    } else if (r->in_cell && strcmp(name, "v") == 0) {
        r->in_value = true;
    } else if (r->in_cell && strcmp(name, "f") == 0) {
        r->has_formula = true;
    } else if (r->in_cell && strcmp(name, "is") == 0) {
        r->in_inline = true;
    } else if (strcmp(name, "rPh") == 0) {
        r->phonetic++;
    } else if (strcmp(name, "t") == 0) {
        r->in_text = r->in_inline && r->phonetic == 0;
    }
}

static void on_end(void *arg, struct xml *x, const char *name)
{
    struct reading *r = arg;

    if (!r->in_rows)
        return;
    if (strcmp(name, "sheetData") == 0)
        r->in_rows = false;
    else if (strcmp(name, "row") == 0)
        row_end(r, x);
    else if (strcmp(name, "c") == 0)
        cell_end(r, x);
    else if (strcmp(name, "v") == 0)
        r->in_value = false;
    else if (strcmp(name, "is") == 0)
        r->in_inline = r->in_text = false;
    else if (strcmp(name, "t") == 0)
        r->in_text = false;
    else if (strcmp(name, "rPh") == 0)
        r->phonetic--;
}

static void on_text(void *arg, const char *s, size_t len)
{
    struct reading *r = arg;

    if (r->in_value || r->in_text)
        buf_add(&r->value, s, len);
}

/* --- the whole --- */

/* Every row gets as many fields as the widest that came before it, and as `width`. */
static bool table_read(struct reading *r, size_t width, struct err *err)
{
    static const struct xml_reader reader = {on_start, on_end, on_text};
    struct buf line = r->line, value = r->value;

    *r = (struct reading){
        .from = r->from, .b = r->b, .line = line, .value = value, .width = width};
    buf_reset(&r->b->table);
    r->b->n_faults = 0;
    r->b->hidden_rows = 0;
    return xml_read(r->from->bytes, r->from->len, &reader, r, err);
}

bool sheet_table(const struct sheet_source *from, struct book *b, struct err *err)
{
    struct reading *r = mem_zalloc(1, sizeof(*r));
    bool ok;

    r->from = from;
    r->b = b;
    buf_init(&r->line, BOOK_ROW_BYTES);
    buf_init(&r->value, BOOK_ROW_BYTES);
    ok = table_read(r, 0, err);
    if (ok && r->first_width < r->width) /* the first rows are short */
        ok = table_read(r, r->width, err);
    for (size_t i = 1; i <= BOOK_COLUMNS; i++)
        b->hidden_columns += r->column_hidden[i] && r->column_filled[i];
    buf_done(&r->line);
    buf_done(&r->value);
    free(r);
    return ok;
}
