#include "watch.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "pg/pg_session.h"
#include "store/lists/change_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define EVERY_MS      20
#define PG_TIMEOUT_MS 15000
#define AGAIN_MS      200 /* after PostgreSQL did not answer */

/* A list that somebody waits for. */
struct watched {
    int32_t list;
    int64_t until_us;
    bool seen; /* end was looked at since somebody began to wait */
    struct cursor end;
};

struct watch {
    struct http_server *server;
    struct pg_session database;
    pthread_t thread;
    bool running;
    atomic_bool stop;
    size_t room; /* of the two: the thread's own */
    int32_t *wanted;
    struct list_end *ends;

    pthread_mutex_t lock;
    size_t n, cap;
    struct watched *lists;
};

struct watch *watch_open(const char *database_url)
{
    const struct pg_session_settings database = {
        .conninfo = database_url,
        .app = "consent-lookup watch",
        .lookups = true,
        .timeout_ms = PG_TIMEOUT_MS,
        .pause_ms = AGAIN_MS,
    };
    struct watch *w = mem_zalloc(1, sizeof(*w));

    pg_session_init(&w->database, &database);
    pthread_mutex_init(&w->lock, NULL);
    return w;
}

void watch_free(struct watch *w)
{
    if (w == NULL)
        return;
    pthread_mutex_destroy(&w->lock);
    free(w->lists);
    free(w->wanted);
    free(w->ends);
    free(w);
}

void watch_note(struct watch *w, int32_t list, int64_t until_us)
{
    size_t i = 0;

    pthread_mutex_lock(&w->lock);
    while (i < w->n && w->lists[i].list != list)
        i++;
    if (i == w->cap) {
        w->cap = w->cap ? 2 * w->cap : 16;
        w->lists = mem_resize(w->lists, w->cap, sizeof(*w->lists));
    }
    if (i == w->n)
        w->lists[w->n++] = (struct watched){.list = list};
    if (w->lists[i].until_us < until_us)
        w->lists[i].until_us = until_us;
    pthread_mutex_unlock(&w->lock);
}

/* Which lists are waited for; those that nobody waits for any more are forgotten. */
static size_t wanted(struct watch *w)
{
    int64_t now_us = clock_mono_us();
    size_t n = 0;

    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->n; i++)
        if (w->lists[i].until_us > now_us)
            w->lists[n++] = w->lists[i];
    w->n = n;
    if (n > w->room) {
        w->room = n;
        w->wanted = mem_resize(w->wanted, n, sizeof(*w->wanted));
        w->ends = mem_resize(w->ends, n, sizeof(*w->ends));
    }
    for (size_t i = 0; i < n; i++)
        w->wanted[i] = w->lists[i].list;
    pthread_mutex_unlock(&w->lock);
    return n;
}

/* Is this end another than was seen? The first look at a list counts as news: what came
 * between the waiting one's own look and this one is not known. */
static bool is_news(struct watch *w, const struct list_end *end)
{
    bool news = false;

    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->n; i++) {
        struct watched *one = &w->lists[i];

        if (one->list != end->list)
            continue;
        news = !one->seen || !cursor_equal(&one->end, &end->at);
        one->seen = true;
        one->end = end->at;
    }
    pthread_mutex_unlock(&w->lock);
    return news;
}

static bool look(struct watch *w, struct err *err)
{
    size_t n = wanted(w);

    if (n == 0)
        return true;
    if (!pg_session_begin(&w->database, err) ||
        !change_ends(w->database.pg, w->wanted, n, w->ends, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (is_news(w, &w->ends[i]))
            http_server_wake(w->server, (uint64_t)w->ends[i].list);
    return true;
}

/* Nothing is known any more of what was said meanwhile. */
static void forget(struct watch *w)
{
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->n; i++)
        w->lists[i].seen = false;
    pthread_mutex_unlock(&w->lock);
    pg_session_drop(&w->database);
}

static void *watch_run(void *arg)
{
    struct watch *w = arg;
    struct err err;

    while (!atomic_load(&w->stop)) {
        if (look(w, &err)) {
            clock_sleep_ms(EVERY_MS);
            continue;
        }
        log_err(LOG_LEVEL_WARN, "watch", &err);
        forget(w);
        clock_sleep_ms(AGAIN_MS);
    }
    return NULL;
}

bool watch_start(struct watch *w, struct http_server *server, struct err *err)
{
    w->server = server;
    if (pthread_create(&w->thread, NULL, watch_run, w) != 0)
        return err_set(err, ERR_FATAL, "WATCH", "no thread is available");
    w->running = true;
    return true;
}

void watch_stop(struct watch *w)
{
    if (w == NULL || !w->running)
        return;
    atomic_store(&w->stop, true);
    pthread_join(w->thread, NULL);
    w->running = false;
    pg_session_done(&w->database);
}
