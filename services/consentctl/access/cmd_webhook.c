/* consentctl webhook list|resume: how partners' servers take what they are told. */
#include "commands.h"

#include "codec/put.h"
#include "store/access/webhook_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *state_of(const struct webhook *w)
{
    return w->parked_us != WHEN_NEVER    ? "parked"
           : w->failing_us != WHEN_NEVER ? "failing"
                                         : "fine";
}

static void line_put(const struct webhook *w)
{
    char at[WHEN_TEXT_BYTES];

    printf("%-20s %-8s %-28s %8lld %-28s %s\n", w->id, state_of(w), w->subject,
           (long long)w->told,
           w->told_us != WHEN_ALWAYS ? when_format(w->told_us, at) : "never", w->url);
    if (w->failing_us != WHEN_NEVER)
        printf("    since %s, %d attempts: %s\n", when_format(w->failing_us, at),
               (int)w->attempts, w->trouble);
}

static void object_put(struct buf *out, const struct webhook *w)
{
    buf_add_str(out, "{");
    put_member(out, "id", w->id);
    put_member(out, ",state", state_of(w));
    put_member(out, ",subject", w->subject);
    put_member(out, ",url", w->url);
    put_member_int(out, ",told", w->told);
    put_member_time(out, ",told_at", w->told_us);
    put_member_int(out, ",attempts", w->attempts);
    put_member_time(out, ",failing_since", w->failing_us);
    put_member_time(out, ",parked_at", w->parked_us);
    put_member(out, ",trouble", w->trouble);
    buf_add_str(out, "}");
}

int webhook_list_run(struct ctl *ctl)
{
    struct webhook *all;
    struct buf out;
    struct err err;
    bool alive;
    size_t n;

    if (!ctl_pg(ctl, &err) || !webhooks_look(ctl->pg, &all, &n, &alive, &err))
        return ctl_fail(ctl, &err);
    if (!ctl->json) {
        if (n == 0)
            puts("The register has no webhooks.");
        else
            printf("%-20s %-8s %-28s %8s %-28s %s\n", "id", "state", "tells of", "posts",
                   "last", "url");
        for (size_t i = 0; i < n; i++)
            line_put(&all[i]);
        if (n > 0 && !alive)
            puts("consent-webhook is not at work.");
        free(all);
        return CTL_DONE;
    }
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "[");
    for (size_t i = 0; i < n; i++) {
        buf_add_str(&out, i > 0 ? "," : "");
        object_put(&out, &all[i]);
    }
    free(all);
    buf_add_str(&out, "]");
    return ctl_say(&out);
}

int webhook_resume_run(struct ctl *ctl)
{
    const char *from = ctl_option(ctl, "from");
    struct err err;
    bool found;

    if (from != NULL && strcmp(from, "beginning") != 0)
        return ctl_wrong("--from knows the word beginning alone, not '%.40s'", from);
    if (!ctl_pg(ctl, &err) ||
        !webhook_resume(ctl->pg, ctl->args[0], from != NULL, &found, &err))
        return ctl_fail(ctl, &err);
    if (!found) {
        err_set(&err, ERR_INPUT, "NO_WEBHOOK",
                "there is no webhook %.60s that was ever tried: see consentctl webhook "
                "list",
                ctl->args[0]);
        return ctl_fail(ctl, &err);
    }
    if (ctl->json)
        puts("{\"resumed\":true}");
    else
        printf("%s is tried again%s.\n", ctl->args[0],
               from != NULL ? ", from the beginning" : " from where it stopped");
    return CTL_DONE;
}
