#include "import_effect.h"

#include "lists/token_map.h"
#include "who.h"

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "codec/put.h"
#include "core/event/admit.h"
#include "keying/keying.h"
#include "ident/email.h"
#include "ident/phone.h"
#include "store/people/fact_store.h"
#include "store/lists/list_store.h"
#include "store/lists/member_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP 500

struct tally {
    const struct list *list;
    int64_t already, newly, off; /* off: a permit list's contact that it would lose */
};

/* A contact of the file, and where its new facts are. */
struct pending {
    enum contact_kind kind;
    size_t from, n;
};

struct effect {
    struct keying *keying;
    struct token_map seen;
    size_t n;
    struct contact_key keys[STEP];
    struct pending pending[STEP];
    size_t n_facts, cap;
    struct fact *facts;
    struct contact_set contacts;
    struct list_set entries;
    struct member_set members;
    struct fact_set known;
    size_t n_lists;
    struct tally *lists;
    int64_t known_contacts, new_contacts, refused;
    struct admission admission;
};

bool effect_open(struct ctl *ctl, struct effect **ret, struct err *err)
{
    struct effect *e;

    *ret = NULL;
    if (ctl->settings.contact_secret_file[0] == '\0')
        return true;
    e = mem_zalloc(1, sizeof(*e));
    e->keying = who_keying(ctl, err);
    if (e->keying == NULL) {
        free(e);
        return false;
    }
    *ret = e;
    return true;
}

void effect_close(struct effect *e)
{
    if (e == NULL)
        return;
    keying_close(e->keying);
    token_map_done(&e->seen);
    contact_set_done(&e->contacts);
    list_set_done(&e->entries);
    member_set_done(&e->members);
    fact_set_done(&e->known);
    free(e->facts);
    free(e->lists);
    free(e);
}

/* --- a step --- */

static const struct list_row *entry_of(const struct effect *e, size_t contact,
                                       int32_t list)
{
    for (size_t i = 0; i < e->entries.n; i++)
        if (e->entries.rows[i].contact == contact && e->entries.rows[i].list == list)
            return &e->entries.rows[i];
    return NULL;
}

/* On a list that is folded by token: of the contact's token, as far as the contact is a
 * member of it. */
static enum list_status list_said(const struct effect *e, size_t i,
                                  const struct list *list)
{
    const struct list_row *last = entry_of(e, i, list->number);
    const struct member_row *member = member_find(&e->members, i, list->number);

    if (member != NULL)
        return list_of_voice(list, member->voice, LIST_RELEASED);
    return last != NULL ? last->status : LIST_ABSENT;
}

static void list_count(struct effect *e, const struct import *im, size_t i,
                       struct tally *t, struct fact *all, size_t n, int64_t now_us)
{
    const enum list_status said = list_said(e, i, t->list);
    struct standing then;

    if (!period_holds(&t->list->valid, now_us))
        return;
    list_standing(&im->reg->book, t->list, e->pending[i].kind, all, n, now_us, said,
                  &then);
    if (said == LIST_SUPPRESSED)
        t->already++;
    else if (then.status == LIST_SUPPRESSED)
        t->newly++;
    else if (said == LIST_PERMITTED && then.status == LIST_RELEASED)
        t->off++;
}

static bool step(struct effect *e, struct import *im, struct err *err)
{
    const int64_t now_us = clock_wall_us();
    struct ctl *ctl = im->ctl;

    if (e->n == 0)
        return true;
    if (e->lists == NULL) {
        e->n_lists = im->reg->n_lists;
        e->lists = mem_zalloc(e->n_lists + 1, sizeof(*e->lists));
        for (size_t i = 0; i < e->n_lists; i++)
            e->lists[i].list = &im->reg->lists[i];
    }
    if (!keying_settle(e->keying, ctl->pg, e->keys, e->n, err) ||
        !contact_load(ctl->pg, e->keys, e->n, &e->contacts, err) ||
        !list_load(ctl->pg, e->keys, e->n, &e->entries, err) ||
        !member_load(ctl->pg, e->keys, e->n, &e->members, err) ||
        !fact_load(ctl->pg, e->keys, e->n, &e->known, err))
        return false;
    for (size_t i = 0; i < e->n; i++) {
        const size_t had = e->known.first[i + 1] - e->known.first[i];
        struct fact *all = mem_zalloc(had + e->pending[i].n + 1, sizeof(*all));

        if (had > 0)
            memcpy(all, e->known.facts + e->known.first[i], had * sizeof(*all));
        memcpy(all + had, e->facts + e->pending[i].from, e->pending[i].n * sizeof(*all));
        if (e->contacts.rows[i].kind == CONTACT_NONE)
            e->new_contacts++;
        else
            e->known_contacts++;
        for (size_t k = 0; k < e->n_lists; k++)
            list_count(e, im, i, &e->lists[k], all, had + e->pending[i].n, now_us);
        free(all);
    }
    e->n = e->n_facts = 0;
    keying_begin(e->keying);
    return true;
}

