#include "maker.h"

#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/stop.h"
#include "export/snapshot.h"
#include "pg/pg_session.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TASKS     64
#define LOCK_MS   600000
#define LOOK_MS   100
#define KEY_MAKER ((uint64_t)0x736e6170 << 32) /* keys of other routes are elsewhere */

struct task {
    uint64_t ticket; /* 0: never used */
    enum maker_state state;
    struct list list;
    enum list_format format;
    enum list_packing packing;
};

struct maker {
    const struct settings *settings;
    pthread_t thread;
    pthread_mutex_t lock;
    struct http_server *server;
    bool ending;
    uint64_t last;              /* ticket given */
    struct task tasks[TASKS];   /* by ticket: a ring */
    struct pg_session database; /* the thread's */
};

/* --- the thread --- */

/* Another process, or the schedule, may have made it while we waited for the lock. */
static bool young(void *arg, const struct manifest *there)
{
    const struct maker *m = arg;
    const int64_t age_us = clock_wall_us() - there->made_us;

    return age_us >= 0 && age_us < m->settings->snapshot_age_s * WHEN_SECOND_US;
}

static enum maker_state make(struct maker *m, const struct task *task)
{
    const struct snapshot_job job = {
        .dir = m->settings->snapshot_dir,
        .list = &task->list,
        .format = task->format,
        .packing = task->packing,
        .lock_ms = LOCK_MS,
        .enough = young,
        .arg = m,
    };
    const int64_t start_us = clock_mono_us();
    struct manifest made;
    struct err err;
    bool ok;

    do
        ok = pg_session_begin(&m->database, &err) &&
             snapshot_write(m->database.pg, &job, &made, &err);
    while (!ok && pg_session_again(&m->database, &err));
    if (ok) {
        metrics_add(METRIC_SNAPSHOTS, 1);
        log_write(LOG_LEVEL_INFO, "snapshot", "list=%s file=%s rows=%lld ms=%lld",
                  made.list, made.file, (long long)made.rows,
                  (long long)(clock_mono_us() - start_us) / 1000);
        return MAKER_DONE;
    }
    metrics_add(METRIC_SNAPSHOT_FAILURES, 1);
    log_err(err.kind == ERR_RETRY ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, "no_snapshot",
            &err);
    return MAKER_FAILED;
}

/* The oldest that waits; NULL: none. */
static struct task *next(struct maker *m)
{
    struct task *found = NULL;

    for (size_t i = 0; i < TASKS; i++) {
        struct task *t = &m->tasks[i];

        if (t->ticket != 0 && t->state == MAKER_BUSY &&
            (found == NULL || t->ticket < found->ticket))
            found = t;
    }
    return found;
}

