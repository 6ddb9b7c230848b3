#include "older.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "codec/lists/entry_json.h"
#include "codec/lists/entry_read.h"
#include "kafka/reader.h"
#include "store/casework/outbox_store.h"
#include "store/lists/change_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_US   WHEN_SECOND_US
#define TAIL_MOST 200 /* offsets of a partition */
#define WAIT_MS   2000

/* What the ends of the topics say. */
struct tail {
    const struct published_list *list;
    int64_t highest; /* version of an entry */
    int64_t epoch;   /* of the heartbeats below */
    struct cursor beats;
};

struct tails {
    size_t n;
    struct tail *of;
    const char **topics;
    size_t n_entries, cap;
    struct tail_entry *entries;
    struct buf tokens; /* theirs, each with its NUL */
};

#define TOKENS_LIMIT ((size_t)64 << 20)

static struct tail *tail_of(struct tails *t, const char *topic)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->topics[i], topic) == 0)
            return &t->of[i];
    return NULL;
}

static void beat_take(struct tail *of, const struct cursor *beat, int64_t epoch)
{
    if (epoch > of->epoch) {
        of->epoch = epoch;
        of->beats = (struct cursor){{0}};
    }
    for (int s = 0; epoch == of->epoch && s < CURSOR_SHARDS; s++)
        if (beat->version[s] > of->beats.version[s])
            of->beats.version[s] = beat->version[s];
}

static bool entry_take(struct tails *t, struct tail *of, const struct entry_seen *seen,
                       struct err *err)
{
    if (seen->version > of->highest)
        of->highest = seen->version;
    if (t->n_entries == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 1024;
        t->entries = mem_resize(t->entries, t->cap, sizeof(*t->entries));
    }
    t->entries[t->n_entries++] =
        (struct tail_entry){.list = of->list->list->number, .version = seen->version};
    return buf_add(&t->tokens, seen->token, strlen(seen->token) + 1) ||
           err_set(err, ERR_FATAL, "TAILS", "the ends of the topics do not fit");
}

static bool record_take(void *arg, const struct reader_record *rec, struct err *err)
{
    struct tails *t = arg;
    struct tail *of = tail_of(t, rec->topic);
    static struct entry_seen seen;
    struct cursor beat;
    int64_t epoch;

    if (of == NULL || rec->value == NULL)
        return true;
    if (heartbeat_key_is(rec->key, rec->key_len)) {
        if (heartbeat_from_json(rec->value, rec->value_len, &beat, &epoch))
            beat_take(of, &beat, epoch);
        return true;
    }
    return !entry_from_json(rec->value, rec->value_len, &seen) ||
           entry_take(t, of, &seen, err);
}

static bool tails_read(struct tails *t, const struct lists *lists,
                       const struct settings *settings, struct err *err)
{
    const int64_t now_us = clock_wall_us();

    t->of = mem_zalloc(lists->n + 1, sizeof(*t->of));
    t->topics = mem_zalloc(lists->n + 1, sizeof(*t->topics));
    buf_init(&t->tokens, TOKENS_LIMIT);
    for (size_t i = 0; i < lists->n; i++) {
        const struct published_list *p = &lists->lists[i];

        if (!p->keyed || !period_holds(&p->list->valid, now_us))
            continue;
        t->topics[t->n] = p->topic;
        t->of[t->n++].list = p;
    }
    return topic_tails(settings->kafka_brokers, &settings->kafka, t->topics, t->n,
                       TAIL_MOST, WAIT_MS, record_take, t, err);
}

static void tails_done(struct tails *t)
{
    free(t->of);
    free(t->topics);
    free(t->entries);
    buf_done(&t->tokens);
}

/* --- the journal of erasures --- */

#define ERASURES     "consent.erasures"
#define JOURNAL_MOST 200

struct journal_tail {
    size_t n;
    char ids[JOURNAL_MOST * 4][128];
};

/* "event_id":"..." of the record, which nothing has to be escaped in. */
static bool journal_take(void *arg, const struct reader_record *rec, struct err *err)
{
    static const char name[] = "\"event_id\": \"";
    struct journal_tail *t = arg;
    const char *at;

    (void)err;
    if (rec->value == NULL || t->n == sizeof(t->ids) / sizeof(t->ids[0]))
        return true;
    at = memmem(rec->value, rec->value_len, name, sizeof(name) - 1);
    if (at == NULL)
        return true;
    at += sizeof(name) - 1;
    const size_t most = rec->value_len - (size_t)(at - rec->value);
    const char *end = memchr(at, '"', most);

    if (end != NULL && (size_t)(end - at) < sizeof(t->ids[0]))
        snprintf(t->ids[t->n++], sizeof(t->ids[0]), "%.*s", (int)(end - at), at);
    return true;
}

