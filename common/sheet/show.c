/* sheet.h: how a file is read, for a person and for a program. */
#include "sheet/parts.h"

#include "codec/put.h"

#include <stdio.h>
#include <string.h>

static const char *meaning_text(const struct column *col)
{
    static const char *const texts[] = {
#define X(id, word, text) text,
        SHEET_MEANINGS(X)
#undef X
    };
    if (col->meaning == SHEET_NO_FLAG && col->kind == CONTACT_EMAIL)
        return "true: opted out of e-mail";
    if (col->meaning == SHEET_NO_FLAG && col->kind == CONTACT_PHONE)
        return "true: opted out of telephone and SMS";
    if (col->meaning == SHEET_NO_SALE && col->hint == SHEET_YES_FLAG)
        return "false: not to be sold or shared";
    if (col->meaning == SHEET_NO_TRACKING && col->hint == SHEET_YES_FLAG)
        return "false: not to be followed on the web";
    if (col->meaning == SHEET_CLEANED_AT)
        return "time of the opt-out";
    return texts[col->meaning];
}

static bool is_time_used(const struct sheet *s, size_t i)
{
    for (size_t k = 0; k < s->n_times; k++)
        if (s->times[k] == i)
            return true;
    return false;
}

static const char *delimiter_name(const struct sheet *s)
{
    switch (s->delimiter) {
    case ',': return "comma";
    case ';': return "semicolon";
    case '\t': return "tab";
    case '|': return "pipe";
    default: return "other";
    }
}

static void times_text(const struct sheet *s, char *ret, size_t bytes)
{
    size_t n = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < s->n_times && n < bytes; i++)
        n += (size_t)snprintf(ret + n, bytes - n, "%s%s", i > 0 ? ", else " : "",
                              s->columns[s->times[i]].name);
    if (n < bytes)
        snprintf(ret + n, bytes - n, "%sthe file's own", n > 0 ? ", else " : "");
}

/* Dates such as 05/06/2024, of which the later reading was taken. */
static int64_t two_ways(const struct sheet *s)
{
    int64_t n = 0;

    for (size_t i = 0; i < s->n_times; i++) {
        const struct column *col = &s->columns[s->times[i]];

        if (s->o.order == SHEET_ORDER_UNKNOWN &&
            (col->day_first > 0) == (col->month_first > 0))
            n += col->two_ways;
    }
    return n;
}

/* Rows for which the first column of opt-out times is empty. */
static int64_t without_time(const struct sheet *s)
{
    const struct column *col = s->n_times > 0 ? &s->columns[s->times[0]] : NULL;

    return col != NULL && col->meaning == SHEET_OPTED_AT && col->times > 0 &&
                   s->n_rows > col->filled
               ? s->n_rows - col->filled
               : 0;
}

void sheet_show_json(const struct sheet *s, struct buf *out)
{
    char times[512], time[WHEN_TEXT_BYTES];

    put_name(out, "format");
    put_text(out, sheet_form_name(s->o.form));
    put_name(out, ",kind");
    put_text(out, s->kind->title);
    put_name(out, ",encoding");
    put_text(out, charset_name(s->text.charset));
    put_name(out, ",as");
    put_text(out, s->json != NULL ? "json" : s->book != NULL ? "xlsx" : "csv");
    if (s->book != NULL) {
        put_name(out, ",sheet");
        put_text(out, s->book->sheet);
        put_name(out, ",hidden_rows");
        put_int(out, s->book->hidden_rows);
        put_name(out, ",hidden_columns");
        put_int(out, s->book->hidden_columns);
    }
    if (s->json != NULL) {
        put_name(out, ",rows_at");
        put_text(out, rows_json_place(s->json));
    } else {
        put_name(out, ",delimiter");
        put_text(out, delimiter_name(s));
        put_name(out, ",header_line");
        put_int(out, s->header_line);
    }
    put_name(out, ",columns");
    buf_add_str(out, "[");
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];

        buf_add_str(out, i > 0 ? ",{" : "{");
        put_name(out, "name");
        put_text(out, col->name);
        put_name(out, ",taken_as");
        put_text(out, meaning_text(col));
        put_name(out, ",used_for_time");
        buf_add_str(out, is_time_used(s, i) ? "true" : "false");
        if (col->note != NULL) {
            put_name(out, ",note");
            put_text(out, col->note);
        }
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
    times_text(s, times, sizeof(times));
    put_name(out, ",time");
    put_text(out, times);
    put_name(out, ",file_time");
    put_text(out, when_format(s->o.file_us, time));
    put_name(out, ",days_two_ways");
    put_int(out, two_ways(s));
    put_name(out, ",without_time");
    put_int(out, without_time(s));
}

