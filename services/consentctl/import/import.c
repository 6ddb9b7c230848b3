/*
 * consentctl import FILE --source S: a file onto the source's feed, see import.h. Every
 * event carries the name of the batch (importbatch).
 */
#include "import.h"
#include "unknown.h"

#include "commands.h"
#include "import_effect.h"
#include "import_hashed.h"

#include "base/clock.h"
#include "book/book.h"
#include "base/hex.h"
#include "base/stop.h"
#include "codec/put.h"
#include "crypto/digest.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* --- a line --- */

void import_bad(struct import *im, int64_t line, const char *reason, const char *pointer)
{
    const char *text = book_fault_text(reason);

    im->n_bad++;
    fprintf(stderr, "consentctl: line %lld: %s%s%s%s%s\n", (long long)line, reason,
            pointer[0] ? " at " : "", pointer, text != NULL ? ": " : "",
            text != NULL ? text : "");
    buf_add_str(&im->bad, im->n_bad > 1 ? ",{" : "{");
    put_name(&im->bad, "line");
    put_int(&im->bad, line);
    put_name(&im->bad, ",reason");
    put_text(&im->bad, reason);
    put_name(&im->bad, ",pointer");
    put_text(&im->bad, pointer);
    buf_add_str(&im->bad, "}");
}

void import_note(struct import *im, int64_t line, const char *reason, const char *what)
{
    im->n_noted++;
    fprintf(stderr, "consentctl: line %lld: %s: %s\n", (long long)line, reason, what);
}

bool import_check(struct import *im, const char *text, size_t len, struct fault *ret)
{
    const struct event_input in = {.value = text, .value_len = len, .has_value = true};

    memset(ret, 0, sizeof(*ret));
    if (!event_from_json(&in, &im->event, ret))
        return false;
    if (strcmp(im->event.source, im->source->urn) != 0) {
        *ret = (struct fault){"SOURCE_MISMATCH", "/source"};
        return false;
    }
    return true;
}

bool import_send(struct import *im, struct err *err)
{
    if (im->producer != NULL &&
        !producer_put(im->producer, im->topic, NULL, 0, im->line.data, im->line.len,
                      IMPORT_WAIT_MS, err))
        return false;
    if (im->effect != NULL && im->hashed == NULL && !effect_event(im->effect, im, err))
        return false;
    im->sent++;
    if ((size_t)im->event.type < IMPORT_TYPES)
        im->by_type[im->event.type]++;
    return true;
}

static bool all_send(struct import *im, struct err *err)
{
    bool ok = im->events ? import_lines(im, err) : import_sheets(im, err);

    if (ok && stop_asked())
        ok = err_set(err, ERR_RETRY, "STOPPED", "stopped at line %lld",
                     (long long)im->lines);
    if (ok && im->producer != NULL)
        ok = producer_flush(im->producer, IMPORT_WAIT_MS, err);
    if (ok && im->effect != NULL)
        ok = effect_end(im->effect, im, err);
    progress_end(&im->bar, im->sent, im->n_bad);
    return ok;
}

/* --- before --- */

static bool source_find(struct ctl *ctl, struct import *im, struct err *err)
{
    const char *id = ctl_option(ctl, "source");
    const int64_t now_us = clock_wall_us();

    if (id == NULL)
        return err_set(err, ERR_CONFIG, "NO_SOURCE",
                       "say whose events they are: --source");
    if (!ctl_pg(ctl, err) || !register_load(ctl->pg, WHEN_NEVER, &im->reg, err))
        return false;
    im->source = rulebook_source(&im->reg->book, id, now_us);
    if (im->source == NULL)
        return unknown_name(im->reg, UNKNOWN_SOURCE, id, err);
    im->controller = ctl_option(ctl, "controller");
    if (im->controller != NULL &&
        rulebook_controller(&im->reg->book, im->controller, now_us) == NULL)
        return err_set(err, ERR_CONFIG, "NO_CONTROLLER",
                       "the register has no controller \"%.60s\"", im->controller);
    return true;
}

/* Standard input has to be read twice: it goes into a file without a name. */
static FILE *stdin_keep(void)
{
    FILE *kept = tmpfile();
    char part[65536];
    size_t n;

    while (kept != NULL && (n = fread(part, 1, sizeof(part), stdin)) > 0)
        if (fwrite(part, 1, n, kept) != n) {
            fclose(kept);
            return NULL;
        }
    if (kept != NULL && fflush(kept) == 0)
        rewind(kept);
    return kept;
}

