/* consentctl rebuild: every list entry from the facts alone; it should find nothing. */
#include "commands.h"
#include "lists/recompute.h"

#include "base/clock.h"
#include "codec/put.h"
#include "store/lists/rebuild_store.h"

#include <stdio.h>

struct rebuild {
    struct ctl *ctl;
    struct recompute r;
    struct differences found;
};

static void each(void *arg, const struct compared *c)
{
    struct rebuild *b = arg;
    char said[64];
    char should[64];

    if (c->same || c->pending)
        return;
    difference_add(
        &b->found, b->ctl, c->list->id, &c->key, c->last ? c->last->token : "", "facts",
        c->last ? standing_words(c->last->status, c->last->reason, said) : "nothing",
        standing_words(c->now.status, c->now.decision.reason, should));
}

static bool work(struct ctl *ctl, struct rebuild *b, struct register_snapshot **s,
                 struct err *err)
{
    if (!ctl_pg(ctl, err) || !snapshot_begin(ctl->pg, err) ||
        !register_load(ctl->pg, WHEN_NEVER, s, err))
        return false;
    b->r.s = *s;
    b->r.at_us = clock_wall_us();
    if (!recompute_walk(ctl, &b->r, err))
        return false;
    pg_rollback(ctl->pg);
    return ctl_option(ctl, "repair") == NULL || differences_repair(ctl, &b->found, err);
}

static int report(struct ctl *ctl, const struct rebuild *b)
{
    const bool repair = ctl_option(ctl, "repair") != NULL;
    struct buf out;

    if (ctl->json) {
        buf_init(&out, CTL_ANSWER_BYTES);
        buf_addf(&out,
                 "{\"contacts\":%lld,\"entries\":%lld,\"pending\":%lld,"
                 "\"different\":%lld,\"repair\":%s,\"differences\":[",
                 (long long)b->r.contacts, (long long)b->r.entries,
                 (long long)b->r.pending, (long long)b->found.n,
                 repair ? "true" : "false");
        if (b->found.json.len > 0)
            buf_add(&out, b->found.json.data, b->found.json.len);
        buf_add_str(&out, "]}");
        ctl_say(&out);
    } else {
        printf("%lld contacts, %lld entries recomputed: %lld differ",
               (long long)b->r.contacts, (long long)b->r.entries, (long long)b->found.n);
        if (b->r.pending > 0)
            printf(", %lld wait for the publisher", (long long)b->r.pending);
        puts(b->found.n > 0 && repair ? "; their contacts will be published again" : "");
    }
    return b->found.n > 0 && !repair ? CTL_FAILED : CTL_DONE;
}

int rebuild_run(struct ctl *ctl)
{
    static struct rebuild b;
    struct register_snapshot *s = NULL;
    struct err err;
    int code;

    b.ctl = ctl;
    b.r.each = each;
    b.r.arg = &b;
    differences_init(&b.found);
    code = work(ctl, &b, &s, &err) ? report(ctl, &b) : ctl_fail(ctl, &err);
    differences_done(&b.found);
    register_free(s);
    return code;
}
