#include "forget.h"

#include "base/hex.h"
#include "base/mem.h"
#include "codec/put.h"
#include "store/casework/deletion_store.h"
#include "store/casework/outbox_store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT ((size_t)1 << 20)

/* Of each row the version in force, with the terms it follows. */
static void rules_resolve(struct forget *f)
{
    f->rules = mem_zalloc(f->given.n + 1, sizeof(*f->rules));
    for (size_t i = 0; i < f->given.n; i++) {
        const char *id = f->given.list[i].id;

        if (i > 0 && strcmp(id, f->given.list[i - 1].id) == 0)
            continue;
        if (retention_resolve(f->given.list, f->given.n, id, f->at_us,
                              &f->rules[f->n_rules]))
            f->n_rules++;
    }
}

static const struct source *dpo_find(const struct register_snapshot *s, int64_t at_us)
{
    for (size_t i = 0; i < s->book.n_sources; i++)
        if (s->book.sources[i].type == SOURCE_DPO &&
            period_holds(&s->book.sources[i].valid, at_us))
            return &s->book.sources[i];
    return NULL;
}

bool forget_init(struct forget *f, struct pg *pg, const struct register_snapshot *s,
                 int64_t at_us, struct err *err)
{
    *f = (struct forget){.s = s, .at_us = at_us, .dpo = dpo_find(s, at_us)};
    buf_init(&f->rows, TEXT_LIMIT);
    buf_init(&f->event, TEXT_LIMIT);
    if (f->dpo == NULL)
        return err_set(err, ERR_CONFIG, "NO_DPO",
                       "the register has no source of the type dpo: a certificate of "
                       "erasure has no feed to go on");
    if (!retention_rules_load(pg, WHEN_NEVER, &f->given, err))
        return false;
    rules_resolve(f);
    return true;
}

void forget_done(struct forget *f)
{
    free(f->plan.own);
    free(f->plan.events);
    free(f->plan.by_request);
    free(f->plan.anchors);
    erasure_past_done(&f->past);
    fact_set_done(&f->facts);
    anchor_set_done(&f->said);
    retention_rules_done(&f->given);
    free(f->rules);
    buf_done(&f->rows);
    buf_done(&f->event);
    *f = (struct forget){0};
}

/* --- looking --- */

void forget_room(struct forget *f, size_t n_facts, size_t n_said)
{
    struct erasure_plan *p = &f->plan;

    if (n_facts + 1 > f->cap_facts) {
        f->cap_facts = n_facts + 64;
        p->own = mem_resize(p->own, f->cap_facts, sizeof(*p->own));
        p->events = mem_resize(p->events, f->cap_facts, sizeof(*p->events));
        p->by_request = mem_resize(p->by_request, f->cap_facts, sizeof(*p->by_request));
    }
    if (n_said + 5 > f->cap_said) {
        f->cap_said = n_said + 64;
        p->anchors = mem_resize(p->anchors, f->cap_said, sizeof(*p->anchors));
    }
}

static bool plan(struct forget *f, struct pg *pg, const struct contact_key *key,
                 const struct forget_wish *wish, bool lock, struct err *err)
{
    if (!erasure_past_load(pg, key, lock, &f->past, err) ||
        !fact_load(pg, key, 1, &f->facts, err) ||
        !anchor_load(pg, key, 1, WHEN_NEVER, &f->said, err))
        return false;
    const struct erasure_input in = {
        .rules = f->rules,
        .n_rules = f->n_rules,
        .facts = f->facts.facts,
        .n_facts = f->facts.first[1],
        .said = f->said.anchors,
        .n_said = f->said.first[1],
        .kind = f->past.kind,
        .holds = f->past.holds,
        .n_holds = f->past.n_holds,
        .released = f->past.released,
        .n_released = f->past.n_released,
        .gone = f->past.gone,
        .n_gone = f->past.n_gone,
        .at_us = f->at_us,
        .before_us = wish->before_us,
        .row = wish->row,
        .controller = wish->controller,
        .automatic = wish->automatic,
        .minor = wish->minor || f->past.minor,
        .if_asked_us = wish->as_asked ? f->at_us : 0,
    };
    forget_room(f, in.n_facts, in.n_said);
    erasure_plan_make(&in, &f->plan);
    return true;
}

