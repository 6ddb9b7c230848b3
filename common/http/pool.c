/* A queue of requests, and threads that each own a context to answer them with. */
#include "base/mem.h"
#include "http/exchange.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct worker {
    struct pool *pool;
    void *context;
    pthread_t thread;
    pthread_cond_t called;
    bool idle;
    struct worker *below; /* among the idle */
};

/* The one that has been idle for the shortest time goes first: its connection's process
 * at the other end still has everything at hand. */
struct pool {
    pthread_mutex_t lock;
    struct worker *idle;
    struct exchange *first, *last;
    bool closing;
    void *owner;
    void (*run)(void *owner, void *context, struct exchange *x);
    void (*stop)(struct exchange *x);
    size_t n;
    struct worker workers[];
};

/* NULL: there will be no more. */
static struct exchange *pool_take(struct worker *w, bool *ret_closing)
{
    struct pool *p = w->pool;
    struct exchange *x;

    pthread_mutex_lock(&p->lock);
    while (p->first == NULL && !p->closing) {
        if (!w->idle) {
            w->below = p->idle;
            p->idle = w;
        }
        w->idle = true;
        pthread_cond_wait(&w->called, &p->lock);
    }
    x = p->first;
    if (x != NULL)
        p->first = x->next;
    *ret_closing = p->closing;
    pthread_mutex_unlock(&p->lock);
    return x;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    struct exchange *x;
    bool closing;

    while ((x = pool_take(w, &closing)) != NULL) {
        if (closing)
            p->stop(x);
        else
            p->run(p->owner, w->context, x);
    }
    return NULL;
}

struct pool *pool_open(void *const *contexts, size_t n, void *owner,
                       void (*run)(void *owner, void *context, struct exchange *x),
                       void (*stop)(struct exchange *x))
{
    struct pool *p = mem_zalloc(1, sizeof(*p) + n * sizeof(struct worker));
    sigset_t all, kept;

    pthread_mutex_init(&p->lock, NULL);
    p->owner = owner;
    p->run = run;
    p->stop = stop;
    /* Signals are for the program's main thread. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &kept);
    for (; p->n < n; p->n++) {
        struct worker *w = &p->workers[p->n];

        w->pool = p;
        w->context = contexts[p->n];
        pthread_cond_init(&w->called, NULL);
        if (pthread_create(&w->thread, NULL, work, w) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &kept, NULL);
    if (p->n == n)
        return p;
    pool_close(p);
    pool_free(p);
    return NULL;
}

static void call_one(struct pool *p)
{
    struct worker *w = p->idle;

    if (w == NULL)
        return;
    p->idle = w->below;
    w->idle = false;
    pthread_cond_signal(&w->called);
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
        call_one(p);
    }
    pthread_mutex_unlock(&p->lock);
    if (closing)
        p->stop(x);
}

void pool_close(struct pool *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    for (size_t i = 0; i < p->n; i++)
        pthread_cond_signal(&p->workers[i].called);
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < p->n; i++)
        pthread_join(p->workers[i].thread, NULL);
}

void pool_free(struct pool *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->n; i++)
        pthread_cond_destroy(&p->workers[i].called);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
