/*
 * recompute.h - every contact's lists computed again from its facts, beside what the
 * lists last said.
 */
#ifndef CONSENT_CTL_RECOMPUTE_H
#define CONSENT_CTL_RECOMPUTE_H

#include "ctl.h"

#include "core/lists/list.h"
#include "store/lists/list_store.h"
#include "store/register/register_store.h"

/* One contact on one list, where either has something to say. */
struct compared {
    struct contact_key key;
    const struct list *list;
    const struct list_row *last; /* NULL: the list has not spoken */
    struct standing now;
    bool pending; /* the publisher has yet to look: a difference is no fault */
    bool same;
    bool member; /* of a list that is folded by token: what one contact has to say of its
                    token; last->version is 0, for that is no word of the list's */
};

struct recompute {
    const struct register_snapshot *s;
    const char *only; /* a list's id; NULL: every list */
    int64_t at_us;
    void (*each)(void *arg, const struct compared *c);
    void *arg;
    int64_t contacts, entries, pending, different; /* counted */
};

/* In the caller's snapshot (rebuild_store.h). On a list that is folded by token
 * (core/lists/list.h) first the members, by contact, then the tokens, by their keys.
 * Shows its progress. */
bool recompute_walk(struct ctl *ctl, struct recompute *r, struct err *err);

/* Differences gathered for the report and the repair. */
#define DIFFERENCES_SHOWN 1000

struct differences {
    struct buf json; /* of those shown, comma-separated */
    int64_t n;
    size_t n_keys, cap;
    struct contact_key *keys; /* each once in a row */
};

void differences_init(struct differences *d);
void differences_done(struct differences *d);

/* where: "facts", "topic", "snapshot" or "recipient"; said and should are words for
 * people ("suppressed OPTOUT").
 */
void difference_add(struct differences *d, const struct ctl *ctl, const char *list,
                    const struct contact_key *key, const char *token, const char *where,
                    const char *said, const char *should);

/* Makes them dirty, in steps. */
bool differences_repair(struct ctl *ctl, const struct differences *d, struct err *err);

/* "suppressed OPTOUT", "nothing" for an absent one. */
const char *standing_words(enum list_status status, enum reason reason, char out[64]);

#endif
