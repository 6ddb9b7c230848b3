/* Requests that wait for something to happen, without a thread. */
#include "base/clock.h"
#include "base/mem.h"
#include "http/exchange.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct park {
    pthread_mutex_t lock;
    struct exchange *first;
    unsigned n, most;
    struct exchange *held; /* answered, and not to be sent yet */
    unsigned wakes;        /* how many there were */
    bool closing;
    size_t reply_bytes;
};

struct park *park_open(unsigned most, size_t reply_bytes)
{
    struct park *p = mem_zalloc(1, sizeof(*p));

    pthread_mutex_init(&p->lock, NULL);
    p->most = most;
    p->reply_bytes = reply_bytes;
    return p;
}

void park_asking(struct park *p, struct exchange *x)
{
    pthread_mutex_lock(&p->lock);
    x->wakes = p->wakes;
    pthread_mutex_unlock(&p->lock);
}

static void ask_again(struct park *p, struct exchange *x)
{
    int64_t now_us = clock_mono_us();

    x->rq.asked++;
    x->rq.late = x->reply.park_until_us <= now_us;
    x->since_us = now_us;
    reply_begin(&x->reply, p->reply_bytes);
    pool_put(x->pool, x);
}

static void refuse(struct exchange *x, const char *code, const char *detail)
{
    http_problem(&x->reply, 503, code, detail, NULL);
    x->reply.retry_after_s = 1;
    exchange_resume(x, EXCHANGE_ANSWERED);
}

void park_put(struct park *p, struct exchange *x)
{
    bool closing, again, full;

    if (x->rq.late) {
        reply_begin(&x->reply, p->reply_bytes);
        x->reply.status = 204;
        exchange_resume(x, EXCHANGE_ANSWERED);
        return;
    }
    atomic_store(&x->held, true);
    pthread_mutex_lock(&p->lock);
    closing = p->closing;
    again = x->wakes != p->wakes || x->reply.park_until_us <= clock_mono_us();
    full = p->n >= p->most;
    if (!closing && !again && !full) {
        x->next = p->first;
        p->first = x;
        p->n++;
    }
    pthread_mutex_unlock(&p->lock);
    if (closing)
        refuse(x, "stopping", "the service is stopping");
    else if (again)
        ask_again(p, x);
    else if (full)
        refuse(x, "busy", "too many requests are waiting");
}

struct meant {
    const uint64_t *key;        /* NULL: none by its key */
    int64_t until_us;           /* those whose time is up by then */
    const struct exchange *one; /* or NULL */
};

static bool is_meant(const struct exchange *x, const struct meant *m)
{
    return x == m->one || x->reply.park_until_us <= m->until_us ||
           (m->key != NULL && (*m->key == HTTP_WAKE_ALL || *m->key == x->reply.park_key));
}

/* Takes those out that are meant, as a list of their own. */
static struct exchange *take(struct park *p, const struct meant *m)
{
    struct exchange *taken = NULL, **at = &p->first;

    while (*at != NULL) {
        struct exchange *x = *at;

        if (is_meant(x, m)) {
            *at = x->next;
            x->next = taken;
            taken = x;
            p->n--;
        } else {
            at = &x->next;
        }
    }
    return taken;
}

static void ask_all(struct park *p, struct exchange *x)
{
    while (x != NULL) {
        struct exchange *next = x->next;

        ask_again(p, x);
        x = next;
    }
}

/* Sends what has been held until now. */
static void let_go(struct park *p, int64_t now_us)
{
    struct exchange *due = NULL;

    pthread_mutex_lock(&p->lock);
    for (struct exchange **at = &p->held; *at != NULL;) {
        struct exchange *x = *at;

        if (x->reply.hold_until_us > now_us) {
            at = &x->next;
            continue;
        }
        *at = x->next;
        x->next = due;
        due = x;
    }
    pthread_mutex_unlock(&p->lock);
    while (due != NULL) {
        struct exchange *next = due->next;

        exchange_resume(due, EXCHANGE_ANSWERED);
        due = next;
    }
}

void park_hold(struct park *p, struct exchange *x)
{
    const uint64_t one = 1;
    int wake = x->wake;
    ssize_t written;
    bool closing;

    pthread_mutex_lock(&p->lock);
    closing = p->closing;
    if (!closing) {
        x->next = p->held;
        p->held = x;
    }
    pthread_mutex_unlock(&p->lock);
    if (closing)
        exchange_resume(x, EXCHANGE_ANSWERED);
    /* The socket thread waits for less from here on. */
    written = write(wake, &one, sizeof(one));
    (void)written;
}

void park_let_go(struct park *p)
{
    let_go(p, clock_mono_us());
}

bool park_holds(struct park *p)
{
    bool any;

    pthread_mutex_lock(&p->lock);
    any = p->held != NULL;
    pthread_mutex_unlock(&p->lock);
    return any;
}

void park_wake(struct park *p, uint64_t key)
{
    const struct meant meant = {.key = &key};
    struct exchange *woken;

    pthread_mutex_lock(&p->lock);
    p->wakes++;
    woken = take(p, &meant);
    pthread_mutex_unlock(&p->lock);
    ask_all(p, woken);
}

void park_due(struct park *p)
{
    const struct meant meant = {.until_us = clock_mono_us()};
    struct exchange *due;

    pthread_mutex_lock(&p->lock);
    due = take(p, &meant);
    pthread_mutex_unlock(&p->lock);
    ask_all(p, due);
}

void park_gone(struct park *p, struct exchange *x)
{
    const struct meant meant = {.one = x};
    struct exchange *found;

    pthread_mutex_lock(&p->lock);
    found = take(p, &meant);
    pthread_mutex_unlock(&p->lock);
    if (found == NULL)
        return;
    atomic_store(&x->gone, true);
    exchange_resume(x, EXCHANGE_ANSWERED);
}

void park_close(struct park *p)
{
    const uint64_t all = HTTP_WAKE_ALL;
    const struct meant meant = {.key = &all};
    struct exchange *x;

    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    x = take(p, &meant);
    pthread_mutex_unlock(&p->lock);
    while (x != NULL) {
        struct exchange *next = x->next;

        refuse(x, "stopping", "the service is stopping");
        x = next;
    }
    let_go(p, INT64_MAX);
}

void park_free(struct park *p)
{
    if (p == NULL)
        return;
    pthread_mutex_destroy(&p->lock);
    free(p);
}
