/*
 * consentctl list scrub LIST FILE: the file's lines with a verdict on each. What is
 * looked at stands in core/lists/scrub.h, the formats in scrub/scrub.h; where the lines
 * come from, in scrub_input.h.
 */
#include "commands.h"
#include "outfile.h"
#include "scrub_input.h"
#include "progress.h"
#include "who.h"
#include "unknown.h"

#include "base/clock.h"
#include "base/stop.h"
#include "codec/put.h"
#include "pg/pg_session.h"
#include "scrub/scrub.h"

#include <stdio.h>
#include <string.h>

#define TOLD_MOST   20 /* lines named on standard error */
#define CONNECTIONS 2

struct listing {
    struct ctl *ctl;
    struct scrub_input in;
    struct pg *pgs[CONNECTIONS];
    struct register_snapshot *reg;
    struct keying *keying;
    struct scrub_options options;
    struct scrub *scrub;
    struct outfile out;
    struct buf invalid; /* JSON */
    int64_t n_invalid;
};

static bool on_write(void *arg, const void *data, size_t len, struct err *err)
{
    struct listing *l = arg;

    return outfile_write(&l->out, data, len, err);
}

static void on_told(void *arg, int64_t line, const char *code)
{
    struct listing *l = arg;

    if (++l->n_invalid > TOLD_MOST)
        return;
    fprintf(stderr, "consentctl: %s %lld: %s\n", l->in.book != NULL ? "row" : "line",
            (long long)line, code);
    buf_addf(&l->invalid, "%s{\"line\":%lld,\"reason\":\"%s\"}",
             l->invalid.len > 0 ? "," : "", (long long)line, code);
}

static const char *on_fault(void *arg, int64_t record, size_t column)
{
    const struct listing *l = arg;

    return scrub_input_fault(&l->in, record, column);
}

/* --- what is asked --- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);

    return n >= k && strcasecmp(text + n - k, end) == 0;
}

static bool format_choose(const struct listing *l, enum scrub_format *ret,
                          struct err *err)
{
    const struct ctl *ctl = l->ctl;
    const char *word = ctl_option(ctl, "format"), *file = ctl->args[1];

    if (l->in.book != NULL) {
        *ret = SCRUB_CSV;
        return word == NULL || strcmp(word, "csv") == 0 ||
               err_set(err, ERR_CONFIG, "BAD_FORMAT",
                       "the lines of a workbook go out as CSV, and nothing else");
    }
    if (word != NULL)
        return scrub_format_parse(word, ret) ||
               err_set(err, ERR_CONFIG, "BAD_FORMAT",
                       "a format is csv, ndjson or plain, not \"%.40s\"", word);
    *ret = ends_with(file, ".ndjson") || ends_with(file, ".jsonl") ? SCRUB_NDJSON
           : ends_with(file, ".txt")                               ? SCRUB_PLAIN
                                                                   : SCRUB_CSV;
    return true;
}

static bool word_copy(char *to, size_t bytes, const char *word, const char *what,
                      struct err *err)
{
    if (word != NULL && strlen(word) >= bytes)
        return err_set(err, ERR_CONFIG, "BAD_OPTION", "--%s is too long", what);
    snprintf(to, bytes, "%s", word != NULL ? word : "");
    return true;
}

static bool options_read(struct listing *l, struct err *err)
{
    struct scrub_options *o = &l->options;
    struct ctl *ctl = l->ctl;

    o->tokens = ctl_option(ctl, "tokens") != NULL;
    o->header = ctl_option(ctl, "header") != NULL;
    return format_choose(l, &o->format, err) &&
           word_copy(o->column, sizeof(o->column), ctl_option(ctl, "column"), "column",
                     err) &&
           word_copy(o->country, sizeof(o->country), ctl_option(ctl, "country"),
                     "country", err);
}

static bool connect_all(struct listing *l, struct err *err)
{
    if (!ctl_pg(l->ctl, err))
        return false;
    l->pgs[0] = l->ctl->pg;
    for (size_t i = 1; i < CONNECTIONS; i++)
        if (!pg_open(l->ctl->settings.database_url, "consentctl", &l->pgs[i], err))
            return false;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (!pg_plan_lookups(l->pgs[i], err))
            return false;
    return true;
}

/* NULL: standard output, which "-" says too. */
static const char *output_of(const struct ctl *ctl)
{
    const char *output = ctl_option(ctl, "output");

    return output != NULL && strcmp(output, "-") == 0 ? NULL : output;
}

