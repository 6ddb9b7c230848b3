#include "subject.h"

#include "base/mem.h"
#include "core/decision/prune.h"
#include "crypto/hashed_key.h"
#include "crypto/token.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FACTS_AT_ONCE 20000
#define SLICE_LEAST   32
#define SLICE_MOST    1000
#define TOKENS_LIMIT  ((size_t)64 << 20)
#define SPEND_FROM    64

void judge_init(struct judge *j, const struct lists *lists, struct seal *seal)
{
    *j = (struct judge){.lists = lists, .seal = seal, .slice = SLICE_MOST};
    buf_init(&j->tokens, TOKENS_LIMIT);
}

void judge_done(struct judge *j)
{
    free(j->keys);
    free(j->hashed);
    free(j->hashes);
    contact_set_done(&j->contacts);
    list_set_done(&j->entries);
    fact_set_done(&j->facts);
    member_set_done(&j->members);
    member_set_done(&j->strictest);
    free(j->changes);
    free(j->voices);
    free(j->voice_tokens);
    free(j->due);
    free(j->wide);
    free(j->wide_known_us);
    buf_done(&j->tokens);
}

/* --- one contact --- */

const struct list_row *subject_entry(const struct subject *s, int32_t list)
{
    for (size_t i = 0; i < s->n_entries; i++)
        if (s->entries[i].list == list)
            return &s->entries[i];
    return NULL;
}

/* The identifier out of its seal, once. An erased contact has none, and one whose seal
 * does not open is left to a person: neither may hold up the others. */
static bool subject_open(struct judge *j, struct subject *s, struct err *err)
{
    if (s->opened || s->gone)
        return true;
    s->gone = true;
    if (s->row->wrapped == NULL)
        return true;
    if (!unseal_identifier(j->seal, &s->dirty->key, s->row->wrapped, s->row->wrapped_len,
                           s->row->sealed, s->row->sealed_len, s->text, err))
        return err->kind == ERR_INPUT;
    s->opened = true;
    s->gone = false;
    return true;
}

bool subject_token(struct judge *j, struct subject *s, const struct published_list *p,
                   size_t *ret_at, struct err *err)
{
    char token[TOKEN_BYTES];

    *ret_at = NO_TOKEN_AT;
    if (!subject_open(j, s, err))
        return false;
    if (s->gone)
        return true;
    if (!token_make((enum token_profile)p->list->profile, s->row->kind, s->text, p->key,
                    p->key_len, token, err))
        return err->kind == ERR_INPUT;
    *ret_at = j->tokens.len;
    if (!buf_add(&j->tokens, token, strlen(token) + 1))
        return err_set(err, ERR_FATAL, "TOKENS", "the tokens of a batch do not fit");
    return true;
}

bool standing_same(const struct list_row *last, const struct standing *now)
{
    return last->status == now->status && last->reason == now->decision.reason &&
           last->rule == now->decision.rule &&
           last->effective_us == now->decision.since_us;
}

bool change_add(struct judge *j, struct subject *s, const struct published_list *p,
                const struct list_row *last, const struct standing *now,
                const char *token, struct err *err)
{
    const struct decision *d = &now->decision;
    const bool told = last != NULL && last->version != 0;
    size_t token_at = NO_TOKEN_AT;
    struct change *c;

    if (last == NULL && token == NULL) {
        if (!subject_token(j, s, p, &token_at, err))
            return false;
        if (token_at == NO_TOKEN_AT) {
            j->untokened += s->row->wrapped != NULL; /* an erased one has none */
            return true;
        }
    }
    if (j->n_changes == j->changes_cap) {
        j->changes_cap = j->changes_cap ? j->changes_cap * 2 : 1024;
        j->changes = mem_resize(j->changes, j->changes_cap, sizeof(*j->changes));
    }
    c = &j->changes[j->n_changes++];
    *c = (struct change){.list = p, .token_at = token_at};
    if ((s->dirty->causes & 1 << DIRTY_EVENT) != 0)
        c->known_us = s->dirty->known_us;
    c->row = (struct list_row){
        .contact = s->i,
        .key = s->dirty->key,
        .list = p->list->number,
        .status = now->status,
        .rule = d->rule,
        .reason = d->reason,
        .entry = d->n_evidence > 0 ? d->evidence[d->n_evidence - 1] : 0,
        .effective_us = d->since_us,
        .known_us = d->known_us != 0 ? d->known_us : s->dirty->known_us,
        .token = last != NULL ? last->token : token,
        .prior = told ? last->status : LIST_ABSENT,
        .former = told ? last->version : 0,
        .put_back = last != NULL && !told,
        .heard_us = c->known_us,
    };
    return true;
}

