/*
 * reports.h - reports of mail servers from tests/golden/reports: every form they come in
 * with everything that a server may have answered. Its README says how they are written.
 */
#ifndef CONSENT_TESTS_REPORTS_H
#define CONSENT_TESTS_REPORTS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORTS_DIR     "tests/golden/reports/"
#define REPORTS_FORMATS 80
#define REPORTS_ANSWERS 80

struct answer {
    char reply[8], status[16], words[160], means[16];
};

struct format {
    char name[80];
    char expect[120]; /* of complaints: what follows "=>" */
    bool two;         /* takes several recipients         */
    const char *text, *end;
};

static char *reports_read(const char *name)
{
    char path[200];
    FILE *f;
    char *text = calloc(1, 1 << 18);

    snprintf(path, sizeof(path), REPORTS_DIR "%s", name);
    f = fopen(path, "r");
    if (f == NULL || text == NULL) {
        perror(path);
        exit(1);
    }
    text[fread(text, 1, (1 << 18) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static size_t answers_read(struct answer *ret)
{
    char *text = reports_read("answers.tsv"), *rest = text, *line;
    size_t n = 0;

    while ((line = strsep(&rest, "\n")) != NULL && n < REPORTS_ANSWERS) {
        struct answer *a = &ret[n];
        const char *f[4];

        if (line[0] == '#' || line[0] == '\0')
            continue;
        for (int i = 0; i < 4; i++)
            f[i] = strsep(&line, "\t");
        snprintf(a->reply, sizeof(a->reply), "%s", f[0]);
        snprintf(a->status, sizeof(a->status), "%s", f[1]);
        snprintf(a->words, sizeof(a->words), "%s", f[2]);
        snprintf(a->means, sizeof(a->means), "%s", f[3]);
        n++;
    }
    free(text);
    return n;
}

/* text stays with the formats. */
static size_t formats_read(char *text, struct format *ret)
{
    size_t n = 0;

    for (char *s = strstr(text, "=== "); s != NULL && n < REPORTS_FORMATS;) {
        char *eol = strchr(s, '\n'), *next = strstr(eol, "\n=== ");
        struct format *f = &ret[n++];
        char *expect;

        snprintf(f->name, sizeof(f->name), "%.*s", (int)(eol - s) - 4, s + 4);
        expect = strstr(f->name, " => ");
        snprintf(f->expect, sizeof(f->expect), "%s", expect ? expect + 4 : "");
        if (expect != NULL)
            *expect = '\0';
        f->two = strstr(f->name, " two") != NULL;
        f->text = eol + 1;
        f->end = next != NULL ? next + 1 : eol + strlen(eol);
        s = next != NULL ? next + 1 : NULL;
    }
    return n;
}

struct failing {
    const char *address;
    const struct answer *answer;
};

static void put(struct buf *out, const char *s, const char *end, const struct failing *f);

/* "550 5.1.1 words": with the address for @A. */
static void put_answer(struct buf *out, const struct failing *f)
{
    const struct answer *a = f->answer;

    buf_addf(out, "%s %s%s", a->reply, a->status, a->status[0] ? " " : "");
    put(out, a->words, a->words + strlen(a->words), f);
}

static void put_html(struct buf *out, const struct failing *f)
{
    struct buf plain;

    buf_init(&plain, 4096);
    put_answer(&plain, f);
    for (const char *s = plain.data; *s != '\0'; s++) {
        if (*s == '<' || *s == '>')
            buf_add_str(out, *s == '<' ? "&lt;" : "&gt;");
        else
            buf_add(out, s, 1);
    }
    buf_done(&plain);
}

/* As RFC 3461 has it: + and = as hexadecimal digits. */
static void put_xtext(struct buf *out, const char *address)
{
    for (const char *s = address; *s != '\0'; s++) {
        if (*s == '+' || *s == '=')
            buf_add_str(out, *s == '+' ? "+2B" : "+3D");
        else
            buf_add(out, s, 1);
    }
}

static void put(struct buf *out, const char *s, const char *end, const struct failing *f)
{
    for (; s < end; s++) {
        if (s[0] != '@' || s + 1 == end || strchr("ASTHX", s[1]) == NULL) {
            buf_add(out, s, 1);
            continue;
        }
        switch (*++s) {
        case 'A': buf_add_str(out, f->address); break;
        case 'X': put_xtext(out, f->address); break;
        case 'T': put_answer(out, f); break;
        case 'H': put_html(out, f); break;
        default:
            if (f->answer->status[0] != '\0')
                buf_add_str(out, f->answer->status);
            else
                buf_addf(out, "%c.0.0", f->answer->reply[0]);
        }
    }
}

/* A block of lines that begin with "* ", once for each recipient. */
static const char *put_block(struct buf *out, const char *s, const char *end,
                             const struct failing *of, size_t n)
{
    const char *stop = s;

    while (stop < end && stop[0] == '*' && (stop[1] == ' ' || stop[1] == '\n'))
        stop = strchr(stop, '\n') + 1;
    for (size_t i = 0; i < n; i++)
        for (const char *line = s; line < stop;) {
            const char *eol = strchr(line, '\n') + 1;

            put(out, line + (line[1] == ' ' ? 2 : 1), eol, &of[i]);
            line = eol;
        }
    return stop;
}

static void report_make(struct buf *out, const struct format *f, const struct failing *of,
                        size_t n)
{
    buf_reset(out);
    buf_addf(out, "Received: from mx.example.net (mx.example.net [192.0.2.7])\n"
                  "\tby mail.example.com; Tue, 03 Mar 2026 10:15:30 +0100\n"
                  "To: bounces@example.com\nMessage-ID: <r1@mx.example.net>\n"
                  "Date: Tue, 03 Mar 2026 10:15:30 +0100\nMIME-Version: 1.0\n");
    for (const char *s = f->text; s < f->end;) {
        const char *eol = strchr(s, '\n');
        const char *list = strstr(s, "@L");

        eol = eol != NULL ? eol + 1 : f->end;
        if (s[0] == '*' && (s[1] == ' ' || s[1] == '\n')) {
            s = put_block(out, s, f->end, of, n);
            continue;
        }
        if (list != NULL && list < eol) {
            put(out, s, list, &of[0]);
            for (size_t i = 0; i < n; i++)
                buf_addf(out, "%s%s", i > 0 ? ", " : "", of[i].address);
            buf_add_str(out, "\n");
        } else {
            put(out, s, eol, &of[0]);
        }
        s = eol;
    }
}

#endif
