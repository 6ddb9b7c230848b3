/*
 * consentctl import FILE --source S: a file of events, one JSON object a line, onto the
 * source's feed. Each line is read as ingest will read it before it is sent; what it
 * would quarantine is not sent but named. Every event carries the name of the batch
 * (importbatch), the same at every try, so that a repeated import is a duplicate and not
 * a second event.
 */
#include "commands.h"
#include "progress.h"

#include "base/clock.h"
#include "base/stop.h"
#include "codec/event_json.h"
#include "codec/put.h"
#include "kafka/sink.h"
#include "store/register_store.h"

#include <ctype.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 60000

struct import {
    struct ctl *ctl;
    FILE *file;
    struct sink *sink; /* NULL: only checked (--dry-run) */
    int topic;
    char urn[128];
    char batch[65];
    struct buf line; /* with its importbatch */
    struct buf bad;  /* JSON */
    int64_t lines, sent, n_bad;
};

static void bad_say(struct import *im, const struct fault *fault)
{
    im->n_bad++;
    fprintf(stderr, "consentctl: line %lld: %s%s%s\n", (long long)im->lines,
            fault->reason, fault->pointer[0] ? " at " : "", fault->pointer);
    buf_add_str(&im->bad, im->n_bad > 1 ? ",{" : "{");
    put_name(&im->bad, "line");
    put_int(&im->bad, im->lines);
    put_name(&im->bad, ",reason");
    put_text(&im->bad, fault->reason);
    put_name(&im->bad, ",pointer");
    put_text(&im->bad, fault->pointer);
    buf_add_str(&im->bad, "}");
}

/* True: im->line is to be sent. */
static bool line_check(struct import *im, const char *text, size_t len,
                       struct fault *fault)
{
    const struct event_input in = {.value = text, .value_len = len, .has_value = true};
    static struct event ev;

    memset(fault, 0, sizeof(*fault));
    if (!event_from_json(&in, &ev, fault))
        return false;
    if (strcmp(ev.source, im->urn) != 0) {
        *fault = (struct fault){"SOURCE_MISMATCH", "/source"};
        return false;
    }
    buf_reset(&im->line);
    if (ev.import_batch[0] == '\0') { /* after the brace that a whole event begins with */
        buf_add(&im->line, text, 1);
        put_name(&im->line, "importbatch");
        put_text(&im->line, im->batch);
        buf_add_str(&im->line, ",");
        buf_add(&im->line, text + 1, len - 1);
    } else {
        buf_add(&im->line, text, len);
    }
    if (im->line.len > EVENT_RECORD_BYTES) {
        *fault = (struct fault){"TOO_LARGE", ""};
        return false;
    }
    return true;
}

static bool line_take(struct import *im, char *text, size_t len, struct err *err)
{
    struct fault fault;

    im->lines++;
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    while (len > 0 && isspace((unsigned char)text[0])) {
        text++;
        len--;
    }
    if (len == 0)
        return true; /* an empty line says nothing */
    if (!line_check(im, text, len, &fault)) {
        bad_say(im, &fault);
        return true;
    }
    if (im->sink != NULL && !sink_put(im->sink, im->topic, NULL, 0, im->line.data,
                                      im->line.len, WAIT_MS, err))
        return false;
    im->sent++;
    return true;
}

static bool lines_send(struct import *im, struct err *err)
{
    struct progress bar;
    char *text = NULL;
    size_t cap = 0;
    ssize_t len;
    bool ok = true;

    progress_begin(&bar, im->file);
    while (ok && !stop_asked() && (len = getline(&text, &cap, im->file)) >= 0) {
        ok = line_take(im, text, (size_t)len, err);
        progress_step(&bar, len, im->sent, im->n_bad);
    }
    free(text);
    if (ok && stop_asked())
        ok = err_set(err, ERR_RETRY, "STOPPED", "stopped at line %lld",
                     (long long)im->lines);
    if (ok && im->sink != NULL)
        ok = sink_flush(im->sink, WAIT_MS, err);
    progress_end(&bar, im->sent, im->n_bad);
    return ok;
}

/* --- before and after
 * ---------------------------------------------------------------------- */

static bool source_find(struct ctl *ctl, struct import *im, struct err *err)
{
    const char *id = ctl_option(ctl, "source");
    struct register_snapshot *s;
    const struct source *found;

    if (id == NULL)
        return err_set(err, ERR_CONFIG, "NO_SOURCE",
                       "say whose events they are: --source");
    if (!ctl_pg(ctl, err) || !register_load(ctl->pg, WHEN_NEVER, &s, err))
        return false;
    found = rulebook_source(&s->book, id, clock_wall_us());
    if (found != NULL)
        snprintf(im->urn, sizeof(im->urn), "%s", found->urn);
    register_free(s);
    return found != NULL || err_set(err, ERR_CONFIG, "NO_SOURCE",
                                    "the register has no source \"%.60s\"", id);
}

static bool batch_name(struct ctl *ctl, struct import *im, struct err *err)
{
    const char *name = ctl_option(ctl, "batch");

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

    if (!source_find(ctl, im, err))
        return false;
    im->file = strcmp(ctl->args[0], "-") == 0 ? stdin : fopen(ctl->args[0], "rb");
    if (im->file == NULL)
        return err_set(err, ERR_CONFIG, "NO_FILE", "cannot read %.150s", ctl->args[0]);
    if (!batch_name(ctl, im, err))
        return false;
    if (ctl_option(ctl, "dry-run") != NULL)
        return true;
    snprintf(topic, sizeof(topic), "feed.%s", ctl_option(ctl, "source"));
    return ctl_kafka(ctl, err) &&
           sink_open(ctl->settings.kafka_brokers, &ctl->kafka, &im->sink, err) &&
           sink_topic(im->sink, topic, &im->topic, err);
}

static int report(const struct ctl *ctl, struct import *im)
{
    struct buf out;

    if (ctl->json) {
        buf_init(&out, CTL_ANSWER_BYTES);
        buf_addf(&out, "{\"lines\":%lld,\"%s\":%lld,\"bad\":[", (long long)im->lines,
                 im->sink ? "sent" : "good", (long long)im->sent);
        if (im->bad.len > 0)
            buf_add(&out, im->bad.data, im->bad.len);
        buf_add_str(&out, "]}");
        ctl_say(&out);
    } else {
        printf("%lld lines, %lld events %s, %lld bad lines%s\n", (long long)im->lines,
               (long long)im->sent, im->sink ? "sent" : "are good", (long long)im->n_bad,
               im->n_bad > 0 ? " were sent nowhere: mend them and import again" : "");
    }
    return im->n_bad > 0 ? CTL_FAILED : CTL_DONE;
}

int import_run(struct ctl *ctl)
{
    static struct import im;
    struct err err;
    int code;

    buf_init(&im.line, 2 * EVENT_RECORD_BYTES);
    buf_init(&im.bad, CTL_ANSWER_BYTES);
    if (begin(ctl, &im, &err) && lines_send(&im, &err)) {
        code = report(ctl, &im);
    } else {
        if (im.lines > 0)
            fprintf(stderr,
                    "consentctl: import it again from the beginning: what arrived is "
                    "recognised\n");
        code = ctl_fail(ctl, &err);
    }
    sink_close(im.sink);
    if (im.file != NULL && im.file != stdin)
        fclose(im.file);
    buf_done(&im.line);
    buf_done(&im.bad);
    return code;
}
