#include "subject.h"

#include "base/mem.h"
#include "crypto/hashed_key.h"

/* --- a contact has its say --- */

static struct member_change *voice_add(struct judge *j, size_t token_at)
{
    if (j->n_voices == j->voices_cap) {
        j->voices_cap = j->voices_cap ? j->voices_cap * 2 : 256;
        j->voices = mem_resize(j->voices, j->voices_cap, sizeof(*j->voices));
        j->voice_tokens =
            mem_resize(j->voice_tokens, j->voices_cap, sizeof(*j->voice_tokens));
    }
    j->voice_tokens[j->n_voices] = token_at;
    return &j->voices[j->n_voices++];
}

static bool same(const struct member_row *last, enum list_voice voice,
                 const struct decision *d)
{
    return last->voice == voice && last->rule == d->rule && last->reason == d->reason &&
           last->effective_us == d->since_us;
}

/* What its token becomes dirty by: an event stays one, for the time from append to list,
 * and what is forced is forced through. */
static int16_t mark_cause(const struct subject *s)
{
    if (subject_forced(s))
        return DIRTY_FORCED;
    return (s->dirty->causes & 1 << DIRTY_EVENT) != 0 ? DIRTY_EVENT : DIRTY_LINK;
}

bool member_judge(struct judge *j, struct subject *s, const struct published_list *p,
                  int64_t at_us, int64_t *wake_us, struct err *err)
{
    const struct member_row *last = member_find(&j->members, s->i, p->list->number);
    struct contact_key token_key;
    size_t token_at = NO_TOKEN_AT;
    struct member_change *change;
    struct standing now;
    enum list_voice voice =
        list_member(&j->lists->book, p->list, s->row->kind, s->facts, s->n_facts, at_us,
                    last != NULL ? last->voice : VOICE_SILENT, &now);
    const struct decision *d = &now.decision;

    if (d->valid_until_us < *wake_us)
        *wake_us = d->valid_until_us;
    if (voice == VOICE_SILENT ||
        (last != NULL && !subject_forced(s) && same(last, voice, d)))
        return true;
    if (last != NULL) {
        token_key = last->token_key;
    } else {
        if (!subject_token(j, s, p, &token_at, err))
            return false;
        if (token_at == NO_TOKEN_AT) {
            j->untokened += s->row->wrapped != NULL; /* an erased one has none */
            return true;
        }
        if (!token_key_make(p->list->number, j->tokens.data + token_at, &token_key, err))
            return false;
    }
    change = voice_add(j, token_at);
    *change = (struct member_change){
        .row = {.contact = s->dirty->key,
                .token_key = token_key,
                .list = p->list->number,
                .voice = voice,
                .rule = d->rule,
                .reason = d->reason,
                .entry = d->n_evidence > 0 ? d->evidence[d->n_evidence - 1] : 0,
                .effective_us = d->since_us,
                .known_us = d->known_us != 0 ? d->known_us : s->dirty->known_us,
                .token = last != NULL ? last->token : NULL},
        .cause = mark_cause(s),
        .dirty_us = s->dirty->known_us,
    };
    return true;
}

/* --- the token says what its strictest member says --- */

static const struct published_list *list_of(const struct judge *j, int32_t list,
                                            int64_t at_us, int64_t *ret_from_us)
{
    *ret_from_us = WHEN_NEVER;
    for (size_t i = 0; i < j->lists->n; i++) {
        const struct published_list *p = &j->lists->lists[i];

        if (p->list->number != list)
            continue;
        if (period_holds(&p->list->valid, at_us))
            return p;
        if (p->list->valid.from_us > at_us && p->list->valid.from_us < *ret_from_us)
            *ret_from_us = p->list->valid.from_us;
    }
    return NULL;
}

bool token_judge(struct judge *j, struct subject *s, const struct member_row *strictest,
                 int64_t at_us, struct err *err)
{
    int64_t from_us;
    const struct published_list *p = list_of(j, strictest->list, at_us, &from_us);
    const struct list_row *last = subject_entry(s, strictest->list);
    enum list_status said = last != NULL ? last->status : LIST_ABSENT;
    struct standing now = {
        .decision = {.rule = strictest->rule,
                     .reason = strictest->reason,
                     .since_us = strictest->effective_us,
                     .known_us = strictest->known_us,
                     .n_evidence = strictest->entry != 0,
                     .evidence = {strictest->entry}},
    };

    if (subject_forced(s))
        j->forced++;
    if (p == NULL) { /* not in force; perhaps once more */
        if (from_us != WHEN_NEVER)
            subject_wake(j, s, from_us);
        return true;
    }
    if (subject_forced(s) && last == NULL) /* as in judge_list */
        said = p->list->polarity == LIST_DENY ? LIST_SUPPRESSED : LIST_PERMITTED;
    now.status = list_of_voice(p->list, strictest->voice, said);
    if (now.status == LIST_ABSENT || !p->keyed ||
        (last != NULL && !subject_forced(s) && standing_same(last, &now)))
        return true;
    return change_add(j, s, p, last, &now, strictest->token, err);
}
