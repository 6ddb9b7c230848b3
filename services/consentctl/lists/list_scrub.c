/*
 * consentctl list scrub LIST FILE: the file's lines with a verdict on each. What is
 * looked at stands in core/lists/scrub.h, the formats in scrub/scrub.h.
 */
#include "commands.h"
#include "outfile.h"
#include "progress.h"
#include "who.h"
#include "unknown.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/stop.h"
#include "codec/put.h"
#include "pg/pg_session.h"
#include "scrub/scrub.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES  ((size_t)256 << 10)
#define TOLD_MOST   20 /* lines named on standard error */
#define CONNECTIONS 2

struct listing {
    struct ctl *ctl;
    int fd;
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
    fprintf(stderr, "consentctl: line %lld: %s\n", (long long)line, code);
    buf_addf(&l->invalid, "%s{\"line\":%lld,\"reason\":\"%s\"}",
             l->invalid.len > 0 ? "," : "", (long long)line, code);
}

/* --- what is asked --- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);

    return n >= k && strcasecmp(text + n - k, end) == 0;
}

static bool format_choose(const struct ctl *ctl, enum scrub_format *ret, struct err *err)
{
    const char *word = ctl_option(ctl, "format"), *file = ctl->args[1];

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
    return format_choose(ctl, &o->format, err) &&
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

static bool begin(struct listing *l, struct err *err)
{
    struct scrub_options *o = &l->options;
    const char *file = l->ctl->args[1];

    if (!options_read(l, err))
        return false;
    l->fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    if (l->fd < 0)
        return err_set(err, ERR_CONFIG, "NO_FILE", "cannot read %.150s", file);
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
    return outfile_open(&l->out, output_of(l->ctl), err) && scrub_open(o, &l->scrub, err);
}

/* --- the lines --- */

static bool run(struct listing *l, struct err *err)
{
    const struct scrub_counts *counts = scrub_counts(l->scrub);
    char *data = mem_zalloc(READ_BYTES, 1);
    struct progress bar;
    struct stat st;
    bool ok = true;
    ssize_t n = 1;

    progress_begin_count(&bar,
                         fstat(l->fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0,
                         "lines", "invalid");
    while (ok && n > 0) {
        n = read(l->fd, data, READ_BYTES);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            ok = err_set(err, ERR_RETRY, "INPUT", "cannot read the file: %s",
                         strerror(errno));
        else if (stop_asked())
            ok = err_set(err, ERR_RETRY, "STOPPED", "stopped after %lld lines",
                         (long long)counts->lines);
        else
            ok = n > 0 ? scrub_feed(l->scrub, data, (size_t)n, err)
                       : scrub_end(l->scrub, err);
        progress_step(&bar, n > 0 ? n : 0, counts->lines,
                      counts->by_status[SCRUB_INVALID]);
    }
    progress_end(&bar, counts->lines, counts->by_status[SCRUB_INVALID]);
    free(data);
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

    l = (struct listing){.ctl = ctl, .fd = -1, .out = {.fd = -1}};
    buf_init(&l.invalid, 1 << 16);
    code = begin(&l, &err) && run(&l, &err) ? report(&l) : ctl_fail(ctl, &err);
    scrub_close(l.scrub);
    outfile_drop(&l.out);
    keying_close(l.keying);
    register_free(l.reg);
    for (size_t i = 1; i < CONNECTIONS; i++)
        pg_close(l.pgs[i]);
    if (l.fd > STDIN_FILENO)
        close(l.fd);
    buf_done(&l.invalid);
    return code;
}
