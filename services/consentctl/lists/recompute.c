#include "lists/recompute.h"

#include "progress.h"

#include "base/hex.h"
#include "base/mem.h"
#include "base/stop.h"
#include "codec/put.h"
#include "store/people/fact_store.h"
#include "store/lists/member_store.h"
#include "store/lists/rebuild_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP 2000

struct step {
    struct walked walked[STEP];
    struct contact_key keys[STEP];
    size_t n;
    struct contact_set contacts;
    struct list_set entries;
    struct member_set members;
    struct fact_set facts;
};

static const struct list_row *entry_of(const struct step *s, size_t contact, int32_t list,
                                       size_t *at)
{
    while (*at < s->entries.n && s->entries.rows[*at].contact < contact)
        ++*at;
    for (size_t i = *at; i < s->entries.n && s->entries.rows[i].contact == contact; i++)
        if (s->entries.rows[i].list == list)
            return &s->entries.rows[i];
    return NULL;
}

/* As the publisher compares, so that what it would say again is a difference. */
static bool same(const struct list_row *last, const struct standing *now)
{
    if (last == NULL)
        return now->status == LIST_ABSENT;
    return last->status == now->status && last->reason == now->decision.reason &&
           last->rule == now->decision.rule &&
           last->effective_us == now->decision.since_us;
}

static void compared_add(struct recompute *r, struct compared *c, bool is_same)
{
    if (c->last != NULL && !c->member)
        r->entries++;
    c->same = is_same;
    if (!c->same && c->pending)
        r->pending++;
    else if (!c->same)
        r->different++;
    r->each(r->arg, c);
}

/* A contact on a list that is folded by token: its voice, seen as a status. */
static void compare_member(struct recompute *r, const struct step *s, size_t i,
                           const struct list *list)
{
    const struct contact_row *row = &s->contacts.rows[i];
    const struct member_row *m = member_find(&s->members, i, list->number);
    struct compared c = {
        .key = s->keys[i], .list = list, .pending = s->walked[i].pending, .member = true};
    const enum list_voice voice =
        list_member(&r->s->book, list, row->kind, s->facts.facts + s->facts.first[i],
                    s->facts.first[i + 1] - s->facts.first[i], r->at_us,
                    m != NULL ? m->voice : VOICE_SILENT, &c.now);
    struct list_row last;

    if (m == NULL && (voice == VOICE_SILENT || row->wrapped == NULL))
        return;
    c.now.status = list_of_voice(list, voice, LIST_RELEASED);
    if (m != NULL) {
        last = (struct list_row){.key = s->keys[i],
                                 .list = list->number,
                                 .status = list_of_voice(list, m->voice, LIST_RELEASED),
                                 .rule = m->rule,
                                 .reason = m->reason,
                                 .effective_us = m->effective_us,
                                 .token = m->token};
        c.last = &last;
    }
    compared_add(r, &c, m != NULL && m->voice == voice && same(&last, &c.now));
}

static void compare_one(struct recompute *r, const struct step *s, size_t i,
                        const struct list *list, size_t *at)
{
    const struct contact_row *row = &s->contacts.rows[i];
    struct compared c = {
        .key = s->keys[i], .list = list, .pending = s->walked[i].pending};

    if (!period_holds(&list->valid, r->at_us) ||
        channel_contact_kind(list->channel) != row->kind)
        return;
    if (token_profile_shared((enum token_profile)list->profile)) {
        compare_member(r, s, i, list);
        return;
    }
    c.last = entry_of(s, i, list->number, at);
    list_standing(&r->s->book, list, row->kind, s->facts.facts + s->facts.first[i],
                  s->facts.first[i + 1] - s->facts.first[i], r->at_us,
                  c.last ? c.last->status : LIST_ABSENT, &c.now);
    if (c.last == NULL && (c.now.status == LIST_ABSENT || row->wrapped == NULL))
        return; /* nothing to say, or an erased contact, of which no token can be made */
    compared_add(r, &c,
                 (c.last != NULL && c.now.status == LIST_ABSENT) || same(c.last, &c.now));
}

static bool step_load(struct ctl *ctl, struct step *s, struct err *err)
{
    for (size_t i = 0; i < s->n; i++)
        s->keys[i] = s->walked[i].key;
    return contact_load(ctl->pg, s->keys, s->n, &s->contacts, err) &&
           list_load(ctl->pg, s->keys, s->n, &s->entries, err) &&
           member_load(ctl->pg, s->keys, s->n, &s->members, err) &&
           fact_load(ctl->pg, s->keys, s->n, &s->facts, err);
}

static bool walk(struct ctl *ctl, struct recompute *r, struct step *s,
                 struct progress *bar, struct err *err)
{
    for (;;) {
        if (stop_asked())
            return err_set(err, ERR_RETRY, "STOPPED", "stopped");
        if (!contact_walk(ctl->pg, s->n > 0 ? &s->walked[s->n - 1].key : NULL, STEP,
                          s->walked, &s->n, err))
            return false;
        if (s->n == 0)
            return true;
        if (!step_load(ctl, s, err))
            return false;
        for (size_t i = 0, at = 0; i < s->n; i++)
            for (size_t k = 0; k < r->s->n_lists; k++)
                if (r->only == NULL || strcmp(r->s->lists[k].id, r->only) == 0)
                    compare_one(r, s, i, &r->s->lists[k], &at);
        r->contacts += (int64_t)s->n;
        progress_step(bar, (int64_t)s->n, r->contacts, r->different);
    }
}

