/*
 * list_diff_more.h - the parts of list diff that not every list has: the latest snapshot,
 * and what its recipient last acknowledged.
 */
#ifndef CONSENT_CTL_LIST_DIFF_MORE_H
#define CONSENT_CTL_LIST_DIFF_MORE_H

#include "recompute.h"
#include "token_map.h"

#include "codec/lists/manifest_json.h"
#include "crypto/list_digest.h"
#include "store/lists/list_watch.h"

/* A snapshot was true at its cursor: entries up to there must stand in it as they are,
 * and younger ones have moved on since. */
struct held_snapshot {
    bool found;
    struct manifest m;
    struct token_map map;
    int64_t younger, different;
};

/* path: a manifest, or a directory with some, of which the youngest of this list is
 * taken. Reads the file and holds it against its manifest. */
bool held_load(struct held_snapshot *h, const char *list, const char *path,
               struct err *err);
void held_entry(struct held_snapshot *h, struct differences *found, const struct ctl *ctl,
                const struct compared *c);
/* What stands in it alone; once every entry was given. */
void held_rest(struct held_snapshot *h, struct differences *found, const struct ctl *ctl);
void held_done(struct held_snapshot *h);

/* The digest that a recipient gave is held against ours at its cursor, as long as nothing
 * on the list is younger; else against what was found when it came. */
struct held_ack {
    struct list_ack_seen seen;
    struct list_digest ours;
    int64_t younger;
    bool wrong;
};

bool held_ack_load(struct held_ack *a, struct pg *pg, const struct list *list,
                   struct err *err);
bool held_ack_entry(struct held_ack *a, const struct compared *c, struct err *err);
void held_ack_end(struct held_ack *a, struct differences *found, const struct ctl *ctl,
                  const char *list);
void held_ack_done(struct held_ack *a);

#endif
