/*
 * topic_fold.h - a list's topic as its readers end up with it
 * (services/publish/README.md).
 *
 * Of a token the entry with the highest version counts, wherever it stands; a null is an
 * entry that was released long ago. What stands last is kept besides: compaction leaves
 * only that.
 */
#ifndef CONSENT_CTL_TOPIC_FOLD_H
#define CONSENT_CTL_TOPIC_FOLD_H

#include "ctl.h"
#include "lists/token_map.h"

struct topic_fold {
    struct token_map map;
    int64_t records, strange; /* read; that are no entries */
    int64_t highest;          /* version, of entries and of heartbeats' cursors */
};

/* From the beginning to the end of now. ERR_CONFIG NO_TOPIC: there is none. */
bool topic_fold_read(const struct ctl *ctl, const char *list, struct topic_fold *ret,
                     struct err *err);
void topic_fold_done(struct topic_fold *f);

#endif