static bool add(struct effect *e, struct import *im, const struct contact_key *key,
                enum contact_kind kind, size_t contact, struct err *err)
{
    const struct admission *a = &e->admission;
    char name[2 * sizeof(key->b) + 1];
    struct token_slot *slot;

    hex_print(key->b, sizeof(key->b), name);
    slot = token_map_put(&e->seen, name, sizeof(name) - 1);
    if (slot->seen)
        return true;
    slot->seen = true;
    if (e->n_facts + a->n_facts > e->cap) {
        e->cap = 2 * (e->n_facts + a->n_facts);
        e->facts = mem_resize(e->facts, e->cap, sizeof(*e->facts));
    }
    e->keys[e->n] = *key;
    e->pending[e->n] = (struct pending){.kind = kind, .from = e->n_facts};
    for (size_t i = 0; i < a->n_facts; i++) {
        if (a->fact_contact[i] != contact)
            continue;
        e->facts[e->n_facts] = a->facts[i];
        e->facts[e->n_facts++].ledger_id = INT64_MAX;
        e->pending[e->n].n++;
    }
    return ++e->n < STEP || step(e, im, err);
}

/* --- an event --- */

static bool admit_event(struct effect *e, struct import *im, const struct admit_input *in)
{
    admit(&im->reg->book, in, &e->admission);
    if (e->admission.outcome == OUTCOME_ACCEPTED)
        return true;
    e->refused++; /* it may have facts all the same */
    return e->admission.n_facts > 0;
}

static bool point(struct effect *e, struct admit_input *in, enum contact_kind kind,
                  const char *canonical, struct err *err)
{
    struct admit_contact *c = &in->contacts[in->n_contacts++];

    c->kind = kind;
    return keying_make(e->keying, kind, canonical, &c->key, err);
}

bool effect_event(struct effect *e, struct import *im, struct err *err)
{
    struct admit_input in = {
        .event = &im->event, .source = im->source, .known_us = clock_wall_us()};
    char email[IDENT_EMAIL_BYTES];
    struct ident_phones phones;
    struct err why;

    /* a step settles all of an event's contacts, or none */
    if (e->n + ADMIT_CONTACTS_MAX >= STEP && !step(e, im, err))
        return false;
    if (ident_email(im->event.email, email, &why) &&
        !point(e, &in, CONTACT_EMAIL, email, err))
        return false;
    if (ident_phones(im->event.phone, im->event.country, &phones, &why))
        for (size_t i = 0; i < phones.n; i++) {
            if (!point(e, &in, CONTACT_PHONE, phones.e164[i], err))
                return false;
            in.contacts[in.n_contacts - 1].doubtful = phones.n > 1;
        }
    if (in.n_contacts == 0 || !admit_event(e, im, &in))
        return true;
    for (size_t i = 0; i < in.n_contacts; i++)
        if (!add(e, im, &in.contacts[i].key, in.contacts[i].kind, i, err))
            return false;
    return true;
}

bool effect_contact(struct effect *e, struct import *im, const struct event *event,
                    const struct contact_key *key, enum contact_kind kind,
                    struct err *err)
{
    const struct admit_input in = {.event = event,
                                   .source = im->source,
                                   .contacts = {{.kind = kind, .key = *key}},
                                   .n_contacts = 1,
                                   .known_us = clock_wall_us()};

    return !admit_event(e, im, &in) || add(e, im, key, kind, 0, err);
}

bool effect_end(struct effect *e, struct import *im, struct err *err)
{
    return step(e, im, err);
}

/* --- the report --- */

void effect_json(const struct effect *e, struct buf *out)
{
    buf_addf(out,
             ",\"quarantined\":%lld,\"contacts\":{\"known\":%lld,\"new\":%lld},"
             "\"lists\":[",
             (long long)e->refused, (long long)e->known_contacts,
             (long long)e->new_contacts);
    for (size_t i = 0; i < e->n_lists; i++) {
        buf_add_str(out, i > 0 ? ",{" : "{");
        put_name(out, "list");
        put_text(out, e->lists[i].list->id);
        buf_addf(out, ",\"already\":%lld,\"newly\":%lld,\"taken_off\":%lld}",
                 (long long)e->lists[i].already, (long long)e->lists[i].newly,
                 (long long)e->lists[i].off);
    }
    buf_add_str(out, "]");
}

void effect_print(const struct effect *e)
{
    printf(
        "  %lld contacts known already, %lld new; %lld events would go to quarantine\n",
        (long long)e->known_contacts, (long long)e->new_contacts, (long long)e->refused);
    for (size_t i = 0; i < e->n_lists; i++) {
        const struct tally *t = &e->lists[i];

        if (t->already + t->newly + t->off > 0)
            printf("  %s: %lld suppressed already, %lld newly, %lld taken off\n",
                   t->list->id, (long long)t->already, (long long)t->newly,
                   (long long)t->off);
    }
}
