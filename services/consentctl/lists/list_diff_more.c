#include "list_diff_more.h"

#include "export/snapshot.h"
#include "export/snapshot_read.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define SHARD(key) ((key).b[0] >> 4)

/* --- the snapshot --- */

static bool entry_hold(void *arg, const struct snapshot_entry *entry, struct err *err)
{
    struct held_snapshot *h = arg;
    struct token_slot *slot = token_map_put(&h->map, entry->token, entry->token_len);

    (void)err;
    slot->status = entry->status;
    slot->version = entry->version;
    return true;
}

static bool youngest(const char *dir, const char *list, char *ret, size_t bytes,
                     struct err *err)
{
    static const char *const endings[] = {"csv",    "csv.gz",    "csv.zst",
                                          "ndjson", "ndjson.gz", "ndjson.zst",
                                          "txt",    "txt.gz",    "txt.zst"};
    struct timespec best = {0};
    bool found = false;

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        char path[CONF_TEXT_BYTES + REGISTER_ID_BYTES + 32];
        struct stat st;

        snprintf(path, sizeof(path), "%s/%s.%s.json", dir, list, endings[i]);
        if (stat(path, &st) != 0 || (found && (st.st_mtim.tv_sec < best.tv_sec ||
                                               (st.st_mtim.tv_sec == best.tv_sec &&
                                                st.st_mtim.tv_nsec <= best.tv_nsec))))
            continue;
        best = st.st_mtim;
        found = true;
        snprintf(ret, bytes, "%s", path);
    }
    return found || err_set(err, ERR_CONFIG, "NO_SNAPSHOT",
                            "there is no snapshot of %s in %.120s", list, dir);
}

bool held_load(struct held_snapshot *h, const char *list, const char *path,
               struct err *err)
{
    char manifest[CONF_TEXT_BYTES + REGISTER_ID_BYTES + 32];
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        if (!youngest(path, list, manifest, sizeof(manifest), err))
            return false;
        path = manifest;
    }
    if (!snapshot_read(path, &h->m, entry_hold, h, err))
        return false;
    h->found = true;
    return strcmp(h->m.list, list) == 0 ||
           err_set(err, ERR_CONFIG, "OTHER_LIST", "that is a snapshot of %.60s",
                   h->m.list);
}

void held_entry(struct held_snapshot *h, struct differences *found, const struct ctl *ctl,
                const struct compared *c)
{
    const enum list_status on =
        c->list->polarity == LIST_PERMIT ? LIST_PERMITTED : LIST_SUPPRESSED;
    const bool plain = h->m.format == LIST_PLAIN;
    struct token_slot *slot;
    char said[64], should[64];

    if (!h->found || c->last == NULL)
        return;
    slot = token_map_find(&h->map, c->last->token);
    if (slot != NULL)
        slot->seen = true;
    if (c->last->version > h->m.version.version[SHARD(c->key)]) {
        h->younger++;
        return;
    }
    if (plain ? (slot != NULL) == (c->last->status == on)
              : slot != NULL && slot->status == c->last->status &&
                    slot->version == c->last->version)
        return;
    h->different++;
    difference_add(found, ctl, c->list->id, NULL, c->last->token, "snapshot",
                   slot == NULL ? "nothing"
                                : standing_words(slot->status, REASON_NONE, said),
                   standing_words(c->last->status, c->last->reason, should));
}

void held_rest(struct held_snapshot *h, struct differences *found, const struct ctl *ctl)
{
    char said[64];

    for (size_t i = 0; h->found && i < h->map.cap; i++) {
        const struct token_slot *slot = &h->map.slots[i];

        if (slot->token == NULL || slot->seen)
            continue;
        h->different++;
        difference_add(found, ctl, h->m.list, NULL, slot->token, "snapshot",
                       standing_words(slot->status, REASON_NONE, said),
                       "nothing: list_entry does not know the token");
    }
}

void held_done(struct held_snapshot *h)
{
    token_map_done(&h->map);
}

/* --- the acknowledgement --- */

bool held_ack_load(struct held_ack *a, struct pg *pg, const struct list *list,
                   struct err *err)
{
    list_digest_init(&a->ours);
    return list_ack_last(pg, list->number, &a->seen, err);
}

bool held_ack_entry(struct held_ack *a, const struct compared *c, struct err *err)
{
    const enum list_status on =
        c->list->polarity == LIST_PERMIT ? LIST_PERMITTED : LIST_SUPPRESSED;

    if (!a->seen.found || c->last == NULL)
        return true;
    if (c->last->version > a->seen.cursor.version[SHARD(c->key)]) {
        a->younger++;
        return true;
    }
    return c->last->status != on ||
           list_digest_add(&a->ours, c->last->token, strlen(c->last->token), err);
}

void held_ack_end(struct held_ack *a, struct differences *found, const struct ctl *ctl,
                  const char *list)
{
    uint8_t ours[DIGEST_BYTES] = {0};
    int64_t expected = a->seen.expected_entries;
    char said[64], should[64];

    if (!a->seen.found)
        return;
    a->wrong = !a->seen.matches;
    if (a->younger == 0) {
        for (int b = 0; b < LIST_DIGEST_BUCKETS; b++)
            for (int i = 0; i < DIGEST_BYTES; i++)
                ours[i] ^= a->ours.bucket[b][i];
        expected = a->ours.entries;
        a->wrong = expected != a->seen.entries ||
                   memcmp(ours, a->seen.digest, sizeof(ours)) != 0;
    }
    if (!a->wrong)
        return;
    snprintf(said, sizeof(said), "%lld tokens by its digest", (long long)a->seen.entries);
    snprintf(should, sizeof(should), "%lld others: have it load a snapshot",
             (long long)expected);
    difference_add(found, ctl, list, NULL, a->seen.recipient, "recipient", said, should);
}

void held_ack_done(struct held_ack *a)
{
    list_digest_done(&a->ours);
}
