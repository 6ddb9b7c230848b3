/*
 * lists.h - the register as the publisher needs it: rules, lists in force, their
 * recipients' keys and their topics.
 *
 * A list whose recipient's key cannot be read is left out, loudly, and does not stop the
 * others. It is tried again at every load; when it comes back, every contact has to be
 * looked at once more, for nothing was said on it meanwhile.
 */
#ifndef CONSENT_PUBLISH_LISTS_H
#define CONSENT_PUBLISH_LISTS_H

#include "settings.h"

#include "kafka/admin.h"
#include "store/people/hashed_store.h"
#include "store/register/register_store.h"

#define LIST_KEY_BYTES   256
#define LIST_TOPIC_BYTES (REGISTER_ID_BYTES + 16)

struct published_list {
    const struct list *list;
    char topic[LIST_TOPIC_BYTES];
    bool keyed;  /* false: left out */
    bool shared; /* contacts may share a token: the list is folded by token */
    size_t key_len;
    uint8_t key[LIST_KEY_BYTES];
    struct metric_child *entries[4]; /* by enum list_status */
};

struct lists {
    struct register_snapshot *snapshot;
    struct rulebook book; /* the snapshot's, looking at everything that is known */
    int64_t version;      /* of the register; -1: not loaded */
    size_t n;
    struct published_list *lists;
    int left_out;
    int shared; /* how many of them are folded by token: usually none */
    struct hashed_profile hashed[HASHED_PROFILES_MAX]; /* in use: usually none */
    size_t n_hashed;
};

void lists_init(struct lists *l);
void lists_done(struct lists *l);

/* Loads again. On failure the former stay. */
bool lists_load(struct lists *l, struct pg *pg, const struct settings *settings,
                struct err *err);

#define CHECKPOINTS_TOPIC "consent.checkpoints"

/* Creates the topics of lists, of receipts and of checkpoints that are not there. */
bool lists_make_topics(const struct lists *l, const struct settings *settings,
                       struct err *err);
bool lists_make_receipts(const struct lists *l, const struct settings *settings,
                         struct err *err);

#endif
