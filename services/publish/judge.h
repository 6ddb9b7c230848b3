/*
 * judge.h - the contacts of a batch against every list: what is to be said again.
 *
 * Facts are loaded in slices, so that memory does not depend on how many facts a contact
 * has gathered.
 */
#ifndef CONSENT_PUBLISH_JUDGE_H
#define CONSENT_PUBLISH_JUDGE_H

#include "lists.h"

#include "crypto/seal.h"
#include "store/lists/dirty.h"
#include "store/lists/due.h"
#include "store/people/fact_store.h"
#include "store/lists/list_store.h"
#include "store/lists/member_store.h"

/* An entry to be written and published. row.token is good once judging is over. */
struct change {
    struct list_row row;
    const struct published_list *list;
    int64_t known_us; /* when the event behind it became known; 0: it was not an event */
    size_t token_at;  /* in tokens; NO_TOKEN_AT: row.token is the loaded entry's       */
};
#define NO_TOKEN_AT SIZE_MAX

struct judge {
    /* given */
    const struct lists *lists;
    struct seal *seal;

    /* loaded for this batch */
    struct contact_key *keys;
    size_t keys_cap;
    struct contact_set contacts;
    struct list_set entries;
    struct member_set members;   /* on lists that are folded by token */
    struct member_set strictest; /* of keys that are a token's        */
    struct fact_set facts;
    size_t slice;    /* contacts whose facts are loaded at once */
    size_t facts_of; /* of the first so many they came with the rest */
    struct contact_key *hashed, *hashes; /* contacts, and the keys of their hashes */
    size_t hashed_cap;

    /* found */
    struct change *changes;
    size_t n_changes, changes_cap;
    struct member_change *voices; /* members with something else to say */
    size_t *voice_tokens;         /* of each: in tokens, as token_at      */
    size_t n_voices, voices_cap;
    struct due_change *due;
    size_t n_due, due_cap;
    struct contact_key *wide; /* contacts whose linked ones must be looked at */
    int64_t *wide_known_us;
    size_t n_wide, wide_cap;
    int64_t forced;    /* contacts published again because of a doubt */
    int64_t untokened; /* entries left out */
    struct buf tokens;
};

void judge_init(struct judge *j, const struct lists *lists, struct seal *seal);
void judge_done(struct judge *j);

/* at_us: the time of the question, or later where a fact became known later. */
bool judge_batch(struct judge *j, struct pg *pg, const struct dirty_batch *batch,
                 int64_t at_us, struct err *err);

#endif
