/* consentctl register apply: check the whole, show the difference, one transaction. */
#include "commands.h"

#include "codec/put.h"
#include "codec/register_json.h"
#include "store/register_apply.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORIGINS_MAX 64

struct apply {
    struct register_set wanted; /* the entries of the files            */
    struct register_set whole;  /* and of the registers not given      */
    size_t n_origins;
    char origin[ORIGINS_MAX][REGISTER_ID_BYTES];
    const char *origins[ORIGINS_MAX];
};

/* --- reading
 * ----------------------------------------------------------------------------- */

static bool file_add(struct apply *a, char *path, struct err *err)
{
    size_t len;
    char *text;
    bool ok;

    if (a->n_origins == ORIGINS_MAX)
        return err_set(err, ERR_CONFIG, "TOO_MANY", "more than %d files", ORIGINS_MAX);
    if (!ctl_file(path, REGISTER_FILE_BYTES, &text, &len, err))
        return false;
    ok = register_parse_file(basename(path), text, len, &a->wanted,
                             a->origin[a->n_origins], err);
    free(text);
    if (!ok)
        return false;
    a->origins[a->n_origins] = a->origin[a->n_origins];
    a->n_origins++;
    return true;
}

static bool given(const struct apply *a, const char *origin)
{
    for (size_t i = 0; i < a->n_origins; i++)
        if (strcmp(a->origins[i], origin) == 0)
            return true;
    return false;
}

static bool row_add(void *arg, const struct register_row *row, struct err *err)
{
    struct apply *a = arg;

    if (given(a, row->origin))
        return true;
    return register_parse_body(register_kind_parse(row->kind), row->id, row->origin,
                               row->effective_us, row->body, &a->whole, err);
}

/* The files' entries and those of registers in force whose files are not given: a
 * partner's file is checked against the policy it leans on. The whole borrows from
 * wanted. */
static bool whole_check(struct ctl *ctl, struct apply *a, struct err *err)
{
    size_t others;
    bool ok;

    if (!register_rows(ctl->pg, WHEN_NEVER, row_add, a, err))
        return false;
    others = a->whole.n;
    register_set_borrow(&a->whole, &a->wanted);
    ok = register_check(a->whole.entries, a->whole.n, err);
    a->whole.n = others; /* the borrowed ones are wanted's to free */
    return ok;
}

/* --- showing
 * ----------------------------------------------------------------------------- */

static const char *word_of(enum register_change_kind what)
{
    switch (what) {
    case CHANGE_ADD: return "added";
    case CHANGE_ALTER: return "changed";
    case CHANGE_WITHDRAW: return "withdrawn";
    }
    return "?";
}

static void change_print(const struct register_change *c)
{
    char from[WHEN_TEXT_BYTES];
    struct buf diff;

    printf("  %-9s %s %s", word_of(c->what), c->now.kind, c->now.id);
    if (c->now.effective_us != WHEN_ALWAYS)
        printf(" from %s", when_format(c->now.effective_us, from));
    if (c->what == CHANGE_ALTER) {
        buf_init(&diff, 4096);
        register_body_diff(c->before, c->now.body, &diff);
        printf(": %s", diff.len > 0 ? diff.data : "moved to another file");
        buf_done(&diff);
    }
    putchar('\n');
}

static void change_json(const struct register_change *c, struct buf *out)
{
    put_name(out, "change");
    put_text(out, word_of(c->what));
    put_name(out, ",kind");
    put_text(out, c->now.kind);
    put_name(out, ",id");
    put_text(out, c->now.id);
    put_name(out, ",from");
    put_time(out, c->now.effective_us);
    put_name(out, ",register");
    put_text(out, c->now.origin);
    put_name(out, ",before");
    buf_add_str(out, c->before ? c->before : "null");
    put_name(out, ",after");
    buf_add_str(out, c->what != CHANGE_WITHDRAW ? c->now.body : "null");
}

static void report_json(const struct register_changes *c, bool dry)
{
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_addf(&out, "{\"dry_run\":%s,\"changes\":[", dry ? "true" : "false");
    for (size_t i = 0; i < c->n; i++) {
        buf_add_str(&out, i > 0 ? ",{" : "{");
        change_json(&c->list[i], &out);
        buf_add_str(&out, "}");
    }
    buf_add_str(&out, "]}");
    ctl_say(&out);
}

static void report(const struct register_changes *c, bool dry)
{
    size_t count[CHANGE_WITHDRAW + 1] = {0};

    for (size_t i = 0; i < c->n; i++) {
        count[c->list[i].what]++;
        change_print(&c->list[i]);
    }
    if (c->n == 0)
        puts("nothing to do: the register says so already");
    else
        printf("%s: %zu added, %zu changed, %zu withdrawn\n",
               dry ? "nothing was changed (--dry-run); it would be" : "applied",
               count[CHANGE_ADD], count[CHANGE_ALTER], count[CHANGE_WITHDRAW]);
}

/* --- the command
 * ------------------------------------------------------------------------- */

static bool transact(struct ctl *ctl, struct apply *a, bool dry,
                     struct register_changes *changes, struct err *err)
{
    if (!ctl_pg(ctl, err) || !register_begin(ctl->pg, err) || !whole_check(ctl, a, err) ||
        !register_compare(ctl->pg, a->wanted.entries, a->wanted.n, a->origins,
                          a->n_origins, changes, err))
        return false;
    if (dry || changes->n == 0) {
        pg_rollback(ctl->pg);
        return true;
    }
    return register_write(ctl->pg, changes, err) && pg_commit(ctl->pg, err);
}

static bool apply(struct ctl *ctl, struct apply *a, bool dry, struct err *err)
{
    struct register_changes changes = {0};
    bool ok = true;

    for (int i = 0; ok && i < ctl->n_args; i++)
        ok = file_add(a, ctl->args[i], err);
    ok = ok && transact(ctl, a, dry, &changes, err);
    if (ok && ctl->json)
        report_json(&changes, dry);
    else if (ok)
        report(&changes, dry);
    register_changes_done(&changes);
    return ok;
}

int register_apply_run(struct ctl *ctl)
{
    static struct apply a;
    struct err err;
    int code = CTL_DONE;

    if (!apply(ctl, &a, ctl_option(ctl, "dry-run") != NULL, &err))
        code = ctl_fail(ctl, &err);
    register_set_done(&a.whole);
    register_set_done(&a.wanted);
    return code;
}
