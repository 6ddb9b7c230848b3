#include "rows_json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_BYTES 40

static bool row_give(json_t *row, int64_t number, rows_json_each *each, void *arg,
                     struct err *err)
{
    struct json_cell cells[ROWS_JSON_CELLS];
    char numbers[ROWS_JSON_CELLS][NUMBER_BYTES];
    const char *name;
    json_t *v;
    size_t n = 0;

    if (!json_is_object(row))
        return each(arg, number, NULL, 0, err);
    json_object_foreach(row, name, v)
    {
        struct json_cell *c = &cells[n];

        if (n == ROWS_JSON_CELLS)
            continue;
        *c = (struct json_cell){.name = name, .text = numbers[n]};
        if (json_is_string(v)) {
            c->text = json_string_value(v);
            c->len = json_string_length(v);
        } else if (json_is_integer(v)) {
            c->len = (size_t)snprintf(numbers[n], NUMBER_BYTES, "%lld",
                                      (long long)json_integer_value(v));
        } else if (json_is_real(v)) {
            snprintf(numbers[n], NUMBER_BYTES, "%.6f", json_real_value(v));
            c->len = strlen(numbers[n]);
        } else {
            c->text = json_is_true(v) ? "true" : json_is_false(v) ? "false" : "";
            c->len = strlen(c->text);
        }
        n++;
    }
    return each(arg, number, cells, n, err);
}

static json_t *rows_of(json_t *top)
{
    const char *name;
    json_t *v;

    if (json_is_array(top))
        return top;
    json_object_foreach(top, name,
                        v) if (json_is_array(v) &&
                               (json_array_size(v) == 0 ||
                                json_is_object(json_array_get(v, 0)))) return v;
    return NULL;
}

/* Objects behind each other: the first as the table's first row. */
static bool more_rows(const char *text, size_t len, rows_json_each *each, void *arg,
                      struct err *err)
{
    int64_t number = 0, line = 1;
    size_t at = 0;

    for (int pass = 0; pass < 2; pass++) { /* all can be read before any is given */
        at = 0;
        for (;;) {
            json_error_t e;
            json_t *row;
            bool ok = true;

            while (at < len && strchr(" \t\r\n", text[at]) != NULL)
                line += text[at++] == '\n';
            if (at == len)
                break;
            row = json_loadb(text + at, len - at,
                             JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &e);
            if (row == NULL)
                return err_set(err, ERR_INPUT, "NOT_JSON", "line %lld is no JSON",
                               (long long)line + e.line - 1);
            if (pass == 1)
                ok = row_give(row, ++number, each, arg, err);
            json_decref(row);
            if (!ok)
                return false;
            for (size_t end = at + (size_t)e.position; at < end; at++)
                line += text[at] == '\n';
        }
    }
    return true;
}

bool rows_from_json(const char *text, size_t len, rows_json_each *each, void *arg,
                    struct err *err)
{
    json_error_t e;
    json_t *top = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e), *rows;
    bool ok = true;

    if (top == NULL && json_error_code(&e) == json_error_end_of_input_expected)
        return more_rows(text, len, each, arg, err);
    if (top == NULL)
        return err_set(err, ERR_INPUT, "NOT_JSON", "line %d is no JSON", e.line);
    rows = rows_of(top);
    for (size_t i = 0; ok && rows != NULL && i < json_array_size(rows); i++)
        ok = row_give(json_array_get(rows, i), (int64_t)i + 1, each, arg, err);
    if (rows == NULL)
        ok = json_is_object(top) && json_object_size(top) > 0
                 ? row_give(top, 1, each, arg, err)
                 : err_set(err, ERR_INPUT, "NO_ROWS", "there is no array of rows in it");
    json_decref(top);
    return ok;
}