static bool file_open(struct ctl *ctl, struct import *im, struct err *err)
{
    const bool from_stdin = strcmp(ctl->args[0], "-") == 0;

    if (!from_stdin)
        im->file = fopen(ctl->args[0], "rb");
    else
        im->file = im->events ? stdin : stdin_keep();
    return im->file != NULL ||
           err_set(err, ERR_CONFIG, "NO_FILE", "cannot read %.150s", ctl->args[0]);
}

/* The bytes, their digest, and the time that stands in for one that a row does not say.
 */
static bool table_map(struct ctl *ctl, struct import *im, struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    struct stat st;
    void *bytes;

    if (fstat(fileno(im->file), &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(err, ERR_CONFIG, "NO_FILE", "%.150s is no file", ctl->args[0]);
    if (!im->options.file_us_given)
        im->options.file_us = (int64_t)st.st_mtime * WHEN_SECOND_US;
    im->len = (size_t)st.st_size;
    if (im->len == 0)
        return err_set(err, ERR_INPUT, "EMPTY", "line 1: the file is empty");
    bytes = mmap(NULL, im->len, PROT_READ, MAP_PRIVATE, fileno(im->file), 0);
    if (bytes == MAP_FAILED)
        return err_set(err, ERR_CONFIG, "NO_FILE", "cannot read %.100s: %s", ctl->args[0],
                       strerror(errno));
    im->bytes = bytes;
    if (!digest_sha256(im->bytes, im->len, NULL, 0, digest, err))
        return false;
    hex_print(digest, DIGEST_BYTES, im->digest);
    return true;
}

/* A file of events is known by its name, any other by what is in it. */
static bool batch_name(struct ctl *ctl, struct import *im, struct err *err)
{
    const char *name = ctl_option(ctl, "batch");
    char from_digest[32];

    if (name == NULL && !im->events) {
        snprintf(from_digest, sizeof(from_digest), "%s-%.16s", ctl_option(ctl, "format"),
                 im->digest);
        name = from_digest;
    }
    if (name == NULL)
        name = strcmp(ctl->args[0], "-") == 0 ? "stdin" : basename(ctl->args[0]);
    for (const char *p = name; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return err_set(err, ERR_CONFIG, "BAD_BATCH", "the batch needs another name");
    if (name[0] == '\0' || strlen(name) >= sizeof(im->batch))
        return err_set(err, ERR_CONFIG, "BAD_BATCH",
                       "a batch's name has 1 to 64 bytes: --batch NAME");
    memcpy(im->batch, name, strlen(name) + 1);
    return true;
}

static bool begin(struct ctl *ctl, struct import *im, struct err *err)
{
    char topic[128];

    if (!import_options(ctl, im, err) || !source_find(ctl, im, err) ||
        !file_open(ctl, im, err) || (!im->events && !table_map(ctl, im, err)) ||
        !batch_name(ctl, im, err))
        return false;
    if (im->options.profile != TOKEN_NONE)
        hashed_open(ctl, im);
    if (ctl_option(ctl, "dry-run") != NULL)
        return effect_open(ctl, &im->effect, err);
    snprintf(topic, sizeof(topic), "feed.%s", ctl_option(ctl, "source"));
    return ctl_kafka(ctl, err) &&
           producer_open(ctl->settings.kafka_brokers, &ctl->kafka, &im->producer, err) &&
           producer_topic(im->producer, topic, &im->topic, err);
}

int import_run(struct ctl *ctl)
{
    static struct import im;
    struct err err;
    int code;

    buf_init(&im.line, 2 * EVENT_RECORD_BYTES);
    buf_init(&im.bad, CTL_ANSWER_BYTES);
    im.ctl = ctl;
    if (begin(ctl, &im, &err) && all_send(&im, &err)) {
        code = import_report(ctl, &im);
    } else {
        if (im.lines > 0 && im.producer != NULL)
            fprintf(stderr,
                    "consentctl: import it again from the beginning: what arrived is "
                    "recognised\n");
        code = ctl_fail(ctl, &err);
    }
    producer_close(im.producer);
    effect_close(im.effect);
    hashed_close(im.hashed);
    if (im.bytes != NULL)
        munmap((void *)(uintptr_t)im.bytes, im.len);
    if (im.file != NULL && im.file != stdin)
        fclose(im.file);
    register_free(im.reg);
    buf_done(&im.line);
    buf_done(&im.bad);
    buf_done(&im.read);
    buf_done(&im.shown);
    buf_done(&im.rows);
    buf_done(&im.rows_json);
    return code;
}