/* *wake_us: lowered to when this list may change its mind by itself. */
static bool judge_list(struct judge *j, struct subject *s, const struct published_list *p,
                       int64_t at_us, int64_t *wake_us, struct err *err)
{
    const bool forced = subject_forced(s);
    const struct list_row *last = subject_entry(s, p->list->number);
    enum list_status said = last != NULL ? last->status : LIST_ABSENT;
    struct standing now;

    if (p->list->valid.until_us <= at_us ||
        channel_contact_kind(p->list->channel) != s->row->kind)
        return true;
    if (p->list->valid.from_us > at_us) { /* a period to come of this list */
        if (p->list->valid.from_us < *wake_us)
            *wake_us = p->list->valid.from_us;
        return true;
    }
    if (p->shared)
        return member_judge(j, s, p, at_us, wake_us, err);
    /* A batch that failed may have left word of this contact on the topic and none in the
     * table; if nothing is to be said now, that word must be taken back. */
    if (forced && last == NULL &&
        list_concerns(&j->lists->book, p->list, s->facts, s->n_facts))
        said = p->list->polarity == LIST_DENY ? LIST_SUPPRESSED : LIST_PERMITTED;
    list_standing(&j->lists->book, p->list, s->row->kind, s->facts, s->n_facts, at_us,
                  said, &now);
    if (now.decision.valid_until_us < *wake_us)
        *wake_us = now.decision.valid_until_us;
    if (now.status == LIST_ABSENT || !p->keyed ||
        (last != NULL && !forced && standing_same(last, &now)))
        return true;
    return change_add(j, s, p, last, &now, NULL, err);
}

void subject_wake(struct judge *j, const struct subject *s, int64_t wake_us)
{
    if (j->n_due == j->due_cap) {
        j->due_cap = j->due_cap ? j->due_cap * 2 : 1024;
        j->due = mem_resize(j->due, j->due_cap, sizeof(*j->due));
    }
    j->due[j->n_due++] = (struct due_change){.key = s->dirty->key, .at_us = wake_us};
}

static void wide_add(struct judge *j, const struct subject *s)
{
    if (j->n_wide == j->wide_cap) {
        j->wide_cap = j->wide_cap ? j->wide_cap * 2 : 1024;
        j->wide = mem_resize(j->wide, j->wide_cap, sizeof(*j->wide));
        j->wide_known_us =
            mem_resize(j->wide_known_us, j->wide_cap, sizeof(*j->wide_known_us));
    }
    j->wide[j->n_wide] = s->dirty->key;
    j->wide_known_us[j->n_wide++] = s->dirty->known_us;
}

/* The time of the question. A broker's clock may be ahead of ours, and what it has
 * stamped has happened: an opt-out must not wait until our clock has caught up. */
static int64_t question_time(const struct subject *s, int64_t now_us)
{
    int64_t at_us = now_us;

    for (size_t i = 0; i < s->n_facts; i++)
        if (s->facts[i].known_us > at_us)
            at_us = s->facts[i].known_us;
    return at_us;
}

