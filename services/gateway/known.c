#include "known.h"

#include "metrics.h"
#include "unsubscribe/texts.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "pg/pg_session.h"
#include "store/operate/schema.h"
#include "store/operate/seen_store.h"
#include "store/register/register_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PG_MS     2000
#define LOOK_MS   1000
#define RELOAD_US (5 * WHEN_MINUTE_US) /* entries of the register begin and end, too */

/* The part that comes from PostgreSQL, shared by all versions of what is known that were
 * made since it last changed. */
struct heard {
    atomic_int refs;
    int64_t version, mark, tokens_mark;
    int64_t loaded_us; /* monotonic */
    struct link_revoked *revoked;
    size_t n_purposes, n_controllers, n_feeds;
    struct link_name *purposes, *controllers;
    struct link_feed *feeds;
    size_t n_rights;
    struct link_right *rights;
    size_t n_tokens;
    struct source_token *tokens;
    struct register_snapshot *reg;
    char policy[LINK_URL_BYTES];
};

struct held {
    struct known known; /* first: what is given out is this */
    atomic_int refs;
    struct heard *heard; /* NULL: nothing yet */
};

struct knowledge {
    const struct settings *settings;
    pthread_mutex_t lock;
    struct held *now; /* under the lock */
    atomic_bool stop;
    bool running;
    pthread_t thread;
    struct seen seen;
    struct pg_session database; /* the thread's own, as what is below */
    int64_t heard_us;           /* monotonic */
};

/* --- parts --- */

static void heard_release(struct heard *h)
{
    if (h == NULL || atomic_fetch_sub(&h->refs, 1) > 1)
        return;
    link_revoked_free(h->revoked);
    free(h->purposes);
    free(h->controllers);
    free(h->feeds);
    free(h->rights);
    free(h->tokens);
    register_free(h->reg);
    free(h);
}

static void held_release(struct held *held)
{
    if (held == NULL || atomic_fetch_sub(&held->refs, 1) > 1)
        return;
    link_keys_close(held->known.keys);
    heard_release(held->heard);
    free(held);
}

/* In the order in which people read them. */
static int by_rank(const void *a, const void *b)
{
    const struct link_name *x = a, *y = b;
    int rank = text_purpose_rank(x->id) - text_purpose_rank(y->id);

    return rank != 0 ? rank : strcmp(x->id, y->id);
}

static bool heard_load(struct pg *pg, int64_t version, int64_t mark, struct heard **ret,
                       struct err *err)
{
    int64_t now_us = clock_wall_us();
    struct heard *h = mem_zalloc(1, sizeof(*h));

    atomic_init(&h->refs, 1);
    h->version = version;
    h->mark = mark;
    h->loaded_us = clock_mono_us();
    if (!link_purposes_load(pg, now_us, &h->purposes, &h->n_purposes, err) ||
        !link_controllers_load(pg, now_us, &h->controllers, &h->n_controllers, err) ||
        !link_feeds_load(pg, now_us, &h->feeds, &h->n_feeds, err) ||
        !link_policy_load(pg, now_us, h->policy, err) ||
        !link_rights_load(pg, now_us, &h->rights, &h->n_rights, err) ||
        !token_sources_load(pg, &h->tokens, &h->n_tokens, err) ||
        !register_load(pg, WHEN_NEVER, &h->reg, err) ||
        !link_revoked_load(pg, &h->revoked, err)) {
        heard_release(h);
        return false;
    }
    if (h->n_purposes > 0)
        qsort(h->purposes, h->n_purposes, sizeof(*h->purposes), by_rank);
    *ret = h;
    return true;
}

/* --- what is given out --- */

/* keys and heard become the new one's. */
static void publish(struct knowledge *k, struct link_keys *keys, struct heard *heard)
{
    struct held *held = mem_zalloc(1, sizeof(*held)), *former;

    atomic_init(&held->refs, 1);
    held->heard = heard;
    held->known =
        (struct known){.keys = keys, .version = -1, .age_us = INT64_MAX, .policy = ""};
    if (heard != NULL) {
        held->known.heard = true;
        held->known.age_us = clock_mono_us() - k->heard_us;
        held->known.version = heard->version;
        held->known.revoked = heard->revoked;
        held->known.n_purposes = heard->n_purposes;
        held->known.n_controllers = heard->n_controllers;
        held->known.n_feeds = heard->n_feeds;
        held->known.purposes = heard->purposes;
        held->known.controllers = heard->controllers;
        held->known.feeds = heard->feeds;
        held->known.policy = heard->policy;
        held->known.n_rights = heard->n_rights;
        held->known.rights = heard->rights;
        held->known.n_tokens = heard->n_tokens;
        held->known.tokens = heard->tokens;
        held->known.reg = heard->reg;
    }
    pthread_mutex_lock(&k->lock);
    former = k->now;
    k->now = held;
    pthread_mutex_unlock(&k->lock);
    held_release(former);
}

