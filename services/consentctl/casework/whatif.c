/* consentctl whatif: the lists under another register or other windows; nothing changes.
 */
#include "commands.h"
#include "impact_print.h"
#include "register/register_file.h"

#include "base/clock.h"
#include "codec/put.h"
#include "store/register/register_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The register as it is, and as the files would make it: written in a transaction that is
 * rolled back, so that both are read by the one way a register is read. */
static bool registers_load(struct ctl *ctl, struct register_snapshot **before,
                           struct register_snapshot **after, struct err *err)
{
    struct register_files files = {0};
    struct register_changes changes = {0};
    const char *path;
    int at = 0;
    bool ok = true;

    while (ok && (path = ctl_option_next(ctl, "register", &at)) != NULL)
        ok = register_file_add(path, &files, err);
    ok = ok && ctl_pg(ctl, err) &&
         (files.n_origins > 0 ? register_begin(ctl->pg, err) : pg_begin(ctl->pg, err)) &&
         register_load(ctl->pg, WHEN_NEVER, before, err);
    if (ok && files.n_origins > 0)
        ok = register_files_compare(&files, ctl->pg, &changes, err) &&
             (changes.n == 0 || register_write(ctl->pg, &changes, "", "", err));
    ok = ok && register_load(ctl->pg, WHEN_NEVER, after, err);
    if (ctl->pg != NULL)
        pg_rollback(ctl->pg);
    register_changes_done(&changes);
    register_files_done(&files);
    return ok;
}

static bool windows_set(struct ctl *ctl, struct windows *w, struct err *err)
{
    const char *text;
    int at = 0;

    while ((text = ctl_option_next(ctl, "window", &at)) != NULL) {
        const char *equals = strchr(text, '=');
        char name[64];

        if (equals == NULL || (size_t)(equals - text) >= sizeof(name))
            return err_set(err, ERR_CONFIG, "BAD_WINDOW",
                           "--window wants NAME=VALUE, such as art14=P2M");
        snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
        if (!whatif_window(w, name, equals + 1, err))
            return false;
    }
    return true;
}

static bool ask_fill(struct ctl *ctl, struct impact_ask *ask, struct err *err)
{
    const char *examples = ctl_option(ctl, "examples");
    char *end = NULL;
    const long n = examples ? strtol(examples, &end, 10) : 3;

    ask->list = ctl_option(ctl, "list");
    if (examples != NULL && (end == examples || *end != '\0' || n < 0))
        return err_set(err, ERR_CONFIG, "BAD_NUMBER", "--examples wants a number");
    ask->n_examples = n < IMPACT_EXAMPLES_MAX ? (size_t)n : IMPACT_EXAMPLES_MAX;
    return ctl_time(ctl_option(ctl, "at"), clock_wall_us(), &ask->at_us, err);
}

static bool whatif(struct ctl *ctl, struct impact *impact, struct err *err)
{
    struct register_snapshot *before = NULL, *after = NULL;
    struct impact_ask ask = {0};
    bool ok = ask_fill(ctl, &ask, err) && registers_load(ctl, &before, &after, err) &&
              windows_set(ctl, &after->book.windows, err);

    if (ok) {
        ask.before = (struct impact_side){&before->book, before->lists, before->n_lists};
        ask.after = (struct impact_side){&after->book, after->lists, after->n_lists};
        impact_ask_fill(ctl, &ask);
        ok = impact_run(ctl->pg, &ask, impact, err);
    }
    if (ok && ctl->json) {
        struct buf out;

        buf_init(&out, CTL_ANSWER_BYTES);
        impact_json(impact, &out);
        ctl_say(&out);
    } else if (ok) {
        impact_print(impact);
    }
    register_free(before);
    register_free(after);
    return ok;
}

int whatif_run(struct ctl *ctl)
{
    struct impact impact = {0};
    struct err err;
    int at[2] = {0};
    int code = CTL_DONE;

    if (ctl_option_next(ctl, "register", &at[0]) == NULL &&
        ctl_option_next(ctl, "window", &at[1]) == NULL)
        return ctl_wrong("what if what? Give --register FILE or --window NAME=VALUE");
    if (!whatif(ctl, &impact, &err))
        code = ctl_fail(ctl, &err);
    impact_done(&impact);
    return code;
}