static bool judge_contact(struct judge *j, struct subject *s, int64_t now_us,
                          struct err *err)
{
    int64_t at_us = question_time(s, now_us), wake_us = WHEN_NEVER;
    const struct member_row *strictest = member_find(&j->strictest, s->i, MEMBER_OF_ANY);

    if (strictest != NULL) /* the key is a token's, not a contact's */
        return token_judge(j, s, strictest, at_us, err);
    for (size_t i = 0; i < j->lists->n; i++)
        if (!judge_list(j, s, &j->lists->lists[i], at_us, &wake_us, err))
            return false;
    if (wake_us != s->row->due_us)
        subject_wake(j, s, wake_us);
    if (subject_forced(s))
        j->forced++;
    return true;
}

/* --- a batch --- */

/* How many contacts from this one on have their facts loaded at once. */
static size_t slice_at(const struct judge *j, const struct dirty_batch *batch,
                       size_t from)
{
    return batch->n - from < j->slice ? batch->n - from : j->slice;
}

/* Everything in one journey, the facts of the first contacts too, unless hashes have to
 * be made facts of them before. */
static bool judge_load(struct judge *j, struct pg *pg, const struct dirty_batch *batch,
                       const struct fact_need *need, struct err *err)
{
    const bool facts = j->lists->n_hashed == 0, members = j->lists->shared > 0;

    if (batch->n > j->keys_cap) {
        j->keys = mem_resize(j->keys, batch->n, sizeof(*j->keys));
        j->keys_cap = batch->n;
    }
    for (size_t i = 0; i < batch->n; i++)
        j->keys[i] = batch->contacts[i].key;
    j->n_changes = j->n_voices = j->n_due = j->n_wide = 0;
    j->forced = j->untokened = 0;
    buf_reset(&j->tokens);
    j->members.n = j->strictest.n = 0;
    j->facts_of = facts ? slice_at(j, batch, 0) : 0;
    return pg_pipe_open(pg, err) && contact_ask(pg, j->keys, batch->n, err) &&
           list_ask(pg, j->keys, batch->n, err) &&
           (!members || members_ask(pg, j->keys, batch->n, err)) &&
           (!facts || fact_ask(pg, j->keys, j->facts_of, need, err)) &&
           pg_pipe_go(pg, err) &&
           contact_answer(pg, j->keys, batch->n, &j->contacts, err) &&
           list_answer(pg, j->keys, batch->n, &j->entries, err) &&
           (!members || members_answer(pg, &j->members, &j->strictest, err)) &&
           (!facts || fact_answer(pg, j->keys, j->facts_of, need, &j->facts, err));
}

/* The keys of contact i's hashes in the profiles that somebody has sent. */
static bool hashes_add(struct judge *j, size_t i, size_t *n, struct err *err)
{
    const struct contact_row *row = &j->contacts.rows[i];
    char text[SEAL_TEXT_MAX_BYTES + 1];
    bool opened = false;

    for (size_t p = 0; p < j->lists->n_hashed; p++) {
        const struct hashed_profile *h = &j->lists->hashed[p];
        char token[TOKEN_BYTES];

        if (h->kind != row->kind || row->wrapped == NULL)
            continue;
        if (!opened &&
            !unseal_identifier(j->seal, &j->keys[i], row->wrapped, row->wrapped_len,
                               row->sealed, row->sealed_len, text, err))
            return err->kind ==
                   ERR_INPUT; /* for a person to look at; stops nobody else */
        opened = true;
        if (!token_make(h->profile, h->kind, text, NULL, 0, token, err) ||
            !hashed_key_make(h->kind, h->profile, token, &j->hashes[*n], err))
            return false;
        j->hashed[(*n)++] = j->keys[i];
    }
    return true;
}

/* What was said of a contact's hash before it was known, or since, is made known of it
 * before it is judged. */
