/*
 * golden.h - tables of expected answers, one case a line, fields between tabs.
 *
 * Empty lines and lines that begin with '#' are comments. Escapes: \t \n \r \\ \xHH (a
 * byte) and \uHHHH or \UHHHHHHHH (a character, written as UTF-8), so that invisible
 * characters can be seen. A row that lacks fields or holds an unknown escape fails the
 * test.
 */
#ifndef CONSENT_TESTS_GOLDEN_H
#define CONSENT_TESTS_GOLDEN_H

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN_FIELDS 8

struct golden_row {
    int line;
    size_t n;
    char *field[GOLDEN_FIELDS];
};

static inline char *golden_utf8(char *out, unsigned long c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    }
    return out;
}

/* In place: what an escape stands for is never longer than the escape. */
static inline bool golden_unescape(char *s)
{
    char *out = s;

    while (*s != '\0') {
        size_t digits;
        char hex[9] = "", *end;
        unsigned long c;

        if (*s != '\\') {
            *out++ = *s++;
            continue;
        }
        s++;
        switch (*s) {
        case 't':
            *out++ = '\t';
            s++;
            continue;
        case 'n':
            *out++ = '\n';
            s++;
            continue;
        case 'r':
            *out++ = '\r';
            s++;
            continue;
        case '\\':
            *out++ = '\\';
            s++;
            continue;
        case 'x': digits = 2; break;
        case 'u': digits = 4; break;
        case 'U': digits = 8; break;
        default: return false;
        }
        if (strlen(++s) < digits)
            return false;
        memcpy(hex, s, digits);
        c = strtoul(hex, &end, 16);
        if (*end != '\0' || c > 0x10ffff)
            return false;
        s += digits;
        if (digits == 2)
            *out++ = (char)c;
        else
            out = golden_utf8(out, c);
    }
    *out = '\0';
    return true;
}

/* Calls check for every row of at least fields fields; the number of rows. The path is
 * from the top of the source tree, where tests are run. */
static inline int golden_each(const char *path, size_t fields,
                              void (*check)(const struct golden_row *row))
{
    FILE *f = fopen(path, "r");
    char *text = NULL;
    size_t cap = 0;
    int rows = 0, line = 0;

    cr_assert_not_null(f, "%s cannot be opened", path);
    while (getline(&text, &cap, f) >= 0) {
        struct golden_row row = {.line = ++line};
        char *rest = text, *field;

        text[strcspn(text, "\n")] = '\0';
        if (text[0] == '\0' || text[0] == '#')
            continue;
        while (row.n < GOLDEN_FIELDS && (field = strsep(&rest, "\t")) != NULL) {
            cr_assert(golden_unescape(field), "%s:%d: unknown escape", path, line);
            row.field[row.n++] = field;
        }
        cr_assert_geq(row.n, fields, "%s:%d: too few fields", path, line);
        check(&row);
        rows++;
    }
    free(text);
    fclose(f);
    return rows;
}

#endif