/* What it is, and where its names stand. */
static void first_line(const struct sheet *s, struct buf *out)
{
    if (s->book != NULL)
        buf_addf(out, "sheet \"%s\" of a workbook", s->book->sheet);
    else
        buf_addf(out, "%s, %s", charset_name(s->text.charset),
                 s->json != NULL ? "JSON" : "CSV");
    if (s->book != NULL && s->header_line > 0)
        buf_addf(out, ", names in row %lld\n", (long long)s->header_line);
    else if (s->book != NULL)
        buf_add_str(out, ", no row of names\n");
    else if (s->json != NULL)
        buf_addf(out, ", rows at %s\n",
                 rows_json_place(s->json)[0] ? rows_json_place(s->json) : "the top");
    else if (s->header_line > 0)
        buf_addf(out, " (%s), names on line %lld\n", delimiter_name(s),
                 (long long)s->header_line);
    else
        buf_addf(out, " (%s), no line of names\n", delimiter_name(s));
}

void sheet_show(const struct sheet *s, const char *indent, struct buf *out)
{
    char times[512], time[WHEN_TEXT_BYTES];

    buf_addf(out, "%s%s: %s, ", indent, sheet_form_name(s->o.form), s->kind->title);
    first_line(s, out);
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct column *col = &s->columns[i];

        buf_addf(out, "%s  %-28s %s%s%s%s\n", indent, col->name, meaning_text(col),
                 col->note != NULL ? " (" : "", col->note != NULL ? col->note : "",
                 col->note != NULL ? ")" : "");
        if ((col->meaning == SHEET_UNKNOWN || col->meaning == SHEET_OTHER) &&
            col->ats > 0)
            buf_addf(out, "%s  %-28s %lld of its cells hold an @\n", indent, "",
                     (long long)col->ats);
    }
    if (s->book != NULL && (s->book->hidden_rows > 0 || s->book->hidden_columns > 0))
        buf_addf(out,
                 "%shidden, by hand or by a filter, and taken like the others: rows with "
                 "something in them %lld, columns %lld\n",
                 indent, (long long)s->book->hidden_rows,
                 (long long)s->book->hidden_columns);
    times_text(s, times, sizeof(times));
    buf_addf(out, "%stime of a row: %s (%s)\n", indent, times,
             when_format(s->o.file_us, time));
    if (s->form->days > 0)
        buf_addf(out, "%sthe list is of %s\n", indent, s->list_day);
    if (two_ways(s) > 0)
        buf_addf(
            out,
            "%s%lld of the dates can be read in two ways, as 05/06/2024: the later is "
            "taken; --dates dmy or mdy decides\n",
            indent, (long long)two_ways(s));
    if (without_time(s) > 0)
        buf_addf(out,
                 "%s%lld of the rows have no %s: they opted out all the same, unless "
                 "another column says no; --column \"NAME=optout\" takes only those that "
                 "have one\n",
                 indent, (long long)without_time(s), s->columns[s->times[0]].name);
    if (s->json != NULL && rows_json_outside(s->json) > 0)
        buf_addf(out, "%s%lld texts with an @ stand outside the rows, left alone\n",
                 indent, (long long)rows_json_outside(s->json));
}
