/*
 * sheet_case.h - a file as common/sheet understands it, in plain text: for golden files
 * (tests/golden/import), for the tool that makes them, and for fuzzing.
 *
 * FORMAT[,OPTION...], an OPTION being at=TIME as=WORD profile=WORD kind=WORD country=CC
 * dates=dmy time=COLUMN sheet=NAME encoding=WORD column=NAME=MEANING name=FILENAME
 */
#ifndef CONSENT_TESTS_SHEET_CASE_H
#define CONSENT_TESTS_SHEET_CASE_H

#include "codec/event/loose_time.h"
#include "sheet/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sheet_case {
    struct sheet_options o;
    const char *name; /* NULL: that of the file */
};

static inline bool sheet_case_column(struct sheet_options *o, char *value)
{
    char *equals = strrchr(value, '=');
    struct sheet_given *g = &o->given[o->n_given++];

    *g = (struct sheet_given){.column = value, .meaning = SHEET_CONTACT};
    if (equals == NULL)
        return true;
    *equals = '\0';
    g->meaning = sheet_meaning_parse(equals + 1);
    return g->meaning != SHEET_UNKNOWN;
}

static inline bool sheet_case_option(struct sheet_case *c, char *word)
{
    struct sheet_options *o = &c->o;
    char *value = strchr(word, '=');

    if (value == NULL)
        return false;
    *value++ = '\0';
    if (strcmp(word, "at") == 0)
        return o->file_us_given = loose_time_parse(value, strlen(value), &o->file_us);
    if (strcmp(word, "column") == 0)
        return o->n_given < SHEET_GIVEN && sheet_case_column(o, value);
    if (strcmp(word, "as") == 0 && strcmp(value, "block") == 0)
        o->as_block = true;
    else if (strcmp(word, "as") == 0)
        o->as = strcmp(value, "bounce") == 0      ? EVENT_FEEDBACK_BOUNCED
                : strcmp(value, "complaint") == 0 ? EVENT_FEEDBACK_COMPLAINED
                                                  : EVENT_OPTOUT_RECORDED;
    else if (strcmp(word, "profile") == 0)
        o->profile = token_profile_parse(value);
    else if (strcmp(word, "kind") == 0)
        o->kind = contact_kind_parse(value);
    else if (strcmp(word, "country") == 0)
        snprintf(o->country, sizeof(o->country), "%s", value);
    else if (strcmp(word, "dates") == 0)
        o->order = strcmp(value, "mdy") == 0 ? SHEET_MDY : SHEET_DMY;
    else if (strcmp(word, "time") == 0)
        o->time_column = value;
    else if (strcmp(word, "sheet") == 0)
        o->book_sheet = value;
    else if (strcmp(word, "encoding") == 0)
        o->charset = charset_parse(value);
    else if (strcmp(word, "name") == 0)
        c->name = value;
    else
        return false;
    return true;
}

/* words is cut up and must stay. */
static inline bool sheet_case_read(struct sheet_case *c, char *words)
{
    char *rest = words, *word = strsep(&rest, ",");

    *c = (struct sheet_case){.o = {.file_us = INT64_C(1735689600000000)}}; /* 2025 */
    c->o.form = sheet_form_parse(word);
    if (c->o.form == SHEET_FORM_ANY)
        return false;
    while ((word = strsep(&rest, ",")) != NULL)
        if (!sheet_case_option(c, word))
            return false;
    return true;
}

static inline bool sheet_case_row(void *arg, const struct sheet_row *row, struct err *err)
{
    struct buf *out = arg;
    char time[WHEN_TEXT_BYTES];

    (void)err;
    for (size_t i = 0; i < row->n_said; i++) {
        const struct sheet_said *said = &row->said[i];

        buf_addf(out, "%lld %s %s %s %s%s", (long long)row->line,
                 event_type_name(sheet_said_type(row, said)),
                 row->feedback != NULL && (said->scopes & SHEET_OF_PROMOTION) != 0
                     ? row->feedback
                     : sheet_said_via(row, said),
                 contact_kind_name(said->kind), said->contact,
                 said->profile != TOKEN_NONE ? " hashed" : "");
        if (said->scopes != SHEET_OF_PROMOTION)
            buf_addf(out, " of%s%s%s",
                     (said->scopes & SHEET_OF_PROMOTION) != 0 ? " promotion" : "",
                     (said->scopes & SHEET_OF_SALE) != 0 ? " sale" : "",
                     (said->scopes & SHEET_OF_TRACKING) != 0 ? " tracking" : "");
        buf_addf(out, " at %s of %s\n", when_format(row->at_us, time),
                 row->time_of != NULL ? row->time_of : "the file");
    }
    for (size_t i = 0; i < row->n_faults; i++)
        buf_addf(out, "%lld bad %s%s%s\n", (long long)row->line, row->faults[i].reason,
                 row->faults[i].where[0] ? " at " : "", row->faults[i].where);
    if (row->every_channel != NULL)
        buf_addf(out, "%lld names no channel in \"%s\"\n", (long long)row->line,
                 row->every_channel);
    if (row->two_numbers)
        buf_addf(out, "%lld can be two numbers\n", (long long)row->line);
    if (row->bad_time)
        buf_addf(out, "%lld has a time that cannot be read\n", (long long)row->line);
    if (row->verdict == SHEET_SILENT)
        buf_addf(out, "%lld silent: %s\n", (long long)row->line, row->silent);
    return true;
}

/* How it is read, every row, and the sum; or why it is refused. */
static inline bool sheet_case_print(const struct sheet_case *c, const char *file,
                                    const char *bytes, size_t len, struct buf *out)
{
    struct sheet *s = NULL;
    struct err err;
    bool ok = sheet_open(&c->o, c->name != NULL ? c->name : file, bytes, len, &s, &err);

    if (ok) {
        const struct sheet_counts *n = sheet_counts(s);

        sheet_show(s, "", out);
        ok = sheet_walk(s, sheet_case_row, out, &err);
        buf_addf(
            out,
            "%lld records = %lld said (%lld in part) + %lld bad + %lld silent + %lld "
            "blank + %lld names\n",
            (long long)n->records, (long long)n->said, (long long)n->partly,
            (long long)n->bad, (long long)n->silent, (long long)n->blank,
            (long long)n->header);
    }
    if (!ok)
        buf_addf(out, "refused: %s: %s\n", err.code, err.text);
    sheet_close(s);
    return ok;
}

#endif
