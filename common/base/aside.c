#include "base/aside.h"

#include "base/clock.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct aside {
    void (*work)(void *arg);
    void (*drop)(void *arg);
    void *arg;
    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done;
    bool left;
};

static atomic_int n_left;

static void aside_free(struct aside *a)
{
    pthread_cond_destroy(&a->ended);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

static void *run(void *arg)
{
    struct aside *a = arg;
    bool left;

    a->work(a->arg);
    pthread_mutex_lock(&a->lock);
    a->done = true;
    left = a->left;
    pthread_cond_signal(&a->ended);
    pthread_mutex_unlock(&a->lock);
    if (left) {
        a->drop(a->arg);
        aside_free(a);
        atomic_fetch_sub(&n_left, 1);
    }
    return NULL;
}

struct aside *aside_start(void (*work)(void *arg), void (*drop)(void *arg), void *arg)
{
    struct aside *a = mem_zalloc(1, sizeof(*a));
    pthread_condattr_t monotonic;

    a->work = work;
    a->drop = drop;
    a->arg = arg;
    pthread_mutex_init(&a->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&a->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    a->threaded = pthread_create(&a->thread, NULL, run, a) == 0;
    if (!a->threaded)
        run(a); /* no thread to be had: here, then */
    return a;
}

bool aside_wait(struct aside *a, int32_t timeout_ms)
{
    struct timespec until;
    bool done;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (timeout_ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&a->lock);
    while (!a->done && timeout_ms > 0 &&
           pthread_cond_timedwait(&a->ended, &a->lock, &until) == 0)
        ;
    done = a->done;
    pthread_mutex_unlock(&a->lock);
    return done;
}

void aside_take(struct aside *a)
{
    if (a->threaded)
        pthread_join(a->thread, NULL);
    aside_free(a);
}

void aside_leave(struct aside *a)
{
    bool done;

    pthread_mutex_lock(&a->lock);
    done = a->done;
    a->left = !done;
    if (!done) {
        atomic_fetch_add(&n_left, 1);
        pthread_detach(a->thread);
    }
    pthread_mutex_unlock(&a->lock);
    if (!done)
        return;
    a->drop(a->arg);
    aside_take(a);
}

int aside_left(void)
{
    return atomic_load(&n_left);
}
