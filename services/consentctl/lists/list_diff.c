/*
 * consentctl list diff LIST: the facts, list_entry, the topic, a snapshot (--snapshot)
 * and the last acknowledgement against each other.
 *
 * The table's moment is taken first, then the topic's end: an entry is committed only
 * after its record was confirmed, so the topic holds at least what the table says. A
 * topic that is ahead is looked at once more afterwards: either the table has caught up
 * or the contact is still being published, or something was published that nobody stands
 * by.
 */
#include "commands.h"
#include "list_diff_more.h"
#include "lists/topic_fold.h"
#include "unknown.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/put.h"
#include "store/lists/rebuild_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A token on which the topic is ahead of the table's moment. */
struct ahead {
    char *token;
    struct contact_key key;
    bool has_key;
    int64_t version;
};

struct diff {
    struct ctl *ctl;
    struct register_snapshot *s;
    const struct list *list;
    struct recompute r;
    struct differences found;
    struct topic_fold topic;
    size_t n_ahead, cap_ahead;
    struct ahead *ahead;
    struct held_snapshot held;
    struct held_ack ack;
    struct err ack_err; /* of adding up its digest */
};

/* --- comparing --- */

static void ahead_add(struct diff *d, const char *token, const struct contact_key *key,
                      int64_t version)
{
    if (d->n_ahead == d->cap_ahead) {
        d->cap_ahead = d->cap_ahead ? 2 * d->cap_ahead : 64;
        d->ahead = mem_resize(d->ahead, d->cap_ahead, sizeof(*d->ahead));
    }
    d->ahead[d->n_ahead++] = (struct ahead){.token = mem_strdup(token),
                                            .key = key ? *key : (struct contact_key){{0}},
                                            .has_key = key != NULL,
                                            .version = version};
}

static void topic_compare(struct diff *d, const struct compared *c)
{
    struct token_slot *slot = token_map_find(&d->topic.map, c->last->token);
    char said[64];
    char should[64];

    standing_words(c->last->status, c->last->reason, should);
    if (slot != NULL)
        slot->seen = true;
    if (slot != NULL && !slot->gone && slot->version > c->last->version) {
        ahead_add(d, slot->token, &c->key, slot->version);
        return;
    }
    if (slot != NULL && !slot->gone && slot->version == c->last->version &&
        slot->status == c->last->status) {
        if (slot->last != slot->version && !c->pending) /* compaction would leave that */
            difference_add(&d->found, d->ctl, d->list->id, &c->key, c->last->token,
                           "topic", "an older version last", should);
        return;
    }
    /* A tombstone stands only for what was released long ago. */
    if (slot != NULL && slot->gone && c->last->status == LIST_RELEASED)
        return;
    difference_add(&d->found, d->ctl, d->list->id, &c->key, c->last->token, "topic",
                   slot == NULL || slot->gone
                       ? "nothing"
                       : standing_words(slot->status, REASON_NONE, said),
                   should);
}

static void each(void *arg, const struct compared *c)
{
    struct diff *d = arg;
    char said[64];
    char should[64];

    if (!c->member) {
        if (c->last != NULL)
            topic_compare(d, c);
        held_entry(&d->held, &d->found, d->ctl, c);
        if (d->ack_err.kind == ERR_NONE)
            held_ack_entry(&d->ack, c, &d->ack_err);
    }
    if (c->same || c->pending)
        return;
    difference_add(
        &d->found, d->ctl, d->list->id, &c->key, c->last ? c->last->token : "", "facts",
        c->last ? standing_words(c->last->status, c->last->reason, said) : "nothing",
        standing_words(c->now.status, c->now.decision.reason, should));
}

/* After the table's moment: has it caught up with the topic, or is it about to? */
static bool ahead_settle(struct diff *d, struct err *err)
{
    for (size_t i = 0; i < d->topic.map.cap; i++) {
        const struct token_slot *slot = &d->topic.map.slots[i];

        /* released without an entry: a permit that consentctl restored took back */
        if (slot->token != NULL && !slot->seen && !slot->gone &&
            slot->status != LIST_RELEASED)
            ahead_add(d, slot->token, NULL, slot->version);
    }
    for (size_t i = 0; i < d->n_ahead; i++) {
        const struct ahead *a = &d->ahead[i];
        int64_t version;
        bool pending;

        if (!entry_version(d->ctl->pg, d->list->number, a->token, &version, &pending,
                           err))
            return false;
        if (version >= a->version || pending)
            continue;
        difference_add(&d->found, d->ctl, d->list->id, a->has_key ? &a->key : NULL,
                       a->token, "topic", version == 0 ? "something" : "a newer version",
                       version == 0 ? "nothing: list_entry does not know the token"
                                    : "what list_entry says");
    }
    return true;
}

/* --- the command --- */

