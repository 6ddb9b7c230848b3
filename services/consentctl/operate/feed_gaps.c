/* consentctl feed gaps, acknowledge: records that nobody has read and nobody will. */
#include "commands.h"

#include "base/when.h"
#include "codec/put.h"
#include "store/event/intake_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void gap_print(const struct intake_gap *g)
{
    char time[WHEN_TEXT_BYTES];

    printf("%6lld  %s, partition %d, offsets %lld to %lld  seen %s", (long long)g->gap,
           g->topic, (int)g->partition, (long long)g->from, (long long)(g->to - 1),
           when_format(g->seen_us, time));
    if (g->acknowledged_us != 0)
        printf("  acknowledged %s by %s: %s", when_format(g->acknowledged_us, time),
               g->by, g->note);
    putchar('\n');
}

static void gap_put(const struct intake_gap *g, struct buf *out)
{
    char time[WHEN_TEXT_BYTES];

    buf_addf(out, "{\"gap\":%lld", (long long)g->gap);
    put_member(out, ",topic", g->topic);
    buf_addf(out, ",\"partition\":%d,\"from\":%lld,\"to\":%lld", (int)g->partition,
             (long long)g->from, (long long)g->to);
    put_member(out, ",seen", when_format(g->seen_us, time));
    if (g->acknowledged_us != 0) {
        put_member(out, ",acknowledged", when_format(g->acknowledged_us, time));
        put_member(out, ",acknowledged_by", g->by);
        put_member(out, ",note", g->note);
    }
    buf_add_str(out, "}");
}

static int gaps_say(const struct ctl *ctl, const struct intake_gaps *gaps)
{
    struct buf out;

    if (ctl->json) {
        buf_init(&out, CTL_ANSWER_BYTES);
        buf_add_str(&out, "[");
        for (size_t i = 0; i < gaps->n; i++) {
            buf_add_str(&out, i > 0 ? "," : "");
            gap_put(&gaps->rows[i], &out);
        }
        buf_add_str(&out, "]");
        return ctl_say(&out);
    }
    for (size_t i = 0; i < gaps->n; i++)
        gap_print(&gaps->rows[i]);
    if (gaps->n == 0)
        puts("no record was missed that nobody knows of");
    return CTL_DONE;
}

int feed_gaps_run(struct ctl *ctl)
{
    struct intake_gaps gaps = {0};
    struct err err;
    int code;

    if (!ctl_pg(ctl, &err) ||
        !intake_gaps_load(ctl->pg, ctl_option(ctl, "all") != NULL, &gaps, &err))
        code = ctl_fail(ctl, &err);
    else
        code = gaps_say(ctl, &gaps);
    intake_gaps_done(&gaps);
    return code;
}

int feed_acknowledge_run(struct ctl *ctl)
{
    const char *reason = ctl_option(ctl, "reason");
    struct err err;

    if (reason == NULL || reason[0] == '\0')
        return ctl_wrong("say what was found, with --reason");
    if (!ctl_pg(ctl, &err))
        return ctl_fail(ctl, &err);
    for (int i = 0; i < ctl->n_args; i++) {
        char *end;
        bool done = false;
        long long gap;

        errno = 0;
        gap = strtoll(ctl->args[i], &end, 10);
        if (*end != '\0' || end == ctl->args[i] || errno != 0)
            return ctl_wrong("'%.40s' is no number of a gap: see consentctl feed gaps",
                             ctl->args[i]);
        if (!intake_gap_acknowledge(ctl->pg, gap, reason, &done, &err))
            return ctl_fail(ctl, &err);
        if (!done) {
            err_set(&err, ERR_INPUT, "NO_SUCH", "there is no gap %lld that waits", gap);
            return ctl_fail(ctl, &err);
        }
        if (!ctl->json)
            printf("gap %lld is acknowledged\n", gap);
    }
    return CTL_DONE;
}