static void *run(void *arg)
{
    struct maker *m = arg;

    pthread_mutex_lock(&m->lock);
    while (!m->ending && !stop_asked()) {
        struct task *t = next(m);
        enum maker_state state;

        if (t == NULL) {
            pthread_mutex_unlock(&m->lock);
            clock_sleep_ms(LOOK_MS);
            pthread_mutex_lock(&m->lock);
            continue;
        }
        pthread_mutex_unlock(&m->lock);
        state = make(m, t); /* nobody touches a busy task */
        pthread_mutex_lock(&m->lock);
        t->state = state;
        if (m->server != NULL)
            http_server_wake(m->server, t->ticket);
    }
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

/* --- for the others --- */

bool maker_open(const struct settings *settings, struct maker **ret, struct err *err)
{
    const struct pg_session_settings database = {.conninfo = settings->database_url,
                                                 .app = "consent-lookup snapshot"};
    struct manifest ignored;
    struct maker *m;
    bool found;

    *ret = NULL;
    if (settings->snapshot_dir[0] == '\0')
        return true;
    if (!snapshot_look(settings->snapshot_dir, "none", LIST_CSV, LIST_PACK_NONE, &ignored,
                       &found, err))
        return false;
    m = mem_zalloc(1, sizeof(*m));
    m->settings = settings;
    pg_session_init(&m->database, &database);
    m->last = KEY_MAKER;
    pthread_mutex_init(&m->lock, NULL);
    if (pthread_create(&m->thread, NULL, run, m) != 0) {
        pthread_mutex_destroy(&m->lock);
        free(m);
        return err_set(err, ERR_FATAL, "THREAD", "no thread is available");
    }
    *ret = m;
    return true;
}

void maker_close(struct maker *m)
{
    if (m == NULL)
        return;
    pthread_mutex_lock(&m->lock);
    m->ending = true;
    pthread_mutex_unlock(&m->lock);
    pthread_join(m->thread, NULL);
    pthread_mutex_destroy(&m->lock);
    pg_session_done(&m->database);
    free(m);
}

void maker_server(struct maker *m, struct http_server *server)
{
    if (m == NULL)
        return;
    pthread_mutex_lock(&m->lock);
    m->server = server;
    pthread_mutex_unlock(&m->lock);
}

static bool same(const struct task *t, const struct list *list, enum list_format format,
                 enum list_packing packing)
{
    return t->ticket != 0 && t->state == MAKER_BUSY && t->format == format &&
           t->packing == packing && strcmp(t->list.id, list->id) == 0;
}

uint64_t maker_ask(struct maker *m, const struct list *list, enum list_format format,
                   enum list_packing packing)
{
    uint64_t ticket = 0;
    struct task *t;

    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < TASKS && ticket == 0; i++)
        if (same(&m->tasks[i], list, format, packing))
            ticket = m->tasks[i].ticket;
    t = &m->tasks[(m->last + 1) % TASKS];
    if (ticket == 0 && (t->ticket == 0 || t->state != MAKER_BUSY)) {
        ticket = ++m->last;
        *t = (struct task){.ticket = ticket,
                           .state = MAKER_BUSY,
                           .list = *list,
                           .format = format,
                           .packing = packing};
    }
    pthread_mutex_unlock(&m->lock);
    return ticket;
}

enum maker_state maker_look(struct maker *m, uint64_t ticket)
{
    const struct task *t = &m->tasks[ticket % TASKS];
    enum maker_state state;

    pthread_mutex_lock(&m->lock);
    state = t->ticket == ticket ? t->state : MAKER_DONE;
    pthread_mutex_unlock(&m->lock);
    return state;
}

/* --- how old they are --- */

/* When each list's newest was made, as we last saw it; of one that we never saw, since
 * when we look. So the age grows when nobody makes any, and when they cannot be read. */
struct newest {
    size_t n, cap;
    struct made {
        char list[REGISTER_ID_BYTES];
        int64_t made_us, seen_us;
    } * of;
};

static struct made *newest_of(struct newest *all, const char *list)
{
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->of[i].list, list) == 0)
            return &all->of[i];
    return NULL;
}

static void newest_take(void *arg, const struct manifest *m)
{
    struct made *made = newest_of(arg, m->list);

    if (made != NULL && m->made_us > made->seen_us)
        made->seen_us = m->made_us;
}

static void newest_know(struct newest *all, const char *list)
{
    struct made *made = newest_of(all, list);

    if (made == NULL) {
        if (all->n == all->cap) {
            all->cap = all->cap ? 2 * all->cap : 16;
            all->of = mem_resize(all->of, all->cap, sizeof(*all->of));
        }
        made = &all->of[all->n++];
        snprintf(made->list, sizeof(made->list), "%s", list);
        made->made_us = clock_wall_us();
    }
    made->seen_us = 0;
}

void maker_show(const struct settings *settings, const struct standing_set *lists)
{
    static struct newest all; /* kept from look to look */
    struct err err;

    if (settings->snapshot_dir[0] == '\0')
        return;
    for (size_t i = 0; i < lists->n; i++)
        newest_know(&all, lists->rows[i].list);
    if (!snapshot_each(settings->snapshot_dir, newest_take, &all, &err))
        log_err(LOG_LEVEL_WARN, "snapshots_unread", &err);
    for (size_t i = 0; i < lists->n; i++) {
        struct made *made = newest_of(&all, lists->rows[i].list);

        if (made->seen_us != 0)
            made->made_us = made->seen_us;
        metrics_list(METRIC_SNAPSHOT_AGE, made->list, "",
                     (double)(clock_wall_us() - made->made_us) / 1e6);
    }
}
