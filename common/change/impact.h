/*
 * impact.h - what would change on the lists: every known contact under two rulebooks.
 *
 * One pass over the contacts in batches, at one moment of the database; each contact's
 * facts are fetched once and judged twice. Nothing is written.
 */
#ifndef CONSENT_CHANGE_IMPACT_H
#define CONSENT_CHANGE_IMPACT_H

#include "base/buf.h"
#include "core/casework/whatif.h"
#include "pg/pg.h"

#define IMPACT_EXAMPLES_MAX 20

/* A register to judge by. */
struct impact_side {
    const struct rulebook *book;
    const struct list *lists;
    size_t n_lists;
};

struct impact_ask {
    struct impact_side before, after;
    int64_t at_us;
    int32_t agreement;        /* only contacts with facts under it; 0: all */
    const char *list;         /* only this list; NULL: all                 */
    size_t n_examples;        /* at most IMPACT_EXAMPLES_MAX               */
    const char *database_url; /* for a second connection; NULL: one does it all */
    /* Called by both workers, after each batch. over: nobody waits any more; progress may
     * be NULL, and is told of all contacts (0: not counted, of an agreement's). */
    bool (*over)(void *arg);
    void (*progress)(int64_t seen, int64_t total);
    void *arg;
};

/* Contact keys, the smallest of those that changed in one way. */
struct impact_examples {
    size_t n;
    struct contact_key keys[IMPACT_EXAMPLES_MAX];
};

/* One contact's voice on a list that is folded by token, under the two rulebooks. */
struct impact_voice {
    size_t list; /* index in lists */
    struct contact_key token, contact;
    struct {
        enum list_voice voice;
        enum rule rule;
        enum reason reason;
    } before, after;
};

struct impact_list {
    const char *id;
    struct whatif_side before, after;
    enum list_polarity polarity;
    int64_t was, is; /* contacts on it; tokens, where it is folded by token */
    int64_t n[WHATIF_CHANGES];
    struct impact_examples examples[WHATIF_CHANGES];
};

struct impact {
    int64_t contacts;
    int64_t changed; /* contacts for which anything changes on any list */
    size_t n;
    struct impact_list *lists; /* by id */
    size_t n_voices, cap_voices;
    struct impact_voice *voices; /* until they are folded */
};

/* Free with impact_done. ERR_CONFIG: there is no such list; ERR_RETRY with STOPPED: it
 * was over before the end. */
bool impact_run(struct pg *pg, const struct impact_ask *ask, struct impact *ret,
                struct err *err);
void impact_done(struct impact *impact);

/* --- impact_shared.c: lists that are folded by token (core/lists/list.h) --- */
bool impact_is_shared(const struct impact_list *l);
/* Notes the contact's voice on the list; token: its key there. True: it changes. */
bool impact_voice_add(struct impact *impact, size_t list, const struct contact_key *token,
                      const struct contact_key *contact, enum contact_kind kind,
                      const struct fact *facts, size_t n, int64_t at_us);
/* Counts the tokens by their strictest voices, once all of them are there. */
void impact_fold(struct impact *impact, size_t n_examples);
void impact_example_add(struct impact_examples *e, const struct contact_key *key,
                        size_t most);

/* "suppressed", "released" ... of a list of those to leave alone, and of the other kind.
 */
const char *impact_change_name(enum list_polarity polarity, enum whatif_change change);
/* A JSON member's value. */
void impact_json(const struct impact *impact, struct buf *out);

#endif