/* What comes out is not what went in. */
static bool book_tell(const struct listing *l, struct err *err)
{
    const struct book *b = l->in.book;
    const char *output = output_of(l->ctl);

    if (b == NULL)
        return true;
    if (output != NULL && (ends_with(output, ".xlsx") || ends_with(output, ".xlsm")))
        return err_set(err, ERR_CONFIG, "BAD_OPTION",
                       "the lines of a workbook go out as CSV: give --output a name that "
                       "ends so");
    fprintf(stderr, "consentctl: sheet \"%s\" of a workbook: its rows go out as CSV\n",
            b->sheet);
    if (b->hidden_rows > 0)
        fprintf(stderr,
                "consentctl: %lld of its rows are hidden, and looked at as well\n",
                (long long)b->hidden_rows);
    return true;
}

static bool begin(struct listing *l, struct err *err)
{
    struct scrub_options *o = &l->options;

    if (!scrub_input_open(&l->in, l->ctl->args[1], ctl_option(l->ctl, "sheet"), err) ||
        !options_read(l, err) || !book_tell(l, err))
        return false;
    if (!connect_all(l, err) || !register_load(l->pgs[0], WHEN_NEVER, &l->reg, err))
        return false;
    o->list = register_list(l->reg, l->ctl->args[0], clock_wall_us());
    if (o->list == NULL)
        return unknown_name(l->reg, UNKNOWN_LIST, l->ctl->args[0], err);
    if (!o->tokens && (l->keying = who_keying(l->ctl, err)) == NULL)
        return false;
    o->reg = l->reg;
    o->keying = l->keying;
    o->pgs = l->pgs;
    o->n_pgs = CONNECTIONS;
    o->arg = l;
    o->write = on_write;
    o->told = on_told;
    o->fault_of = l->in.book != NULL ? on_fault : NULL;
    return outfile_open(&l->out, output_of(l->ctl), err) && scrub_open(o, &l->scrub, err);
}

/* --- the lines --- */

static bool run(struct listing *l, struct err *err)
{
    const struct scrub_counts *counts = scrub_counts(l->scrub);
    struct progress bar;
    const char *data;
    bool ok = true;
    size_t n = 1;

    progress_begin_count(&bar, l->in.bytes, "lines", "invalid");
    while (ok && n > 0) {
        ok = scrub_input_next(&l->in, &data, &n, err);
        if (ok && stop_asked())
            ok = err_set(err, ERR_RETRY, "STOPPED", "stopped after %lld lines",
                         (long long)counts->lines);
        if (ok)
            ok = n > 0 ? scrub_feed(l->scrub, data, n, err) : scrub_end(l->scrub, err);
        progress_step(&bar, (int64_t)n, counts->lines, counts->by_status[SCRUB_INVALID]);
    }
    progress_end(&bar, counts->lines, counts->by_status[SCRUB_INVALID]);
    return ok && outfile_keep(&l->out, err);
}

/* Beside the lines, or, when they go to a file, as the answer. */
static int report(struct listing *l)
{
    const struct scrub_counts *c = scrub_counts(l->scrub);
    FILE *to = output_of(l->ctl) != NULL ? stdout : stderr;

    if (l->ctl->json) {
        fprintf(to, "{\"list\":\"%s\",\"lines\":%lld,\"may_mail\":%lld", l->ctl->args[0],
                (long long)c->lines, (long long)c->may_mail);
        for (int i = 0; i < N_SCRUB_STATUSES; i++)
            fprintf(to, ",\"%s\":%lld", scrub_status_name((enum scrub_status)i),
                    (long long)c->by_status[i]);
        fprintf(to, ",\"bad\":[%s]}\n", l->invalid.len > 0 ? l->invalid.data : "");
    } else {
        fprintf(to, "%lld lines: %lld may be mailed, %lld may not", (long long)c->lines,
                (long long)c->may_mail,
                (long long)(c->lines - c->may_mail - c->by_status[SCRUB_INVALID]));
        for (int i = 0; i < N_SCRUB_STATUSES; i++)
            if (c->by_status[i] > 0)
                fprintf(to, "; %lld %s", (long long)c->by_status[i],
                        scrub_status_name((enum scrub_status)i));
        fputc('\n', to);
        if (l->n_invalid > TOLD_MOST)
            fprintf(stderr, "consentctl: %lld invalid lines in all\n",
                    (long long)l->n_invalid);
    }
    return c->by_status[SCRUB_INVALID] > 0 ? CTL_FAILED : CTL_DONE;
}

int list_scrub_run(struct ctl *ctl)
{
    static struct listing l;
    struct err err;
    int code;

    l = (struct listing){.ctl = ctl, .in = {.fd = -1}, .out = {.fd = -1}};
    buf_init(&l.invalid, 1 << 16);
    code = begin(&l, &err) && run(&l, &err) ? report(&l) : ctl_fail(ctl, &err);
    scrub_close(l.scrub);
    outfile_drop(&l.out);
    keying_close(l.keying);
    register_free(l.reg);
    for (size_t i = 1; i < CONNECTIONS; i++)
        pg_close(l.pgs[i]);
    scrub_input_close(&l.in);
    buf_done(&l.invalid);
    return code;
}
