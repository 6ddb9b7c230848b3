/* consentctl register apply: check the whole, show the difference, one transaction. */
#include "commands.h"

#include "audit.h"
#include "register_file.h"

#include "codec/put.h"
#include "store/access/second_store.h"

#include <stdio.h>
#include <string.h>

/* --- showing --- */

static void change_print(const struct register_change *c)
{
    char from[WHEN_TEXT_BYTES];
    struct buf diff;

    printf("  %-9s %s %s", register_change_word(c->what), c->now.kind, c->now.id);
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

static void report_json(const struct register_changes *c, bool dry)
{
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_addf(&out, "{\"dry_run\":%s,\"changes\":", dry ? "true" : "false");
    register_changes_json(c, &out);
    buf_add_str(&out, "}");
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

/* --- the command --- */

/* The same difference, asked for by one and applied by another. */
static bool second_look(struct ctl *ctl, const struct register_changes *c,
                        struct err *err)
{
    char subject[16 + REGISTER_DIFFERENCE_BYTES], difference[REGISTER_DIFFERENCE_BYTES];

    if (!register_difference(c, difference, err))
        return false;
    snprintf(subject, sizeof(subject), SECOND_DIFFERENCE " %s", difference);
    return ctl_second(ctl, SECOND_REGISTER, subject, err);
}

static bool transact(struct ctl *ctl, struct register_files *files, bool dry,
                     struct register_changes *changes, struct err *err)
{
    char user[CTL_USER_BYTES];

    if (!ctl_pg(ctl, err) || !register_begin(ctl->pg, err) ||
        !register_files_compare(files, ctl->pg, changes, err))
        return false;
    if (dry || changes->n == 0) {
        pg_rollback(ctl->pg);
        return true;
    }
    if (!second_look(ctl, changes, err)) { /* that it was asked for stays */
        struct err lost;

        (void)pg_commit(ctl->pg, &lost);
        return false;
    }
    ctl_user(user);
    return register_write(ctl->pg, changes, user, ctl->why ? ctl->why : "", err) &&
           pg_commit(ctl->pg, err);
}

static bool apply(struct ctl *ctl, struct register_files *files, bool dry,
                  struct err *err)
{
    struct register_changes changes = {0};
    bool ok = true;

    for (int i = 0; ok && i < ctl->n_args; i++)
        ok = register_file_add(ctl->args[i], files, err);
    ok = ok && transact(ctl, files, dry, &changes, err);
    if (ok && ctl->json)
        report_json(&changes, dry);
    else if (ok)
        report(&changes, dry);
    register_changes_done(&changes);
    return ok;
}

int register_apply_run(struct ctl *ctl)
{
    struct register_files files = {0};
    struct err err;
    int code = CTL_DONE;

    if (!apply(ctl, &files, ctl_option(ctl, "dry-run") != NULL, &err))
        code = ctl_fail(ctl, &err);
    register_files_done(&files);
    return code;
}