bool forget_look(struct forget *f, struct pg *pg, const struct contact_key *key,
                 const struct forget_wish *wish, struct err *err)
{
    return plan(f, pg, key, wish, false, err);
}

void forget_rows(const struct forget *f, struct buf *out)
{
    buf_add_str(out, "[");
    for (size_t i = 0; i < f->plan.n_units; i++) {
        const struct erasure_unit *u = &f->plan.units[i];

        buf_add_str(out, i > 0 ? ",{" : "{");
        put_member(out, "controller", register_controller_name(f->s, u->controller));
        put_member(out, ",row", u->rule->id);
        put_member_bool(out, ",goes", erasure_why_goes(u->why));
        put_member(out, ",why", erasure_why_name(u->why));
        put_member(out, ",article", erasure_why_article(u->why));
        put_member(out, ",text", erasure_why_text(u->why));
        put_member_time(out, ",due", u->date.effective_us);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

bool forget_preview(struct forget *f, struct pg *pg, const struct contact_key *key,
                    const struct forget_wish *wish, struct erasure_preview *ret,
                    struct err *err)
{
    *ret = (struct erasure_preview){0};
    if (!plan(f, pg, key, wish, false, err))
        return false;
    if (!erasure_plan_any(&f->plan))
        return erasure_stays(pg, key, &ret->kept_facts, err);
    const struct erasure_order order = {.key = *key,
                                        .plan = &f->plan,
                                        .by = "preview",
                                        .ground = wish->ground,
                                        .rows = "[]",
                                        .event_id = "preview"};
    return erasure_preview(pg, &order, ret, err);
}

void forget_preview_put(const struct forget *f, const struct erasure_preview *p,
                        struct buf *out)
{
    put_member_bool(out, "whole", f->plan.whole);
    put_member_int(out, ",events", p->events);
    put_member_int(out, ",facts", p->facts);
    put_member_int(out, ",letters", p->letters);
    put_member_int(out, ",quarantined", p->quarantined);
    put_member_int(out, ",identifiers", p->contacts);
    put_name(out, ",types");
    buf_add_str(out, "{");
    for (size_t i = 0; i < p->n_types; i++) {
        buf_add_str(out, i > 0 ? "," : "");
        put_member_int(out, event_type_name(p->types[i].type), p->types[i].n);
    }
    buf_add_str(out, "}");
    put_member_int(out, ",events_that_stay", (int64_t)f->plan.n_staying);
    put_member_int(out, ",facts_that_stay", p->kept_facts);
    put_name(out, ",rows");
    forget_rows(f, out);
}

/* --- doing --- */

static void certificate_write(struct forget *f, const struct contact_key *key,
                              const struct forget_wish *wish, const char *event_id,
                              const struct erasure_done *done)
{
    struct buf *out = &f->event;
    char contact[UUID_TEXT_BYTES];

    buf_reset(out);
    buf_add_str(out, "{\"specversion\":\"1.0\"");
    put_member(out, ",id", event_id);
    put_member(out, ",source", f->dpo->urn);
    put_member(out, ",type", event_type_name(EVENT_CONTACT_ERASED));
    put_member_time(out, ",time", done->at_us);
    put_member(out, ",datacontenttype", "application/json");
    buf_add_str(out, ",\"data\":{\"erased\":{");
    put_member(out, "contact", uuid_print(key->b, contact));
    put_member(out, ",kind", contact_kind_name(f->past.kind));
    put_member_int(out, ",number", done->erasure);
    put_member_time(out, ",at", done->at_us);
    put_member(out, ",by", wish->by);
    put_member(out, ",ground", wish->ground);
    put_member_int(out, ",ledger_id", wish->ledger_id);
    put_member_bool(out, ",whole", f->plan.whole);
    put_name(out, ",rows");
    buf_add(out, f->rows.data, f->rows.len);
    put_member_int(out, ",events", done->events);
    put_member_int(out, ",facts", done->facts);
    put_member_int(out, ",quarantined", done->quarantined);
    put_member_int(out, ",identifiers", done->contacts);
    put_member(out, ",digest", done->digest);
    put_member(out, ",stays",
               "the key, what the person refused or objected to, the tokens on lists "
               "that keep others from writing to them, and this certificate: GDPR "
               "articles 17(3)(b) and 21(3)");
    buf_add_str(out, "},\"provenance\":{");
    put_member(out, "source_type", source_type_name((enum source_type)f->dpo->type));
    put_member(out, ",recorded_by", "consentmq");
    buf_add_str(out, "}}}");
}

/* Is what this list is about among what goes? */
static bool list_goes(const struct forget *f, const struct list *l)
{
    for (size_t i = 0; i < f->plan.n_units; i++) {
        const struct erasure_unit *u = &f->plan.units[i];

        if (!erasure_why_goes(u->why) || u->controller != l->controller)
            continue;
        for (size_t k = 0; k < u->rule->n_purposes; k++)
            if (u->rule->purposes[k] == l->purpose ||
                (l->purpose == PURPOSE_PROMOTIONAL &&
                 u->rule->classes[k] == PURPOSE_CLASS_PROMOTIONAL))
                return true;
    }
    return f->plan.whole;
}

/* Recipients that erase by our orders get one for each of their lists. */
static bool orders_write(const struct forget *f, struct pg *pg,
                         const struct contact_key *key, int64_t erasure, struct err *err)
{
    const size_t room = f->s->n_lists + 1;
    int32_t *lists = mem_zalloc(room, sizeof(*lists));
    const char **recipients = mem_zalloc(room, sizeof(*recipients));
    struct deletion_wish wish = {key, erasure, f->plan.whole, 0, lists, recipients};
    int64_t n;
    bool ok;

    for (size_t i = 0; i < f->s->n_lists; i++) {
        const struct list *l = &f->s->lists[i];
        const struct recipient *to = register_recipient(f->s, l->recipient, f->at_us);

        if (!period_holds(&l->valid, f->at_us) || to == NULL || !to->deletes ||
            !list_goes(f, l))
            continue;
        lists[wish.n] = l->number;
        recipients[wish.n++] = l->recipient;
    }
    ok = wish.n == 0 || deletion_order(pg, &wish, &n, err);
    free(lists);
    free(recipients);
    return ok;
}

/* Named by the contact, its events and the moment: sent again it is the same event. */
static bool carry_out(struct forget *f, struct pg *pg, const struct contact_key *key,
                      const struct forget_wish *wish, struct erasure_done *ret,
                      struct err *err)
{
    char event_id[96], topic[REGISTER_ID_BYTES + 8], contact[UUID_TEXT_BYTES];

    snprintf(event_id, sizeof(event_id), "erasure-%s-%lld", uuid_print(key->b, contact),
             (long long)f->plan.events[f->plan.n_events - 1]);
    snprintf(topic, sizeof(topic), "feed.%s", f->dpo->id);
    buf_reset(&f->rows);
    forget_rows(f, &f->rows);
    const struct erasure_order order = {.key = *key,
                                        .plan = &f->plan,
                                        .by = wish->by,
                                        .ground = wish->ground,
                                        .ledger_id = wish->ledger_id,
                                        .rows = f->rows.data,
                                        .event_id = event_id};
    if (!erasure_do(pg, &order, ret, err) || !orders_write(f, pg, key, ret->erasure, err))
        return false;
    certificate_write(f, key, wish, event_id, ret);
    return outbox_put(pg, topic, event_id, f->event.data, err);
}

/* A list's token is made of the identifier: somebody who went before consent-publish had
 * come to their no would never come on a list. An identifier can go with a linked one's
 * events, so that no erasure is early enough to be let through. */
static bool lists_know(const struct forget *f, struct err *err)
{
    return !erasure_plan_any(&f->plan) || !f->past.unsaid ||
           err_set(err, ERR_RETRY, FORGET_TOO_EARLY,
                   "consent-publish has not said on the lists yet what is known of this "
                   "contact, and could not afterwards");
}

bool forget_do(struct forget *f, struct pg *pg, const struct contact_key *key,
               const struct forget_wish *wish, struct erasure_done *ret, struct err *err)
{
    bool ok;

    assert(!wish->as_asked);
    *ret = (struct erasure_done){0};
    if (!pg_begin(pg, err))
        return false;
    ok = plan(f, pg, key, wish, true, err) && lists_know(f, err);
    if (ok && erasure_plan_any(&f->plan))
        ok = carry_out(f, pg, key, wish, ret, err);
    else if (ok)
        ok = erasure_task_done(pg, key, err);
    if (ok && pg_commit(pg, err))
        return true;
    pg_rollback(pg);
    return false;
}
