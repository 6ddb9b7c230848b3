/*
 * consentctl restored: what a database needs that was restored to an earlier time.
 *
 * Its lists' topics have words that it does not know of, and versions that it would give
 * out again. So a new epoch begins, above all that any topic has; whoever a topic says
 * something else of is published again, and everybody is looked at. Cursors from after
 * the moment it was restored to are no places any more, which the look-up answers with
 * 410.
 */
#include "commands.h"

#include "base/mem.h"
#include "base/clock.h"
#include "codec/lists/entry_json.h"
#include "codec/put.h"
#include "kafka/producer.h"
#include "lists/topic_fold.h"
#include "operate/restored_erase.h"
#include "who.h"
#include "store/lists/epoch_store.h"
#include "store/lists/list_copy.h"
#include "store/lists/rebuild_store.h"
#include "store/people/secret_store.h"
#include "store/register/register_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_STEP   10000
#define VALUE_LIMIT 4096
#define TIMEOUT_MS  30000

/* What was found of one list. */
struct restored_list {
    const struct list *list;
    bool topic; /* it has one */
    int64_t records, highest;
    size_t tokens;
    int64_t entries; /* in the table */
    int64_t other;   /* of them, whose topic says something else, or nothing */
    int64_t unknown; /* tokens that only the topic has, and that are on the list */
};

/* A token that the topic alone permits. */
struct restored_permit {
    const struct list *list;
    char *token;
};

struct restored {
    struct ctl *ctl;
    struct register_snapshot *s;
    struct epoch_state before;
    struct erased_again erased;
    int64_t epoch; /* the one that begins */
    int64_t highest;
    size_t n_lists;
    struct restored_list *lists;
    size_t n_keys, cap;
    struct contact_key *keys; /* to be published again */
    size_t n_permits, permits_cap;
    struct restored_permit *permits; /* to be taken back */
};

static void key_keep(struct restored *r, const struct contact_key *key)
{
    if (r->n_keys == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 1024;
        r->keys = mem_resize(r->keys, r->cap, sizeof(*r->keys));
    }
    r->keys[r->n_keys++] = *key;
}

static void row_compare(struct restored *r, struct restored_list *l,
                        const struct topic_fold *topic, const struct list_copied *row)
{
    struct token_slot *slot = token_map_find(&topic->map, row->token);

    l->entries++;
    if (slot != NULL)
        slot->seen = true;
    if (slot != NULL && slot->gone && row->status == LIST_RELEASED)
        return;
    if (slot != NULL && !slot->gone && slot->version == row->version &&
        slot->status == row->status && slot->last == slot->version)
        return;
    l->other++;
    key_keep(r, &row->key);
}

static void permit_keep(struct restored *r, const struct list *list, const char *token)
{
    if (r->n_permits == r->permits_cap) {
        r->permits_cap = r->permits_cap ? 2 * r->permits_cap : 256;
        r->permits = mem_resize(r->permits, r->permits_cap, sizeof(*r->permits));
    }
    r->permits[r->n_permits++] = (struct restored_permit){list, mem_strdup(token)};
}

static void unknown_look(struct restored *r, struct restored_list *l,
                         const struct topic_fold *topic)
{
    for (size_t i = 0; i < topic->map.cap; i++) {
        const struct token_slot *slot = &topic->map.slots[i];

        if (slot->token == NULL || slot->seen || slot->gone ||
            slot->status == LIST_RELEASED)
            continue;
        l->unknown++;
        if (slot->status == LIST_PERMITTED)
            permit_keep(r, l->list, slot->token);
    }
}

static bool table_compare(struct restored *r, struct restored_list *l,
                          const struct topic_fold *topic, struct err *err)
{
    struct list_copied row;
    bool more = true, ok;

    ok = list_copy_begin(r->ctl->pg, l->list->number, err);
    while (ok && (ok = list_copy_next(r->ctl->pg, &row, &more, err)) && more)
        row_compare(r, l, topic, &row);
    list_copy_end(r->ctl->pg);
    return ok;
}

static bool list_look(struct restored *r, struct restored_list *l, struct err *err)
{
    struct topic_fold topic;
    bool ok;

    ok = topic_fold_read(r->ctl, l->list->id, &topic, err);
    l->topic = ok;
    if (!ok && strcmp(err->code, "NO_TOPIC") == 0)
        ok = true;
    ok = ok && table_compare(r, l, &topic, err);
    if (ok) {
        unknown_look(r, l, &topic);
        l->records = topic.records;
        l->highest = topic.highest;
        l->tokens = topic.map.n;
        if (topic.highest > r->highest)
            r->highest = topic.highest;
    }
    topic_fold_done(&topic);
    return ok;
}