/* The tokens of a list, each with what its strictest member makes of it. */
static bool tokens_walk(struct ctl *ctl, struct recompute *r, const struct list *list,
                        struct err *err)
{
    struct member_walk w = {0};
    struct contact_key after;
    bool ok;

    while ((ok = member_walk(ctl->pg, list->number, w.n > 0 ? &after : NULL, STEP, &w,
                             err)) &&
           w.n > 0) {
        for (size_t i = 0; i < w.n; i++) {
            const struct member_walked *t = &w.rows[i];
            const struct member_row *m = &t->strictest;
            struct compared c = {
                .key = m->token_key,
                .list = list,
                .last = t->last.version > 0 ? &t->last : NULL,
                .pending = t->pending,
                .now = {.status = list_of_voice(list, m->voice, t->last.status),
                        .decision = {.rule = m->rule,
                                     .reason = m->reason,
                                     .since_us = m->effective_us}},
            };

            if (c.last != NULL || c.now.status != LIST_ABSENT)
                compared_add(r, &c, same(c.last, &c.now));
        }
        after = w.rows[w.n - 1].strictest.token_key;
    }
    member_walk_done(&w);
    return ok;
}

static bool shared_walk(struct ctl *ctl, struct recompute *r, struct err *err)
{
    for (size_t k = 0; k < r->s->n_lists; k++) {
        const struct list *list = &r->s->lists[k];

        if (token_profile_shared((enum token_profile)list->profile) &&
            period_holds(&list->valid, r->at_us) &&
            (r->only == NULL || strcmp(list->id, r->only) == 0) &&
            !tokens_walk(ctl, r, list, err))
            return false;
    }
    return true;
}

bool recompute_walk(struct ctl *ctl, struct recompute *r, struct err *err)
{
    struct step *s = mem_zalloc(1, sizeof(*s));
    struct progress bar;
    int64_t total;
    bool ok;

    ok = contact_estimate(ctl->pg, &total, err);
    if (ok) {
        progress_begin_count(&bar, total, "contacts", "different");
        ok = walk(ctl, r, s, &bar, err) && shared_walk(ctl, r, err);
        progress_end(&bar, r->contacts, r->different);
    }
    contact_set_done(&s->contacts);
    list_set_done(&s->entries);
    member_set_done(&s->members);
    fact_set_done(&s->facts);
    free(s);
    return ok;
}

/* --- differences --- */

void differences_init(struct differences *d)
{
    *d = (struct differences){0};
    buf_init(&d->json, CTL_ANSWER_BYTES);
}

void differences_done(struct differences *d)
{
    buf_done(&d->json);
    free(d->keys);
}

const char *standing_words(enum list_status status, enum reason reason, char out[64])
{
    if (status == LIST_ABSENT)
        return "nothing";
    snprintf(out, 64, "%s %s", list_status_name(status),
             reason != REASON_NONE ? reason_name(reason) : "");
    return out;
}

static void key_keep(struct differences *d, const struct contact_key *key)
{
    if (key == NULL ||
        (d->n_keys > 0 && memcmp(&d->keys[d->n_keys - 1], key, sizeof(*key)) == 0))
        return;
    if (d->n_keys == d->cap) {
        d->cap = d->cap ? 2 * d->cap : 256;
        d->keys = mem_resize(d->keys, d->cap, sizeof(*d->keys));
    }
    d->keys[d->n_keys++] = *key;
}

/* Who says it. */
static const char *place_words(const char *where)
{
    if (strcmp(where, "facts") == 0)
        return "list_entry";
    if (strcmp(where, "snapshot") == 0)
        return "the snapshot";
    return strcmp(where, "recipient") == 0 ? "the recipient" : "the topic";
}

void difference_add(struct differences *d, const struct ctl *ctl, const char *list,
                    const struct contact_key *key, const char *token, const char *where,
                    const char *said, const char *should)
{
    char contact[2 * sizeof(key->b) + 1] = "";

    key_keep(d, key);
    if (d->n++ >= DIFFERENCES_SHOWN)
        return;
    if (key != NULL)
        hex_print(key->b, sizeof(key->b), contact);
    if (!ctl->json)
        printf("  %s  %s %s: %s says %s, but it should be %s\n", list,
               token[0] ? "token" : "contact", token[0] ? token : contact,
               place_words(where), said, should);
    buf_add_str(&d->json, d->json.len > 0 ? ",{" : "{");
    put_name(&d->json, "list");
    put_text(&d->json, list);
    put_name(&d->json, ",token");
    put_text(&d->json, token);
    put_name(&d->json, ",contact");
    put_text(&d->json, contact);
    put_name(&d->json, ",against");
    put_text(&d->json, where);
    put_name(&d->json, ",said");
    put_text(&d->json, said);
    put_name(&d->json, ",should");
    put_text(&d->json, should);
    buf_add_str(&d->json, "}");
}

bool differences_repair(struct ctl *ctl, const struct differences *d, struct err *err)
{
    for (size_t i = 0; i < d->n_keys; i += STEP)
        if (!dirty_force(ctl->pg, d->keys + i,
                         d->n_keys - i < STEP ? d->n_keys - i : STEP, err))
            return false;
    return true;
}