static bool hashes_match(struct judge *j, struct pg *pg, size_t contacts, struct err *err)
{
    size_t n = 0;

    if (j->lists->n_hashed == 0)
        return true;
    if (contacts * j->lists->n_hashed > j->hashed_cap) {
        j->hashed_cap = contacts * j->lists->n_hashed;
        j->hashed = mem_resize(j->hashed, j->hashed_cap, sizeof(*j->hashed));
        j->hashes = mem_resize(j->hashes, j->hashed_cap, sizeof(*j->hashes));
    }
    for (size_t i = 0; i < contacts; i++)
        if (!hashes_add(j, i, &n, err))
            return false;
    return n == 0 || hashed_copy(pg, j->hashed, j->hashes, n, err);
}

/* As many contacts next time as have about FACTS_AT_ONCE facts. */
static void slice_adapt(struct judge *j, size_t contacts, size_t facts)
{
    size_t fit = facts > 0 ? contacts * FACTS_AT_ONCE / facts : SLICE_MOST;

    j->slice = fit < SLICE_LEAST ? SLICE_LEAST : fit > SLICE_MOST ? SLICE_MOST : fit;
}

static size_t own_denials(const struct fact *facts, size_t n)
{
    size_t ret = 0;

    for (size_t i = 0; i < n; i++)
        ret += !facts[i].linked && fact_kind_denial(facts[i].kind) ? 1 : 0;
    return ret;
}

/* The facts that matter. When many denials are said by others in full, they are not to be
 * loaded the next time. */
static bool prune(struct judge *j, struct pg *pg, struct subject *s, struct fact *facts,
                  size_t n, int64_t at_us, struct err *err)
{
    const size_t before = n < SPEND_FROM ? 0 : own_denials(facts, n);

    s->facts = facts;
    s->n_facts = facts_prune(&j->lists->book, facts, n, at_us);
    return before < SPEND_FROM || before - own_denials(facts, s->n_facts) < SPEND_FROM ||
           fact_spend(pg, &s->dirty->key, err);
}

bool judge_batch(struct judge *j, struct pg *pg, const struct dirty_batch *batch,
                 int64_t at_us, struct err *err)
{
    const struct fact_need need = {&j->lists->book, at_us};
    size_t entry = 0;

    if (!judge_load(j, pg, batch, &need, err) || !hashes_match(j, pg, batch->n, err))
        return false;
    for (size_t from = 0, n; from < batch->n; from += n) {
        n = slice_at(j, batch, from);
        if ((from > 0 || j->facts_of == 0) &&
            !fact_load_need(pg, j->keys + from, n, &need, &j->facts, err))
            return false;
        for (size_t i = 0; i < n; i++) {
            size_t first = entry, begin = j->facts.first[i];
            struct subject s;

            while (entry < j->entries.n && j->entries.rows[entry].contact == from + i)
                entry++;
            s.i = from + i;
            s.dirty = &batch->contacts[from + i];
            s.row = &j->contacts.rows[from + i];
            s.entries = j->entries.rows + first;
            s.n_entries = entry - first;
            s.opened = s.gone = false;
            if (!prune(j, pg, &s, j->facts.facts + begin, j->facts.first[i + 1] - begin,
                       at_us, err) ||
                !judge_contact(j, &s, at_us, err))
                return false;
            if (j->facts.wide[i] && (s.dirty->causes & 1 << DIRTY_EVENT) != 0)
                wide_add(j, &s);
        }
        slice_adapt(j, n, j->facts.first[n]);
    }
    for (size_t i = 0; i < j->n_changes; i++)
        if (j->changes[i].token_at != NO_TOKEN_AT)
            j->changes[i].row.token = j->tokens.data + j->changes[i].token_at;
    for (size_t i = 0; i < j->n_voices; i++)
        if (j->voice_tokens[i] != NO_TOKEN_AT)
            j->voices[i].row.token = j->tokens.data + j->voice_tokens[i];
    return true;
}