const struct known *known_take(struct knowledge *k)
{
    struct held *held;

    pthread_mutex_lock(&k->lock);
    held = k->now;
    atomic_fetch_add(&held->refs, 1);
    pthread_mutex_unlock(&k->lock);
    return &held->known;
}

void known_release(const struct known *known)
{
    union {
        const struct known *seen;
        struct held *own;
    } held = {known};

    held_release(held.own);
}

/* --- following --- */

/* *ret is the former one when nothing has changed. */
static bool hear(struct knowledge *k, struct heard *former, struct heard **ret,
                 struct err *err)
{
    struct pg *pg;
    int64_t version, mark, tokens_mark;

    if (!pg_session_begin(&k->database, err))
        return false;
    pg = k->database.pg;
    seen_turn(&k->seen, pg);
    if (!register_version(pg, &version, err) || !link_revoked_mark(pg, &mark, err) ||
        !token_sources_mark(pg, &tokens_mark, err))
        return false;
    if (former != NULL && former->version == version && former->mark == mark &&
        former->tokens_mark == tokens_mark &&
        clock_mono_us() - former->loaded_us < RELOAD_US)
        *ret = former;
    else if (!heard_load(pg, version, mark, ret, err))
        return false;
    else
        (*ret)->tokens_mark = tokens_mark;
    k->heard_us = clock_mono_us();
    return true;
}

static bool look(struct knowledge *k, struct err *err)
{
    struct heard *former = k->now->heard, *heard = former;
    struct link_keys *keys;
    struct err trouble;
    bool ok;

    do
        ok = hear(k, former, &heard, err);
    while (!ok && pg_session_again(&k->database, err));
    /* Until the files can be read again the keys that were known go on. */
    if (!link_keys_open(k->settings->link_secret_dir, &keys, &trouble)) {
        log_err(LOG_LEVEL_WARN, "link_keys_kept", &trouble);
        keys = link_keys_share(k->now->known.keys);
    }
    if (heard == former && former != NULL)
        atomic_fetch_add(&former->refs, 1);
    publish(k, keys, heard);
    return ok;
}

static void *follow(void *arg)
{
    struct knowledge *k = arg;
    struct peer peer = {.name = "database"};
    struct err err;

    while (!atomic_load(&k->stop)) {
        bool up = look(k, &err);

        metrics_up("postgresql", up, &peer, &err);
        metrics_register_version((double)k->now->known.version);
        for (int ms = 0; ms < LOOK_MS && !atomic_load(&k->stop); ms += 100)
            clock_sleep_ms(100);
    }
    return NULL;
}

bool knowledge_start(struct knowledge *k, struct err *err)
{
    if (pthread_create(&k->thread, NULL, follow, k) != 0)
        return err_set(err, ERR_FATAL, "KNOWLEDGE", "no thread is available");
    k->running = true;
    return true;
}

bool knowledge_open(const struct settings *settings, const struct contact_marks *marks,
                    struct knowledge **ret, struct err *err)
{
    const struct pg_session_settings database = {
        .conninfo = settings->database_url,
        .app = "consent-gateway",
        .fits = schema_fits,
        .timeout_ms = PG_MS,
    };
    struct knowledge *k;
    struct link_keys *keys;

    if (!link_keys_open(settings->link_secret_dir, &keys, err))
        return false;
    k = mem_zalloc(1, sizeof(*k));
    pthread_mutex_init(&k->lock, NULL);
    k->settings = settings;
    pg_session_init(&k->database, &database);
    seen_init(&k->seen, "gateway", settings->http_port);
    k->seen.marks = marks;
    publish(k, keys, NULL);
    *ret = k;
    return true;
}

void knowledge_close(struct knowledge *k)
{
    if (k == NULL)
        return;
    if (k->running) {
        atomic_store(&k->stop, true);
        pthread_join(k->thread, NULL);
    }
    pg_session_done(&k->database);
    held_release(k->now);
    pthread_mutex_destroy(&k->lock);
    free(k);
}
