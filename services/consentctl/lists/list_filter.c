/*
 * consentctl list filter LIST --output FILE: who is on the list, as a filter that a
 * mailing program asks at the moment of sending (filter/consent_filter.h).
 */
#include "commands.h"
#include "outfile.h"
#include "progress.h"
#include "unknown.h"

#include "base/clock.h"
#include "base/stop.h"
#include "core/lists/cursor.h"
#include "filter/filter_build.h"
#include "store/lists/list_copy.h"
#include "store/register/register_store.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define STEP 4096

static bool on_write(void *arg, const void *data, size_t len, struct err *err)
{
    return outfile_write(arg, data, len, err);
}

/* Everything that the list says at one moment; the cursor is how far it had come then. */
static bool copy(struct ctl *ctl, const struct list *list, struct filter_builder *b,
                 struct cursor *cursor, struct err *err)
{
    const enum list_status wanted =
        list->polarity == LIST_PERMIT ? LIST_PERMITTED : LIST_SUPPRESSED;
    struct list_copied row;
    struct progress bar;
    int64_t n = 0, added = 0;
    bool more = true, ok;

    memset(cursor, 0, sizeof(*cursor));
    progress_begin_count(&bar, 0, "tokens", "others");
    ok = list_copy_begin(ctl->pg, list->number, err);
    while (ok && (ok = list_copy_next(ctl->pg, &row, &more, err)) && more) {
        if (row.version > cursor->version[row.shard])
            cursor->version[row.shard] = row.version;
        if (row.status == wanted) {
            filter_builder_add(b, row.token, row.token_len);
            added++;
        }
        if (++n % STEP == 0) {
            progress_step(&bar, STEP, added, n - added);
            if (stop_asked())
                ok = err_set(err, ERR_RETRY, "STOPPED", "stopped");
        }
    }
    list_copy_end(ctl->pg);
    progress_end(&bar, added, n - added);
    return ok;
}

static bool make(struct ctl *ctl, struct consent_filter_about *about, struct outfile *out,
                 struct err *err)
{
    struct register_snapshot *reg;
    struct filter_builder *b = NULL;
    const struct list *list;
    struct cursor cursor;
    uint8_t key[16];
    bool ok;

    if (!ctl_pg(ctl, err) || !register_load(ctl->pg, WHEN_NEVER, &reg, err))
        return false;
    list = register_list(reg, ctl->args[0], clock_wall_us());
    if (list == NULL)
        ok = unknown_name(reg, UNKNOWN_LIST, ctl->args[0], err);
    else if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
        ok = err_set(err, ERR_FATAL, "RANDOM", "the system has no random bytes");
    else
        ok = outfile_open(out, ctl_option(ctl, "output"), err);
    if (ok) {
        *about = (struct consent_filter_about){.permit = list->polarity == LIST_PERMIT,
                                               .made_us = clock_wall_us()};
        snprintf(about->list, sizeof(about->list), "%s", list->id);
        snprintf(about->profile, sizeof(about->profile), "%s",
                 token_profile_name((enum token_profile)list->profile));
        b = filter_builder_open(key);
        ok = copy(ctl, list, b, &cursor, err);
    }
    if (ok) {
        cursor_format(&cursor, about->cursor);
        ok = filter_builder_write(b, about, on_write, out, err) && outfile_keep(out, err);
    }
    filter_builder_close(b);
    register_free(reg);
    return ok;
}

int list_filter_run(struct ctl *ctl)
{
    struct outfile out = {.fd = -1};
    struct consent_filter_about about;
    struct err err;
    int code = CTL_DONE;

    if (ctl_option(ctl, "output") == NULL)
        return ctl_wrong("say where to: --output FILE");
    if (!make(ctl, &about, &out, &err))
        code = ctl_fail(ctl, &err);
    else if (ctl->json)
        printf("{\"list\":\"%s\",\"entries\":%llu,\"polarity\":\"%s\",\"profile\":\"%s\","
               "\"cursor\":\"%s\"}\n",
               about.list, (unsigned long long)about.entries,
               about.permit ? "permit" : "deny", about.profile, about.cursor);
    else
        printf("%s: %llu entries\n", about.list, (unsigned long long)about.entries);
    outfile_drop(&out);
    return code;
}