/* Every list once, however many periods the register has of it. */
static bool lists_look(struct restored *r, struct err *err)
{
    r->lists = mem_zalloc(r->s->n_lists + 1, sizeof(*r->lists));
    for (size_t i = 0; i < r->s->n_lists; i++) {
        bool again = false;

        for (size_t k = 0; k < r->n_lists; k++)
            again = again || r->lists[k].list->number == r->s->lists[i].number;
        if (again)
            continue;
        r->lists[r->n_lists].list = &r->s->lists[i];
        if (!list_look(r, &r->lists[r->n_lists++], err))
            return false;
    }
    return true;
}

/*
 * Nothing here says why these may be written to, so nobody may: if their events come
 * again, they are permitted again, by a version of the new epoch. These versions are of
 * the epoch that ends, above all others of it, so that the publishers do not miss their
 * entries.
 */
static bool permit_end(struct restored *r, struct producer *producer,
                       const struct restored_permit *p, struct buf *value,
                       struct err *err)
{
    const struct entry_text text = {
        .list = p->list->id,
        .token = p->token,
        .status = LIST_RELEASED,
        .reason = REASON_NO_GRANT,
        .effective_us = WHEN_ALWAYS,
        .known_us = clock_wall_us(),
        .version = ++r->highest,
    };
    char topic[REGISTER_ID_BYTES + 16];
    int number;

    snprintf(topic, sizeof(topic), "suppression.%s", p->list->id);
    buf_reset(value);
    if (!entry_to_json(&text, value))
        return err_set(err, ERR_FATAL, "ENTRY_LONG", "an entry does not fit");
    return producer_topic(producer, topic, &number, err) &&
           producer_put(producer, number, p->token, strlen(p->token), value->data,
                        value->len, TIMEOUT_MS, err);
}

static bool permits_end(struct restored *r, struct err *err)
{
    struct producer *producer = NULL;
    struct buf value;
    bool ok;

    if (r->n_permits == 0)
        return true;
    if (!producer_open(r->ctl->settings.kafka_brokers, &r->ctl->kafka, &producer, err))
        return false;
    buf_init(&value, VALUE_LIMIT);
    ok = true;
    for (size_t i = 0; ok && i < r->n_permits; i++)
        ok = permit_end(r, producer, &r->permits[i], &value, err);
    ok = ok && producer_flush(producer, TIMEOUT_MS, err);
    buf_done(&value);
    producer_close(producer);
    return ok;
}

static bool epoch_put(struct restored *r, struct err *err)
{
    struct pg *pg = r->ctl->pg;
    const char *reason = ctl_option(r->ctl, "reason");
    bool ok =
        pg_begin(pg, err) && epoch_begin(pg, r->epoch, r->highest, (int64_t)r->n_keys,
                                         reason != NULL ? reason : "", err);

    for (size_t i = 0; ok && i < r->n_keys; i += KEYS_STEP)
        ok = dirty_force(pg, r->keys + i,
                         r->n_keys - i < KEYS_STEP ? r->n_keys - i : KEYS_STEP, err);
    if (ok)
        return pg_commit(pg, err);
    pg_rollback(pg);
    return false;
}

/* Who was met after a change of the contact secret, and forgotten, stands in the journal
 * by a key of the newer one: the database must be ready to know it again. */
static bool secret_counts(struct ctl *ctl, struct err *err)
{
    struct keying *keying;
    size_t counts = 0;
    bool ok;

    if (ctl->settings.contact_secret_file[0] == '\0')
        return true;
    keying = who_keying(ctl, err);
    ok = keying != NULL &&
         contact_secret_counts(ctl->pg, keying_marks(keying), &counts, err);
    keying_close(keying);
    return ok && (counts == 0 ||
                  err_set(err, ERR_CONFIG, "CONTACT_SECRET",
                          "the database is of before the secret in contact_secret_file: "
                          "run consentctl key contact --change first"));
}

