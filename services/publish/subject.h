/*
 * subject.h - the contact, or the token, that is being judged; for judge.c and member.c.
 */
#ifndef CONSENT_PUBLISH_SUBJECT_H
#define CONSENT_PUBLISH_SUBJECT_H

#include "judge.h"

struct subject {
    size_t i; /* in the batch */
    const struct dirty_contact *dirty;
    const struct contact_row *row;
    const struct fact *facts;
    size_t n_facts;
    const struct list_row *entries; /* what lists last said */
    size_t n_entries;
    bool opened; /* text holds the identifier */
    bool gone;   /* or it cannot be had       */
    char text[SEAL_TEXT_MAX_BYTES + 1];
};

/* It is to be published again, changed or not. */
static inline bool subject_forced(const struct subject *s)
{
    return (s->dirty->causes & 1 << DIRTY_FORCED) != 0;
}

/* What the list last said; NULL: nothing. */
const struct list_row *subject_entry(const struct subject *s, int32_t list);

/* The token of a contact that the list has not spoken of yet. *ret_at NO_TOKEN_AT and no
 * error: there is none. */
bool subject_token(struct judge *j, struct subject *s, const struct published_list *p,
                   size_t *ret_at, struct err *err);

/* The keeper is to wake it then; WHEN_NEVER: not any more. */
void subject_wake(struct judge *j, const struct subject *s, int64_t wake_us);

/* Would the list say the same again? */
bool standing_same(const struct list_row *last, const struct standing *now);

/* A new entry. token: NULL, that of `last`, or of the contact. */
bool change_add(struct judge *j, struct subject *s, const struct published_list *p,
                const struct list_row *last, const struct standing *now,
                const char *token, struct err *err);

/* --- member.c: lists that are folded by token (core/lists/list.h), in two steps
 * ---------
 *
 * A contact that has something else to say than before writes that down and makes its
 * token dirty, in this transaction. The token is a key like a contact's, of some shard:
 * whoever holds that takes it, asks for the strictest voice, and publishes. So no two
 * processes write one token, versions and cursors stay what they are (README.md), and of
 * two members that change at the same time the later mark finds what both have written.
 */
bool member_judge(struct judge *j, struct subject *s, const struct published_list *p,
                  int64_t at_us, int64_t *wake_us, struct err *err);
bool token_judge(struct judge *j, struct subject *s, const struct member_row *strictest,
                 int64_t at_us, struct err *err);

#endif
