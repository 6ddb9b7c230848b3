/* The workers: a queue of whole requests, and threads that each own a context. */
#include "base/clock.h"
#include "base/mem.h"
#include "http/exchange.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct worker {
    struct pool *pool;
    void *context;
    pthread_t thread;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct exchange *first, *last;
    bool closing;
    int32_t deadline_ms;
    void (*resume)(struct exchange *x);
    size_t n;
    struct worker workers[];
};

/* NULL: there will be no more. */
static struct exchange *pool_take(struct pool *p, bool *ret_closing)
{
    struct exchange *x;

    pthread_mutex_lock(&p->lock);
    while (p->first == NULL && !p->closing)
        pthread_cond_wait(&p->some, &p->lock);
    x = p->first;
    if (x != NULL)
        p->first = x->next;
    *ret_closing = p->closing;
    pthread_mutex_unlock(&p->lock);
    return x;
}

static void stop_short(struct pool *p, struct exchange *x)
{
    http_problem(&x->reply, 503, "stopping", "the service is stopping", NULL);
    p->resume(x);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct exchange *x;
    bool closing;

    while ((x = pool_take(w->pool, &closing)) != NULL) {
        int64_t late_us = clock_mono_us() - x->since_us;

        if (closing) {
            stop_short(w->pool, x);
            continue;
        }
        if (late_us > (int64_t)w->pool->deadline_ms * 1000)
            http_problem(&x->reply, 503, "busy", "the request waited too long", NULL);
        else
            x->rq.route->answer(w->context, &x->rq, &x->reply);
        w->pool->resume(x);
    }
    return NULL;
}

struct pool *pool_open(const struct http_service *service, int32_t deadline_ms,
                       void (*resume)(struct exchange *x))
{
    size_t bytes = sizeof(struct pool) + service->n_workers * sizeof(struct worker);
    struct pool *p = mem_zalloc(1, bytes);
    sigset_t all, kept;

    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->some, NULL);
    p->deadline_ms = deadline_ms;
    p->resume = resume;
    /* Signals are for the program's main thread. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &kept);
    for (; p->n < service->n_workers; p->n++) {
        struct worker *w = &p->workers[p->n];

        w->pool = p;
        w->context = service->workers[p->n];
        if (pthread_create(&w->thread, NULL, work, w) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &kept, NULL);
    if (p->n == service->n_workers)
        return p;
    pool_close(p);
    pool_free(p);
    return NULL;
}

void pool_put(struct pool *p, struct exchange *x)
{
    bool closing;

    x->next = NULL;
    pthread_mutex_lock(&p->lock);
    closing = p->closing;
    if (!closing) {
        if (p->first == NULL)
            p->first = x;
        else
            p->last->next = x;
        p->last = x;
        pthread_cond_signal(&p->some);
    }
    pthread_mutex_unlock(&p->lock);
    if (closing)
        stop_short(p, x);
}

void pool_close(struct pool *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_broadcast(&p->some);
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < p->n; i++)
        pthread_join(p->workers[i].thread, NULL);
}

void pool_free(struct pool *p)
{
    if (p == NULL)
        return;
    pthread_cond_destroy(&p->some);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