static bool compare(struct ctl *ctl, struct diff *d, struct err *err)
{
    const char *snapshot = ctl_option(ctl, "snapshot");

    if (!ctl_kafka(ctl, err) || !ctl_pg(ctl, err) || !snapshot_begin(ctl->pg, err) ||
        !register_load(ctl->pg, WHEN_NEVER, &d->s, err))
        return false;
    d->r.at_us = clock_wall_us();
    d->list = register_list(d->s, ctl->args[0], d->r.at_us);
    if (d->list == NULL)
        return unknown_name(d->s, UNKNOWN_LIST, ctl->args[0], err);
    if (!topic_fold_read(ctl, d->list->id, &d->topic, err))
        return false;
    d->r.s = d->s;
    d->r.only = d->list->id;
    if ((snapshot != NULL && !held_load(&d->held, d->list->id, snapshot, err)) ||
        !held_ack_load(&d->ack, ctl->pg, d->list, err) ||
        !recompute_walk(ctl, &d->r, err))
        return false;
    pg_rollback(ctl->pg);
    if (d->ack_err.kind != ERR_NONE) {
        *err = d->ack_err;
        return false;
    }
    held_rest(&d->held, &d->found, ctl);
    held_ack_end(&d->ack, &d->found, ctl, d->list->id);
    return ahead_settle(d, err) &&
           (ctl_option(ctl, "repair") == NULL || differences_repair(ctl, &d->found, err));
}

static void more_json(const struct diff *d, struct buf *out)
{
    if (d->held.found) {
        put_name(out, "snapshot");
        buf_add_str(out, "{");
        put_name(out, "file");
        put_text(out, d->held.m.file);
        put_name(out, ",made_at");
        put_time(out, d->held.m.made_us);
        buf_addf(out, ",\"rows\":%lld,\"younger\":%lld,\"different\":%lld},",
                 (long long)d->held.m.rows, (long long)d->held.younger,
                 (long long)d->held.different);
    }
    if (d->ack.seen.found) {
        put_name(out, "acknowledged");
        buf_add_str(out, "{");
        put_name(out, "recipient");
        put_text(out, d->ack.seen.recipient);
        put_name(out, ",at");
        put_time(out, d->ack.seen.at_us);
        buf_addf(out, ",\"entries\":%lld,\"younger\":%lld,\"matches\":%s},",
                 (long long)d->ack.seen.entries, (long long)d->ack.younger,
                 d->ack.wrong ? "false" : "true");
    }
}

static void more_print(const struct diff *d)
{
    char at[WHEN_TEXT_BYTES];

    if (d->held.found)
        printf(
            "  snapshot %s: %lld rows, %lld entries have changed since, %lld differ%s\n",
            d->held.m.file, (long long)d->held.m.rows, (long long)d->held.younger,
            (long long)d->held.different,
            d->held.different > 0 ? ": make another, by list snapshot" : "");
    if (d->ack.seen.found)
        printf("  %s acknowledged %lld tokens at %s, and %s; %lld entries have changed "
               "since\n",
               d->ack.seen.recipient, (long long)d->ack.seen.entries,
               when_format(d->ack.seen.at_us, at),
               d->ack.wrong ? "that is not what the list said" : "has what the list said",
               (long long)d->ack.younger);
}

static int report(struct ctl *ctl, const struct diff *d)
{
    const bool repair = ctl_option(ctl, "repair") != NULL;
    struct buf out;

    if (ctl->json) {
        buf_init(&out, CTL_ANSWER_BYTES);
        buf_addf(&out,
                 "{\"list\":\"%s\",\"entries\":%lld,\"topic_records\":%lld,"
                 "\"topic_tokens\":%zu,\"not_entries\":%lld,\"pending\":%lld,"
                 "\"different\":%lld,\"repair\":%s,",
                 d->list->id, (long long)d->r.entries, (long long)d->topic.records,
                 d->topic.map.n, (long long)d->topic.strange, (long long)d->r.pending,
                 (long long)d->found.n, repair ? "true" : "false");
        more_json(d, &out);
        buf_add_str(&out, "\"differences\":[");
        if (d->found.json.len > 0)
            buf_add(&out, d->found.json.data, d->found.json.len);
        buf_add_str(&out, "]}");
        ctl_say(&out);
    } else {
        printf("%s: %lld entries in list_entry, %zu tokens in the topic's %lld records: "
               "%lld differ",
               d->list->id, (long long)d->r.entries, d->topic.map.n,
               (long long)d->topic.records, (long long)d->found.n);
        if (d->r.pending > 0)
            printf(", %lld wait for the publisher", (long long)d->r.pending);
        if (d->topic.strange > 0)
            printf(", %lld records are no entries", (long long)d->topic.strange);
        puts(d->found.n > 0 && repair ? "; their contacts will be published again" : "");
        more_print(d);
    }
    /* A file and what a recipient holds are not fixed from here. */
    return d->found.n > 0 && (!repair || d->held.different > 0 || d->ack.wrong)
               ? CTL_FAILED
               : CTL_DONE;
}

int list_diff_run(struct ctl *ctl)
{
    static struct diff d;
    struct err err;
    int code;

    d.ctl = ctl;
    d.r.each = each;
    d.r.arg = &d;
    differences_init(&d.found);
    code = compare(ctl, &d, &err) ? report(ctl, &d) : ctl_fail(ctl, &err);
    for (size_t i = 0; i < d.n_ahead; i++)
        free(d.ahead[i].token);
    free(d.ahead);
    topic_fold_done(&d.topic);
    held_done(&d.held);
    held_ack_done(&d.ack);
    differences_done(&d.found);
    register_free(d.s);
    return code;
}