/* Has somebody been erased of whom the database knows nothing? */
static bool journal_compare(struct pg *pg, const struct settings *settings,
                            char why[HOLD_TEXT_BYTES], bool *ret_people, struct err *err)
{
    static struct journal_tail tail;
    static const char *ids[sizeof(tail.ids) / sizeof(tail.ids[0])];
    const char *const topics[] = {ERASURES};
    struct topic_bound bounds[64];
    int64_t unknown;
    size_t n;

    if (!topic_ends(settings->kafka_brokers, &settings->kafka, ERASURES, bounds, 64, &n,
                    err))
        return err->kind == ERR_CONFIG; /* nobody has ever been erased */
    tail.n = 0;
    if (!topic_tails(settings->kafka_brokers, &settings->kafka, topics, 1, JOURNAL_MOST,
                     WAIT_MS, journal_take, &tail, err))
        return false;
    for (size_t i = 0; i < tail.n; i++)
        ids[i] = tail.ids[i];
    if (!outbox_unknown(pg, ids, tail.n, &unknown, err))
        return false;
    *ret_people = unknown > 0;
    if (unknown > 0 && why[0] == '\0')
        snprintf(why, HOLD_TEXT_BYTES,
                 "%lld erasures on %s are not in it: what was erased is there again",
                 (long long)unknown, ERASURES);
    return true;
}

/* --- against the database, which is looked at after the topics --- */

/* *why: stays "" when it knows all that the topics say. */
static bool compare(struct tails *t, struct pg *pg, const struct epoch_state *db,
                    char why[HOLD_TEXT_BYTES], struct err *err)
{
    const char *token = t->tokens.data;
    size_t kept = 0, at;

    for (size_t i = 0; i < t->n; i++) {
        const struct tail *of = &t->of[i];
        struct list_end end;

        if (of->highest >= db->next || of->epoch > db->epoch) {
            snprintf(why, HOLD_TEXT_BYTES,
                     "%s has version %lld, and the database gave out none from %lld on",
                     of->list->topic, (long long)of->highest, (long long)db->next);
            return true;
        }
        if (!change_ends(pg, &of->list->list->number, 1, &end, err))
            return false;
        if (of->epoch == db->epoch && !cursor_covers(&end.at, &of->beats)) {
            snprintf(why, HOLD_TEXT_BYTES, "a heartbeat on %s says more than it holds",
                     of->list->topic);
            return true;
        }
    }
    for (size_t i = 0; i < t->n_entries; i++, token += strlen(token) + 1) {
        if (list_epoch(t->entries[i].version) < db->epoch)
            continue; /* settled when this epoch began */
        t->entries[kept] = t->entries[i];
        t->entries[kept++].token = token;
    }
    if (!tail_unknown(pg, t->entries, kept, &at, err))
        return false;
    if (at < kept)
        snprintf(why, HOLD_TEXT_BYTES, "version %lld of a list is not in it",
                 (long long)t->entries[at].version);
    return true;
}

static bool older_told(const char *why, struct err *err)
{
    return err_set(err, ERR_CONFIG, OLDER_CODE,
                   "the database is older than its topics, run consentctl restored: %s",
                   why);
}

bool older_found(struct older *o, struct pg *pg, const char *owner, const char *why,
                 bool people, struct err *err)
{
    o->compared = false;
    return hold_set(pg, o->epoch, why, people, owner, err) && older_told(why, err);
}

bool older_keep(struct older *o, struct pg *pg, const struct lists *lists,
                const struct settings *settings, const char *owner, struct err *err)
{
    const int64_t now_us = clock_mono_us();
    char why[HOLD_TEXT_BYTES] = "";
    bool people = false;
    struct tails tails = {0};
    struct epoch_state db;
    bool ok;

    if (o->compared && now_us < o->next_us)
        return true;
    if (!epoch_look(pg, &db, err))
        return false;
    if (!o->compared && !db.held) { /* the topics first, then the database once more */
        ok = tails_read(&tails, lists, settings, err) && epoch_look(pg, &db, err) &&
             (db.held || (compare(&tails, pg, &db, why, err) &&
                          journal_compare(pg, settings, why, &people, err)));
        tails_done(&tails);
        if (!ok)
            return false;
    }
    o->next_us = now_us + LOOK_US;
    o->epoch = db.epoch;
    if (db.held) { /* and nothing more: it may just have been settled */
        o->compared = false;
        return older_told(db.why, err);
    }
    if (why[0] != '\0')
        return older_found(o, pg, owner, why, people, err);
    o->compared = true;
    return true;
}
