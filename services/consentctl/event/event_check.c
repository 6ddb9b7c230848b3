/* consentctl event check: what would become of the events of a file, by the register in
 * force. Nothing is sent. */
#include "commands.h"
#include "unknown.h"

#include "base/clock.h"
#include "codec/event/event_batch.h"
#include "core/event/fault_codes.h"
#include "intake/check.h"
#include "store/register/register_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES ((size_t)256 << 20)

struct checking {
    struct ctl *ctl;
    struct check *check;
    const struct rulebook *book;
    const struct source *source; /* of --source; NULL: each event's own */
    size_t n, n_whole;
};

/* --- one event --- */

static void say(const struct checked *v)
{
    const char *id = v->id[0] != '\0' ? v->id : "(no id)";
    const struct fault *f = v->fault;

    printf("%-32s %s\n", id, outcome_name(v->outcome));
    if (f->reason[0] == '\0')
        return;
    printf("    %s%s%s\n", f->reason, f->pointer[0] != '\0' ? " at " : "", f->pointer);
    printf("    %s\n", fault_sentence(f->reason));
    printf("    What to do: %s\n", fault_advice(f->reason));
    if (v->goes_on && !v->whole)
        printf("    What it says no to holds all the same.\n");
}

static bool say_json(const struct checked *v)
{
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    checked_put(&out, v, outcome_name(v->outcome));
    fwrite(out.data, 1, out.len, stdout);
    buf_done(&out);
    return true;
}

static bool check_one(struct checking *c, const struct event_input *event,
                      enum event_fault fault, struct err *err)
{
    const struct source *source = c->source;
    struct checked v;

    if (!check_event(c->check, c->book, source, event, fault, &v, err))
        return false;
    /* Whose feed it would be is known once it is read. */
    if (source == NULL) {
        source = rulebook_source(c->book, checked_source_name(&v), clock_wall_us());
        if (source != NULL &&
            !check_event(c->check, c->book, source, event, fault, &v, err))
            return false;
    }
    c->n++;
    c->n_whole += v.whole;
    if (c->ctl->json)
        say_json(&v);
    else
        say(&v);
    return true;
}

/* --- the file --- */

static size_t trim(const char **text, size_t len)
{
    while (len > 0 && strchr(" \t\r\n", **text) != NULL)
        ++*text, --len;
    while (len > 0 && strchr(" \t\r\n", (*text)[len - 1]) != NULL)
        --len;
    return len;
}

/* One event a line, and not one event written over several. */
static bool is_lines(const char *text, size_t len)
{
    const char *end = memchr(text, '\n', len);
    size_t n = trim(&text, end != NULL ? (size_t)(end - text) : len);

    return n > 0 && text[n - 1] == '}';
}

static bool check_lines(struct checking *c, const char *text, size_t len, struct err *err)
{
    while (len > 0) {
        const char *end = memchr(text, '\n', len);
        const size_t whole = end != NULL ? (size_t)(end - text) + 1 : len;
        struct event_input event = {.value = text, .has_value = true};

        event.value_len = trim(&event.value, whole);
        if (event.value_len > 0 && !check_one(c, &event, EVENT_FAULT_NONE, err))
            return false;
        text += whole;
        len -= whole;
    }
    return true;
}

static bool check_batch(struct checking *c, const char *text, size_t len, struct err *err)
{
    struct event_batch batch;
    struct event_input event;
    enum event_fault fault;

    event_batch_open(&batch, text, len, len);
    while (event_batch_next(&batch, &event, &fault))
        if (!check_one(c, &event, fault, err))
            return false;
    return true;
}

static bool check_text(struct checking *c, const char *text, size_t len, struct err *err)
{
    struct event_input event = {.has_value = true};

    len = trim(&text, len);
    if (len == 0)
        return err_set(err, ERR_CONFIG, "EMPTY", "the file has no event");
    if (*text == '[')
        return check_batch(c, text, len, err);
    if (is_lines(text, len))
        return check_lines(c, text, len, err);
    event.value = text;
    event.value_len = len;
    return check_one(c, &event, EVENT_FAULT_NONE, err);
}

/* --- the command --- */

static bool source_find(struct checking *c, const struct register_snapshot *s,
                        struct err *err)
{
    const char *id = ctl_option(c->ctl, "source");

    if (id == NULL)
        return true;
    c->source = rulebook_source(c->book, id, clock_wall_us());
    if (c->source != NULL)
        return true;
    return unknown_name(s, UNKNOWN_SOURCE, id, err);
}

int event_check_run(struct ctl *ctl)
{
    struct checking c = {.ctl = ctl};
    struct register_snapshot *s = NULL;
    char *text = NULL;
    struct err err;
    size_t len = 0;
    bool ok = ctl_file(ctl->args[0], FILE_BYTES, &text, &len, &err) &&
              check_open(&c.check, &err) && ctl_pg(ctl, &err) &&
              register_load(ctl->pg, WHEN_NEVER, &s, &err);

    if (ok) {
        c.book = &s->book;
        ok = source_find(&c, s, &err) && check_text(&c, text, len, &err);
    }
    if (ok && !ctl->json)
        printf("%zu event%s: %zu would be accepted, %zu need%s another look\n", c.n,
               c.n == 1 ? "" : "s", c.n_whole, c.n - c.n_whole,
               c.n - c.n_whole == 1 ? "s" : "");
    check_close(c.check);
    register_free(s);
    if (text != NULL)
        explicit_bzero(text, len);
    free(text);
    return !ok ? ctl_fail(ctl, &err) : c.n_whole == c.n ? CTL_DONE : CTL_FAILED;
}
