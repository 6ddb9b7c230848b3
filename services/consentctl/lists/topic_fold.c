#include "lists/topic_fold.h"

#include "codec/lists/entry_json.h"
#include "codec/lists/entry_read.h"
#include "core/register/register.h"
#include "kafka/reader.h"

#include <stdio.h>

#define IDLE_MS 20000

static void higher(struct topic_fold *f, int64_t version)
{
    if (version > f->highest)
        f->highest = version;
}

static void heartbeat_take(struct topic_fold *f, const struct reader_record *rec)
{
    struct cursor beat;
    int64_t epoch;

    if (rec->value == NULL ||
        !heartbeat_from_json(rec->value, rec->value_len, &beat, &epoch))
        return;
    for (int s = 0; s < CURSOR_SHARDS; s++)
        higher(f, beat.version[s]);
    higher(f, epoch << LIST_EPOCH_BITS);
}

static bool record_take(void *arg, const struct reader_record *rec, struct err *err)
{
    struct topic_fold *f = arg;
    struct entry_seen seen = {0};
    struct token_slot *slot;

    (void)err;
    f->records++;
    if (rec->key == NULL || rec->key_len == 0)
        return true;
    if (heartbeat_key_is(rec->key, rec->key_len)) {
        heartbeat_take(f, rec);
        return true;
    }
    if (rec->value != NULL && !entry_from_json(rec->value, rec->value_len, &seen)) {
        f->strange++;
        return true;
    }
    slot = token_map_put(&f->map, rec->key, rec->key_len);
    slot->gone = rec->value == NULL;
    slot->last = seen.version;
    if (slot->gone)
        slot->version = 0;
    else if (seen.version > slot->version) {
        slot->version = seen.version;
        slot->status = seen.status;
    }
    higher(f, seen.version);
    return true;
}

bool topic_fold_read(const struct ctl *ctl, const char *list, struct topic_fold *ret,
                     struct err *err)
{
    char topic[REGISTER_ID_BYTES + 16];

    *ret = (struct topic_fold){0};
    snprintf(topic, sizeof(topic), "suppression.%s", list);
    return topic_read(ctl->settings.kafka_brokers, &ctl->kafka, topic, IDLE_MS,
                      record_take, ret, err);
}

void topic_fold_done(struct topic_fold *f)
{
    token_map_done(&f->map);
}