static bool work(struct restored *r, struct err *err)
{
    struct ctl *ctl = r->ctl;

    if (!ctl_kafka(ctl, err) || !ctl_pg(ctl, err) || !secret_counts(ctl, err) ||
        !register_load(ctl->pg, WHEN_NEVER, &r->s, err) ||
        !erase_again_all(ctl, ctl_option(ctl, "dry-run") != NULL, &r->erased, err) ||
        !lists_look(r, err) || !epoch_look(ctl->pg, &r->before, err))
        return false;
    r->epoch = r->before.epoch;
    if (list_epoch(r->highest) > r->epoch)
        r->epoch = list_epoch(r->highest);
    r->epoch++;
    return ctl_option(ctl, "dry-run") != NULL ||
           (permits_end(r, err) && epoch_put(r, err));
}

/* --- what it did --- */

static int json_say(const struct restored *r, bool dry)
{
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_addf(&out,
             "{\"dry_run\":%s,\"epoch\":%lld,\"former_epoch\":%lld,\"highest\":%lld,"
             "\"first_version\":%lld,\"forced\":%zu,\"taken_back\":%zu,",
             dry ? "true" : "false", (long long)r->epoch, (long long)r->before.epoch,
             (long long)r->highest, (long long)(r->epoch << LIST_EPOCH_BITS), r->n_keys,
             r->n_permits);
    put_member_int(&out, "erasures", r->erased.records);
    put_member_int(&out, ",erased_again", r->erased.again);
    put_name(&out, ",held_because");
    put_text(&out, r->before.why);
    buf_add_str(&out, ",\"lists\":[");
    for (size_t i = 0; i < r->n_lists; i++) {
        const struct restored_list *l = &r->lists[i];

        buf_add_str(&out, i > 0 ? ",{" : "{");
        put_name(&out, "list");
        put_text(&out, l->list->id);
        buf_addf(&out,
                 ",\"topic\":%s,\"records\":%lld,\"tokens\":%zu,\"highest\":%lld,"
                 "\"entries\":%lld,\"different\":%lld,\"unknown\":%lld}",
                 l->topic ? "true" : "false", (long long)l->records, l->tokens,
                 (long long)l->highest, (long long)l->entries, (long long)l->other,
                 (long long)l->unknown);
    }
    buf_add_str(&out, "]}");
    return ctl_say(&out);
}

static void lists_print(const struct restored *r)
{
    for (size_t i = 0; i < r->n_lists; i++) {
        const struct restored_list *l = &r->lists[i];

        if (!l->topic) {
            printf("  %s has no topic\n", l->list->id);
            continue;
        }
        printf("  %s: %zu tokens on the topic, %lld in the database; of %lld the topic "
               "says something else\n",
               l->list->id, l->tokens, (long long)l->entries, (long long)l->other);
        if (l->unknown > 0)
            printf("    %lld tokens are on the list by the topic alone: their events may "
                   "come again from the feeds; list diff names those that do not\n",
                   (long long)l->unknown);
    }
}

static int say(const struct restored *r)
{
    const bool dry = ctl_option(r->ctl, "dry-run") != NULL;

    if (r->ctl->json)
        return json_say(r, dry);
    if (r->before.held)
        printf("the publishers had stopped: %s\n", r->before.why);
    if (r->erased.records > 0)
        printf("the journal of erasures has %lld contacts; %s\n",
               (long long)r->erased.records,
               dry ? "what is there again of them is erased first" : "");
    if (!dry && r->erased.again > 0)
        printf("  %lld of them were there again, and are erased again\n",
               (long long)r->erased.again);
    lists_print(r);
    printf("%s epoch %lld: the next version is %lld, the highest on a topic was %lld\n",
           dry ? "this would begin" : "begun:", (long long)r->epoch,
           (long long)(r->epoch << LIST_EPOCH_BITS), (long long)r->highest);
    printf(
        "%s %zu contacts are published again, and the keeper has everybody looked at\n",
        dry ? "then" : "now", r->n_keys);
    if (r->n_permits > 0)
        printf("%s %zu permits that only a topic has are taken back\n",
               dry ? "then" : "now", r->n_permits);
    puts(
        "cursors from after the restored moment are answered with 410: recipients load a "
        "snapshot");
    puts("consent-ingest reads the feeds again from where the database was; when its lag "
         "is "
         "0, run consentctl list diff for each list");
    return CTL_DONE;
}

int restored_run(struct ctl *ctl)
{
    static struct restored r;
    struct err err;
    int code;

    r.ctl = ctl;
    code = work(&r, &err) ? say(&r) : ctl_fail(ctl, &err);
    for (size_t i = 0; i < r.n_permits; i++)
        free(r.permits[i].token);
    free(r.permits);
    free(r.lists);
    free(r.keys);
    register_free(r.s);
    return code;
}
