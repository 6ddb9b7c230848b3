/* consentctl register show: what the register says, said, or is known to have said. */
#include "commands.h"

#include "codec/put.h"
#include "codec/register/register_json.h"
#include "store/register/register_apply.h"

#include <stdio.h>
#include <string.h>

/* Rows come by kind, id, effective; of those of one entry that have begun at `at` the
 * last counts, so one row is held back until the next has been seen. */
struct show {
    int64_t at_us; /* WHEN_NEVER: whenever in force */
    bool json;
    bool held;
    char kind[32], id[REGISTER_ID_BYTES], origin[REGISTER_ID_BYTES];
    int64_t from_us;
    struct buf body;
    char last_kind[32]; /* printed */
    struct buf out;     /* JSON */
    size_t n;
};

static void held_print(struct show *s)
{
    char from[WHEN_TEXT_BYTES];
    struct buf text;

    if (strcmp(s->kind, s->last_kind) != 0)
        printf("%s%s\n", s->n > 0 ? "\n" : "",
               register_kind_section(register_kind_parse(s->kind)));
    memcpy(s->last_kind, s->kind, sizeof(s->kind));
    printf("  %s", s->id);
    if (s->from_us != WHEN_ALWAYS)
        printf(" from %s", when_format(s->from_us, from));
    buf_init(&text, CTL_ANSWER_BYTES);
    register_body_text(s->body.data, &text);
    printf("; %s\n", text.len > 0 ? text.data : "");
    buf_done(&text);
}

static void held_json(struct show *s)
{
    buf_add_str(&s->out, s->n > 0 ? ",{" : "{");
    put_name(&s->out, "kind");
    put_text(&s->out, s->kind);
    put_name(&s->out, ",id");
    put_text(&s->out, s->id);
    put_name(&s->out, ",from");
    put_time(&s->out, s->from_us);
    put_name(&s->out, ",register");
    put_text(&s->out, s->origin);
    put_name(&s->out, ",body");
    buf_add(&s->out, s->body.data, s->body.len);
    buf_add_str(&s->out, "}");
}

static void held_out(struct show *s)
{
    if (!s->held)
        return;
    s->held = false;
    if (s->at_us != WHEN_NEVER && register_body_until(s->body.data) <= s->at_us)
        return;
    if (s->json)
        held_json(s);
    else
        held_print(s);
    s->n++;
}

static bool row_take(void *arg, const struct register_row *row, struct err *err)
{
    struct show *s = arg;
    const bool same = strcmp(s->kind, row->kind) == 0 && strcmp(s->id, row->id) == 0;

    (void)err;
    if (s->at_us != WHEN_NEVER && row->effective_us > s->at_us)
        return true;
    if (!same || s->at_us == WHEN_NEVER)
        held_out(s);
    s->held = true;
    snprintf(s->kind, sizeof(s->kind), "%s", row->kind);
    snprintf(s->id, sizeof(s->id), "%s", row->id);
    snprintf(s->origin, sizeof(s->origin), "%s", row->origin);
    s->from_us = row->effective_us;
    buf_reset(&s->body);
    buf_add_str(&s->body, row->body);
    return true;
}

static bool show(struct ctl *ctl, struct show *s, struct err *err)
{
    int64_t known_us;

    if (!ctl_time(ctl_option(ctl, "at"), WHEN_NEVER, &s->at_us, err) ||
        !ctl_time(ctl_option(ctl, "known"), WHEN_NEVER, &known_us, err) ||
        !ctl_pg(ctl, err) || !register_rows(ctl->pg, known_us, row_take, s, err))
        return false;
    held_out(s);
    return true;
}

int register_show_run(struct ctl *ctl)
{
    struct show s = {.json = ctl->json};
    struct err err;
    int code = CTL_DONE;

    buf_init(&s.body, CTL_ANSWER_BYTES);
    buf_init(&s.out, CTL_ANSWER_BYTES);
    buf_add_str(&s.out, "[");
    if (!show(ctl, &s, &err)) {
        code = ctl_fail(ctl, &err);
    } else if (ctl->json) {
        buf_add_str(&s.out, "]");
        ctl_say(&s.out);
    }
    buf_done(&s.body);
    buf_done(&s.out);
    return code;
}
